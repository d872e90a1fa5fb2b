#pragma warning disable RS0030 // the fused operations here were checked: they make no unrooted Scalar and differentiate rightly
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace GradService.Domain.Native;

/// <summary>
/// Convolution and pooling over 1 to 3 spatial axes, dispatched by rank; x [N, C, L…], one entry per spatial axis in every array.
/// All results belong to the caller's dispose scope.
/// </summary>
internal static class SpatialOperations
{
    /// <summary>Cross-correlation, as PyTorch's; weight [O, C/groups, K…], bias [O] or null.</summary>
    public static Tensor Convolve(this Tensor x, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] dilation, long groups) =>
        stride.Length switch
        {
            1 => functional.conv1d(x, weight, bias, stride[0], padding[0], dilation[0], groups),
            2 => functional.conv2d(x, weight, bias, stride, padding, dilation, groups),
            _ => functional.conv3d(x, weight, bias, stride, padding, dilation, groups),
        };

    /// <summary>The transpose of <see cref="Convolve"/>, as PyTorch's; weight [C, O/groups, K…], bias [O] or null.</summary>
    public static Tensor ConvolveTransposed(
        this Tensor x, Tensor weight, Tensor? bias, long[] stride, long[] padding, long[] outputPadding, long[] dilation, long groups) =>
        stride.Length switch
        {
            1 => functional.conv_transpose1d(x, weight, bias, stride[0], padding[0], outputPadding[0], dilation[0], groups),
            2 => functional.conv_transpose2d(x, weight, bias, stride, padding, outputPadding, dilation, groups),
            _ => functional.conv_transpose3d(x, weight, bias, stride, padding, outputPadding, dilation, groups),
        };

    /// <summary>Zeros around the spatial axes: so many before and after each.</summary>
    public static Tensor PadWithZeros(this Tensor x, long[] before, long[] after) =>
        x.Pad([.. before.Zip(after).Reverse().SelectMany(axis => new[] { axis.First, axis.Second })], PaddingModes.Constant);

    /// <summary>Positions around axes: so many before and after each, the last axis first, as in PyTorch; zeros where they are constant.</summary>
    public static Tensor Pad(this Tensor x, long[] amounts, PaddingModes mode) => functional.pad(x, amounts, mode);

    /// <summary>
    /// The spatial axes made longer or shorter, to a size or by factors; in the places that are read, the factors are as they are given.
    /// </summary>
    /// <param name="x">[N, C, L…].</param>
    /// <param name="size">The size, one entry per spatial axis; null where there are factors.</param>
    /// <param name="factors">The factors, one per spatial axis; null where there is a size.</param>
    /// <param name="mode">What stands between positions.</param>
    /// <param name="alignCorners">Whether the ends stay where they are; null for a mode that knows no such thing.</param>
    public static Tensor Interpolate(this Tensor x, long[]? size, double[]? factors, InterpolationMode mode, bool? alignCorners) =>
        functional.interpolate(x, size, factors, mode, alignCorners);

    /// <summary>Each r² channels of [N, C·r², H, W] as a square of r × r positions.</summary>
    public static Tensor PixelShuffle(this Tensor x, long factor) => functional.pixel_shuffle(x, factor);

    /// <summary>The largest value under each window, and where it stood.</summary>
    public static (Tensor Output, Tensor Indices) MaxPool(this Tensor x, long[] kernel, long[] stride, long[] padding) => kernel.Length switch
    {
        1 => functional.max_pool1d_with_indices(x, kernel[0], stride[0], padding[0]),
        2 => functional.max_pool2d_with_indices(x, kernel, stride, padding),
        _ => functional.max_pool3d_with_indices(x, kernel, stride, padding),
    };

    /// <summary>The mean under each window, the padding counted in, as is PyTorch's default.</summary>
    public static Tensor AveragePool(this Tensor x, long[] kernel, long[] stride, long[] padding) => kernel.Length switch
    {
        1 => functional.avg_pool1d(x, kernel[0], stride[0], padding[0]),
        2 => functional.avg_pool2d(x, kernel, stride, padding),
        _ => functional.avg_pool3d(x, kernel, stride, padding),
    };

    /// <summary>Means of as many windows as make the wanted size.</summary>
    public static Tensor AdaptiveAveragePool(this Tensor x, long[] size) => size.Length switch
    {
        1 => functional.adaptive_avg_pool1d(x, size[0]),
        2 => functional.adaptive_avg_pool2d(x, size),
        _ => functional.adaptive_avg_pool3d(x, size),
    };

    /// <summary>The largest values of as many windows as make the wanted size, and where they stood.</summary>
    public static (Tensor Output, Tensor Indices) AdaptiveMaxPool(this Tensor x, long[] size) => size.Length switch
    {
        1 => functional.adaptive_max_pool1d_with_indices(x, size[0]),
        2 => functional.adaptive_max_pool2d_with_indices(x, size),
        _ => x.AdaptiveMaxPoolOfVolumes(size),
    };

    /// <summary>
    /// TorchSharp's own over three axes calls that over one. The largest of a box is the largest, along its depth, of those of its planes.
    /// </summary>
    private static (Tensor Output, Tensor Indices) AdaptiveMaxPoolOfVolumes(this Tensor x, long[] size)
    {
        var (samples, channels, depth, cells) = (x.shape[0], x.shape[1], x.shape[2], size[1] * size[2]);
        var (planes, within) = functional.adaptive_max_pool2d_with_indices(x.flatten(1, 2), size[1..]);
        var (output, plane) = functional.adaptive_max_pool2d_with_indices(planes.reshape(samples, channels, depth, cells), [size[0], cells]);
        plane = plane.flatten(2);
        return (output.reshape([samples, channels, .. size]), stack([plane, within.reshape(samples, channels, -1).gather(2, plane)]));
    }

    /// <summary>
    /// Normalisation over groups of channels. libtorch's own was checked: it is right in derivatives of every order, unlike its fused sisters;
    /// but its squares overflow, so where they might it is composed.
    /// </summary>
    public static Tensor GroupNorm(this Tensor x, long groups, Tensor? weight, Tensor? bias, double eps)
    {
        const double Large = 1e4;
        var (grouped, added) = (x.reshape(x.shape[0], groups, -1), x.Constant(eps));
        if ((added >= 1 / (Large * Large) && x.Within(-Large, Large)) || grouped.detach().var([2], unbiased: false).Plus(added).AreOrdinarySquares())
        {
            return functional.group_norm(x, groups, weight, bias, added);
        }

        long[] perChannel = [1, x.shape[1], .. Enumerable.Repeat(1L, (int)x.dim() - 2)];
        var normalized = grouped.Standardized([2], eps).view(x.shape);
        return weight is null ? normalized : normalized.Times(weight.view(perChannel)).Plus(bias!.view(perChannel));
    }
}
