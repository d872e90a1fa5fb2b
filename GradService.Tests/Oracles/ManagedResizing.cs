using GradService.Domain.Arrays;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Oracles;

/// <summary>Transposed convolution, upsampling, padding and changes of order, position by position.</summary>
internal static class ManagedResizing
{
    /// <summary>The shape of a sample that leaves the layer; null where the layer is none of these.</summary>
    public static int[]? Output(Layer layer, int[] sample)
    {
        var axes = sample.Length - 1;
        return layer switch
        {
            ConvTranspose transpose => [transpose.OutChannels, .. Enumerable.Range(0, axes).Select(axis =>
                ((sample[axis + 1] - 1) * At(transpose.Stride, axis)) - (2 * At(transpose.Padding, axis))
                    + (At(transpose.Dilation, axis) * (At(transpose.KernelSize, axis) - 1)) + At(transpose.OutputPadding, axis) + 1)],
            Upsample { Size: { } size } => [sample[0], .. Enumerable.Range(0, axes).Select(axis => At(size, axis))],
            Upsample { ScaleFactor: { } factors } =>
                [sample[0], .. Enumerable.Range(0, axes).Select(axis => (int)Math.Floor(sample[axis + 1] * At(factors, axis)))],
            Pad pad => [.. sample.Select((size, axis) => size + Around(pad, sample, axis).Before + Around(pad, sample, axis).After)],
            PixelShuffle { UpscaleFactor: var factor } => [sample[0] / factor / factor, sample[1] * factor, sample[2] * factor],
            Unflatten unflatten => [.. unflatten.Shape],
            Permute permute => [.. permute.Dims.Select(axis => sample[axis])],
            _ => null,
        };
    }

    /// <summary>Each element adds its kernel, weight [C, O/groups, K…], to what is around its place in the result.</summary>
    public static ManagedBatch Transpose(ConvTranspose layer, ManagedBatch x, NdArray weight, NdArray? bias)
    {
        var (output, axes) = (Output(layer, x.Sample)!, x.Sample.Length - 1);
        int[] kernel = [.. Enumerable.Range(0, axes).Select(axis => At(layer.KernelSize, axis))];
        var (points, places) = (PlacedLayer.Elements(kernel), PlacedLayer.Elements(output[1..]));
        var (ins, outs) = (x.Sample[0] / layer.Groups, layer.OutChannels / layer.Groups);
        var result = new double[x.Values.Length / x.Elements * layer.OutChannels * places];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = bias?[i / places % layer.OutChannels] ?? 0;
        }

        for (var i = 0; i < x.Values.Length; i++)
        {
            var (sample, channel, from) = (i / x.Elements, i / x.Positions % x.Sample[0], Coordinates(i % x.Positions, x.Sample[1..]));
            for (var k = 0; k < points; k++)
            {
                var point = Coordinates(k, kernel);
                var to = Flat([.. from.Select((at, axis) =>
                    (at * At(layer.Stride, axis)) + (point[axis] * At(layer.Dilation, axis)) - At(layer.Padding, axis))], output[1..]);
                for (var o = 0; to is not null && o < outs; o++)
                {
                    var start = ((sample * layer.OutChannels) + (channel / ins * outs) + o) * places;
                    result[start + to.Value] += weight[(((channel * outs) + o) * points) + k] * x.Values[i];
                }
            }
        }

        return new ManagedBatch(output, result);
    }

    /// <summary>Sums of neighbours along each axis, weighted by how near they are.</summary>
    public static ManagedBatch Interpolate(Upsample layer, ManagedBatch x)
    {
        var output = Output(layer, x.Sample)!;
        return Gather(x, output, to => Products([.. to.Skip(1).Select((at, axis) =>
            Neighbours(layer, at, x.Sample[axis + 1], output[axis + 1], layer.ScaleFactor is { } factors ? At(factors, axis) : null))], to[0]));
    }

    public static ManagedBatch Surround(Pad layer, ManagedBatch x) => Gather(x, Output(layer, x.Sample)!, to =>
    {
        int?[] from = [.. to.Select((at, axis) => Source(layer.Mode, at - Around(layer, x.Sample, axis).Before, x.Sample[axis]))];
        return from.All(at => at is not null) ? [([.. from.Select(at => at!.Value)], 1)] : [];
    });

    public static ManagedBatch Shuffle(PixelShuffle layer, ManagedBatch x)
    {
        var r = layer.UpscaleFactor;
        return Gather(x, Output(layer, x.Sample)!, to => [([(((to[0] * r) + (to[1] % r)) * r) + (to[2] % r), to[1] / r, to[2] / r], 1)]);
    }

    public static ManagedBatch Permuted(Permute layer, ManagedBatch x) =>
        Gather(x, Output(layer, x.Sample)!, to => [([.. x.Sample.Select((_, axis) => to[layer.Dims.ToList().IndexOf(axis)])], 1)]);

    /// <summary>Each element of the result as a weighted sum of elements of its sample.</summary>
    private static ManagedBatch Gather(ManagedBatch x, int[] output, Func<int[], IEnumerable<(int[] From, double Weight)>> terms)
    {
        var table = Enumerable.Range(0, PlacedLayer.Elements(output))
            .Select(to => terms(Coordinates(to, output)).Select(term => (From: Flat(term.From, x.Sample)!.Value, term.Weight)).ToArray()).ToArray();
        return new ManagedBatch(output, [.. Enumerable.Range(0, x.Values.Length / x.Elements)
            .SelectMany(sample => table.Select(element => element.Sum(term => term.Weight * x.Values[(sample * x.Elements) + term.From])))]);
    }

    private static IEnumerable<(int[] From, double Weight)> Products((int At, double Weight)[][] axes, int channel) =>
        axes.Aggregate((IEnumerable<(int[] From, double Weight)>)[([channel], 1.0)], (products, neighbours) =>
            products.SelectMany(product => neighbours.Select(each => ((int[])[.. product.From, each.At], product.Weight * each.Weight))));

    /// <summary>PyTorch's rules: what is asked for the middle of a position, or between the ends, and edges that go on as they are.</summary>
    private static (int At, double Weight)[] Neighbours(Upsample layer, int at, int size, int output, double? factor)
    {
        var step = layer.AlignCorners ? (output > 1 ? (size - 1.0) / (output - 1) : 0) : factor is { } given ? 1 / given : (double)size / output;
        if (layer.Mode == UpsampleMode.Nearest)
        {
            return [(output == size ? at : output == 2 * size ? at / 2 : Math.Min((int)Math.Floor(at * step), size - 1), 1)];
        }

        var cubic = layer.Mode == UpsampleMode.Bicubic;
        var place = layer.AlignCorners ? at * step : output == size && !cubic ? at : ((at + 0.5) * step) - 0.5;
        place = cubic ? place : Math.Max(place, 0);
        var first = Math.Min((int)Math.Floor(place), size - 1);
        var beyond = Math.Min(Math.Max(place - first, 0), 1);
        return cubic
            ? [.. Enumerable.Range(-1, 4).Select(offset => (Math.Min(Math.Max(first + offset, 0), size - 1), Cubic(Math.Abs(beyond - offset))))]
            : [(first, 1 - beyond), (Math.Min(first + 1, size - 1), beyond)];
    }

    /// <summary>Keys' kernel with a = −3/4.</summary>
    private static double Cubic(double distance)
    {
        const double A = -0.75;
        return distance <= 1
            ? ((((A + 2) * distance) - (A + 3)) * distance * distance) + 1
            : (((((A * distance) - (5 * A)) * distance) + (8 * A)) * distance) - (4 * A);
    }

    /// <summary>The position whose value is put there; null for a zero.</summary>
    private static int? Source(PadMode mode, int at, int size) => mode switch
    {
        PadMode.Reflect => at < 0 ? -at : at < size ? at : (2 * (size - 1)) - at,
        PadMode.Replicate => Math.Min(Math.Max(at, 0), size - 1),
        PadMode.Circular => (at + size) % size,
        _ => at >= 0 && at < size ? at : null,
    };

    private static (int Before, int After) Around(Pad pad, int[] sample, int axis)
    {
        var (values, pair) = (pad.Padding.Values, 2 * (sample.Length - 1 - axis));
        return values.Count == 1 ? (axis == 0 ? (0, 0) : (values[0], values[0])) : pair < values.Count ? (values[pair], values[pair + 1]) : (0, 0);
    }

    private static int At(PerAxis values, int axis) => values.Values[values.Values.Count == 1 ? 0 : axis];

    private static double At(ScaleFactors values, int axis) => values.Values[values.Values.Count == 1 ? 0 : axis];

    private static int[] Coordinates(int flat, int[] sizes)
    {
        var coordinates = new int[sizes.Length];
        for (var axis = sizes.Length - 1; axis >= 0; axis--)
        {
            (coordinates[axis], flat) = (flat % sizes[axis], flat / sizes[axis]);
        }

        return coordinates;
    }

    private static int? Flat(int[] coordinates, int[] sizes) => coordinates.Zip(sizes, (at, size) => at >= 0 && at < size).All(inside => inside)
        ? coordinates.Zip(sizes).Aggregate(0, (flat, axis) => (flat * axis.Second) + axis.First)
        : null;
}
