using GradService.Domain.Arrays;

namespace GradService.Domain.Faults;

/// <summary>Checks of arrays that hold a batch of samples.</summary>
internal static class BatchShape
{
    /// <summary>The shape in words: "[N, 3]".</summary>
    public static string Words(Shape sample, string count) => $"[{string.Join(", ", sample.Dimensions.ToArray().Select(size => $"{size}").Prepend(count))}]";

    /// <summary>What came, in words.</summary>
    public static string Got(Shape shape) => shape.Rank == 0 ? "a single number" : $"shape {shape}";

    /// <exception cref="FaultException">The array is no batch of samples of that shape, is empty, or holds NaN or infinities.</exception>
    public static void Check(NdArray array, string path, Shape sample, string count)
    {
        var expected = $"an array of shape {Words(sample, count)}";
        if (array.Shape.Rank != sample.Rank + 1 || !array.Shape.Dimensions[1..].SequenceEqual(sample.Dimensions))
        {
            var flat = array.Shape.Rank == 1 && array.Count > 0 && sample.Rank == 1 && sample.Elements == 1;
            throw new FaultException(Fault.Invalid(path, expected, array.Count == 0 ? "an empty array" : Got(array.Shape), flat
                ? string.Create(System.Globalization.CultureInfo.InvariantCulture,
                    $"Write each sample as a list of its own: [[{array[0]}]{(array.Count > 1 ? $", [{array[1]}]" : "")}{(array.Count > 2 ? ", …" : "")}].")
                : null));
        }

        if (array.Shape[0] == 0)
        {
            throw new FaultException(Fault.Invalid(path, "at least one sample", "an empty array"));
        }

        CheckFinite(array, path);
    }

    /// <exception cref="FaultException">The array holds NaN or infinities.</exception>
    public static void CheckFinite(NdArray array, string path)
    {
        if (array.FirstNonFinite() is >= 0 and var at)
        {
            throw new FaultException(Fault.Invalid(path + array.PositionOf(at), "a finite number", $"{array[at]}"));
        }
    }

    /// <exception cref="FaultException">A finite number is too large for the precision.</exception>
    public static void CheckPrecision(NdArray array, string path, Dtype dtype) => CheckPrecision(ArrayContent.Of("", array), path, dtype);

    /// <inheritdoc cref="CheckPrecision(NdArray, string, Dtype)"/>
    public static void CheckPrecision(ArrayContent array, string path, Dtype dtype)
    {
        if (dtype == Dtype.Float64 || array.Dtype == Dtype.Float32)
        {
            return;
        }

        var before = 0L;
        foreach (var piece in array.Pieces)
        {
            for (var i = 0L; i < piece.Count; i++)
            {
                if (double.IsFinite(piece[i]) && !float.IsFinite((float)piece[i]))
                {
                    throw new FaultException(
                        Fault.Invalid(path + array.Shape.PositionOf(before + i), "a number within float32's range", $"{piece[i]}", "Use dtype float64."));
                }
            }

            before += piece.Count;
        }
    }
}
