using CsCheck;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Tests.Oracles;

namespace GradService.Tests.Problems;

/// <summary>Random convolutional networks over small signals, images and volumes.</summary>
internal static class RandomConvolutions
{
    /// <summary>[C, L], [C, H, W] and [C, D, H, W].</summary>
    public static readonly Gen<int[]> InputShapes = Gen.Frequency(
        (3, Gen.Select(Gen.Int[1, 3], Gen.Int[3, 6], (c, l) => new[] { c, l })),
        (3, Gen.Select(Gen.Int[1, 2], Gen.Int[2, 4], Gen.Int[2, 4], (c, h, w) => new[] { c, h, w })),
        (1, Gen.Select(Gen.Int[1, 2], Gen.Int[2, 3], (c, w) => new[] { c, 1, 2, w })));

    // Two values normalise to ±1 whatever they are: with PyTorch's eps mere cancellation would be left of the gradient.
    private static readonly Gen<double> Eps = Gen.OneOf(0.1, 1);

    /// <summary>A convolution and 1 to 5 layers more, residual blocks among them, 0 to 3 BatchNorms in all.</summary>
    public static Gen<IReadOnlyList<Layer>> Networks(int[] input) =>
        from first in Convolutions(input)
        from depth in Gen.Int[1, 5]
        from rest in Chain(PlacedLayer.Output([first], input), depth)
        from pooled in Gen.Bool
        select Close(Bent([first, .. rest]), input, pooled);

    /// <summary>
    /// What was normalised within a sample sums to a constant: a mean over it, or a linear layer, can leave a gradient of exactly 0, and
    /// nothing but rounding to compare. A bend behind it ends that; not an odd one, which leaves the sum of two values at 0.
    /// </summary>
    private static IReadOnlyList<Layer> Bent(IReadOnlyList<Layer> layers) =>
    [
        .. layers.SelectMany(layer => layer switch
        {
            Softmax or GroupNorm or InstanceNorm => new[] { layer, new Silu() },
            _ => [layer.WithInner(Bent)],
        }),
    ];

    private static IReadOnlyList<Layer> Close(IReadOnlyList<Layer> layers, int[] input, bool pooled)
    {
        // Spatial outputs would make the Jacobian large and tell nothing more.
        var output = PlacedLayer.Output(layers, input);
        return RandomLayers.Trim(PlacedLayer.Elements(output) <= 3 ? layers
            : [.. layers, .. pooled ? [Adaptive(output.Length - 1, [1])] : Array.Empty<Layer>(), new Flatten(), new Linear { OutFeatures = 2 }]);
    }

    private static Gen<IReadOnlyList<Layer>> Chain(int[] shape, int depth) => depth == 0
        ? Gen.Const((IReadOnlyList<Layer>)[])
        : from layer in Any(shape)
          from rest in Chain(PlacedLayer.Output([layer], shape), depth - 1)
          select (IReadOnlyList<Layer>)[layer, .. rest];

    private static Gen<Layer> Any(int[] shape) =>
        Gen.Frequency((6, Keeping(shape)), (3, Convolutions(shape)), (2, Pools(shape)), (3, Residuals(shape)), (3, Resizings(shape)));

    /// <summary>Layers that leave the shape as it is.</summary>
    private static Gen<Layer> Keeping(int[] shape) => Gen.Frequency(
        (5, RandomLayers.BatchNorms),
        (5, RandomLayers.Activations),
        (1, Gen.OneOf<Layer>(new Prelu(), new Prelu { Count = shape[0] })),
        (1, Softmaxes(shape)),
        (1, GroupNorms(shape)),
        (1, InstanceNorms(shape)),
        (1, Gen.OneOf(0, 0.25, 1).Select(p => (Layer)new Dropout { P = p })));

    private static Gen<Layer> Convolutions(int[] shape) =>
        from padding in PerAxes(shape[1..], _ => Gen.Int[0, 1])
        let available = shape[1..].Select((size, axis) => size + (2 * padding[axis])).ToArray()
        from kernel in PerAxes(available, size => Gen.Int[1, Math.Min(3, size)])
        from dilation in PerAxes([.. available.Select((size, axis) => size >= (2 * kernel[axis]) - 1 ? 2 : 1)], most => Gen.Int[1, most])
        from stride in PerAxes(shape[1..], _ => Gen.Int[1, 2])
        from same in Gen.Frequency((2, false), (1, true))
        from groups in Gen.OneOf(Divisors(shape[0]))
        from each in Gen.Int[1, Math.Max(1, 3 / groups)]
        from bias in Gen.Bool
        select (Layer)(Template(shape.Length - 1) with
        {
            OutChannels = groups * each,
            KernelSize = new(kernel),
            Stride = same ? new(1) : new(stride),
            Padding = new(same ? null : new PerAxis(padding)),
            Dilation = new(dilation),
            Groups = groups,
            Bias = bias,
        });

    private static Gen<Layer> Pools(int[] shape) =>
        from kernel in PerAxes(shape[1..], size => Gen.Int[1, Math.Min(3, size)])
        from stride in PerAxes(shape[1..], _ => Gen.Int[1, 2])
        from padding in PerAxes(kernel, size => Gen.Int[0, size / 2])
        from whole in Gen.Bool
        from kind in Gen.Int[0, 3]
        let axes = shape.Length - 1
        select kind == 0 ? Adaptive(axes, kernel) : kind == 3 ? AdaptiveLargest(axes, kernel) : (Layer)(Pool(axes, largest: kind == 1) with
        {
            KernelSize = new(kernel),
            Stride = whole ? null : new(stride),
            Padding = new(padding),
        });

    /// <summary>Layers that make samples larger while they are small, and such that put their elements in another order.</summary>
    private static Gen<Layer> Resizings(int[] shape) => PlacedLayer.Elements(shape) > 12
        ? Reorderings(shape)
        : Gen.Frequency((3, Transposes(shape)), (3, Upsamples(shape)), (3, Paddings(shape)), (1, Reorderings(shape)));

    private static Gen<Layer> Transposes(int[] shape) =>
        from kernel in PerAxes(shape[1..], _ => Gen.Int[1, 3])
        from stride in PerAxes(shape[1..], _ => Gen.Int[1, 2])
        from padding in PerAxes(kernel, size => Gen.Int[0, (size - 1) / 2])
        from extra in PerAxes(stride, step => Gen.Int[0, step - 1])
        from groups in Gen.OneOf(Divisors(shape[0]))
        from each in Gen.Int[1, Math.Max(1, 3 / groups)]
        from bias in Gen.Bool
        select (Layer)(Transpose(shape.Length - 1) with
        {
            OutChannels = groups * each,
            KernelSize = new(kernel),
            Stride = new(stride),
            Padding = new(padding),
            OutputPadding = new(extra),
            Groups = groups,
            Bias = bias,
        });

    private static readonly double[] Factors = [0.7, 1, 1.3, 1.5, 2];

    /// <summary>Whether a factor makes another number of positions; in some modes others are refused.</summary>
    private static bool Changes(double factor, int size) => (int)(factor * size) > 0 && (int)(factor * size) != size;

    private static Gen<Layer> Upsamples(int[] shape) =>
        from factors in PerAxes(shape[1..], size => Gen.OneOf(Factors.Where(factor => factor == 1 || Changes(factor, size)).ToArray()))
        from sizes in PerAxes(shape[1..], size => Gen.Int[1, size + 2])
        from sized in Gen.Bool
        from aligned in Gen.Bool
        from mode in Gen.OneOf(shape.Length switch
        {
            2 => [UpsampleMode.Nearest, UpsampleMode.Linear],
            3 => [UpsampleMode.Nearest, UpsampleMode.Bilinear, UpsampleMode.Bicubic],
            _ => new[] { UpsampleMode.Nearest, UpsampleMode.Trilinear },
        })
        select (Layer)new Upsample
        {
            ScaleFactor = sized ? null : new(factors),
            Size = sized ? new(sizes) : null,
            Mode = mode,
            AlignCorners = aligned && mode != UpsampleMode.Nearest,
        };

    private static Gen<Layer> Paddings(int[] shape) =>
        from mode in Gen.OneOf(PadMode.Zeros, PadMode.Reflect, PadMode.Replicate, PadMode.Circular)
        from amounts in PerAxes([.. shape[1..].Reverse().SelectMany(size => new[] { size, size })],
            size => Gen.Int[mode == PadMode.Zeros && size > 2 ? -1 : 0, mode == PadMode.Reflect ? Math.Min(2, size - 1) : Math.Min(2, size)])
        select (Layer)new Pad { Padding = new(amounts), Mode = mode };

    private static Gen<Layer> Reorderings(int[] shape) =>
        from order in Gen.Shuffle(Enumerable.Range(0, shape.Length).ToArray())
        from viewed in Gen.Bool
        select shape.Length == 3 && shape[0] % 4 == 0 ? new PixelShuffle { UpscaleFactor = 2 }
            : viewed ? new Unflatten { Shape = [.. order.Select(axis => shape[axis])] }
            : (Layer)new Permute { Dims = order };

    /// <summary>A block around layers that keep the shape, or one that halves it on both ways, as in ResNets.</summary>
    private static Gen<Layer> Residuals(int[] shape) =>
        from first in Keeping(shape)
        from second in Keeping(shape)
        from channels in Gen.Int[1, 3]
        from halves in Gen.Bool
        let template = Template(shape.Length - 1)
        let both = halves ? channels : shape[0]
        let step = new PerAxis(halves ? 2 : 1)
        select (Layer)new Residual
        {
            Layers = [first, template with { OutChannels = both, KernelSize = new(3), Stride = step, Padding = new(new PerAxis(1)) },
                new BatchNorm(), new Silu()],
            Shortcut = halves ? [template with { OutChannels = both, KernelSize = new(1), Stride = step, Bias = false }, new BatchNorm()] : [second],
        };

    private static Gen<Layer> Softmaxes(int[] shape) => shape.Max() > 1
        ? Gen.OneOf(Enumerable.Range(-shape.Length, 2 * shape.Length).Where(dim => shape[(dim + shape.Length) % shape.Length] > 1).ToArray())
            .Select(dim => (Layer)new Softmax { Dim = dim })
        : Gen.Const((Layer)new Mish());

    private static Gen<Layer> GroupNorms(int[] shape) =>
        Divisors(shape[0]).Where(groups => groups < PlacedLayer.Elements(shape)).ToArray() is { Length: > 0 } allowed
            ? Gen.Select(Gen.OneOf(allowed), Gen.Bool, Eps, (groups, affine, eps) => (Layer)new GroupNorm { Groups = groups, Affine = affine, Eps = eps })
            : Gen.Const((Layer)new Tanh());

    private static Gen<Layer> InstanceNorms(int[] shape) => PlacedLayer.Elements(shape[1..]) > 1
        ? Gen.Select(Gen.Bool, Eps, (affine, eps) => (Layer)new InstanceNorm { Affine = affine, Eps = eps })
        : Gen.Const((Layer)new Sin());

    private static Convolution Template(int axes) => axes switch
    {
        1 => new Conv1d { OutChannels = 1, KernelSize = new(1) },
        2 => new Conv2d { OutChannels = 1, KernelSize = new(1) },
        _ => new Conv3d { OutChannels = 1, KernelSize = new(1) },
    };

    private static ConvTranspose Transpose(int axes) => axes switch
    {
        1 => new ConvTranspose1d { OutChannels = 1, KernelSize = new(1) },
        2 => new ConvTranspose2d { OutChannels = 1, KernelSize = new(1) },
        _ => new ConvTranspose3d { OutChannels = 1, KernelSize = new(1) },
    };

    private static Pooling Pool(int axes, bool largest) => (axes, largest) switch
    {
        (1, true) => new MaxPool1d { KernelSize = new(1) },
        (2, true) => new MaxPool2d { KernelSize = new(1) },
        (_, true) => new MaxPool3d { KernelSize = new(1) },
        (1, _) => new AvgPool1d { KernelSize = new(1) },
        (2, _) => new AvgPool2d { KernelSize = new(1) },
        _ => new AvgPool3d { KernelSize = new(1) },
    };

    private static AdaptiveAveragePool Adaptive(int axes, int[] size) => axes switch
    {
        1 => new AdaptiveAvgPool1d { OutputSize = new(size) },
        2 => new AdaptiveAvgPool2d { OutputSize = new(size) },
        _ => new AdaptiveAvgPool3d { OutputSize = new(size) },
    };

    private static AdaptiveMaxPool AdaptiveLargest(int axes, int[] size) => axes switch
    {
        1 => new AdaptiveMaxPool1d { OutputSize = new(size) },
        2 => new AdaptiveMaxPool2d { OutputSize = new(size) },
        _ => new AdaptiveMaxPool3d { OutputSize = new(size) },
    };

    private static int[] Divisors(int number) => [.. Enumerable.Range(1, number).Where(candidate => number % candidate == 0)];

    /// <summary>One draw per axis.</summary>
    private static Gen<T[]> PerAxes<T>(int[] sizes, Func<int, Gen<T>> each) =>
        sizes.Aggregate(Gen.Const(Array.Empty<T>()), (drawn, size) => drawn.SelectMany(before => each(size).Select(value => (T[])[.. before, value])));
}
