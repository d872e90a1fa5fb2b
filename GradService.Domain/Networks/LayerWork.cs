using GradService.Domain.Arrays;

namespace GradService.Domain.Networks;

/// <summary>
/// What one layer takes, in nanoseconds of one usual core: for each call, however small it is, and for each sample. The figures are
/// constants, measured once, so that a request is admitted or refused alike on every machine.
/// </summary>
internal sealed record LayerWork
{
    /// <summary>A layer that does nothing.</summary>
    public static readonly LayerWork None = new();

    // One operation of libtorch on next to nothing: forward, and as a node of a backward sweep.
    private const double ForwardCallOfOne = 4_000;
    private const double BackwardCallOfOne = 6_000;

    /// <summary>A forward call beside its samples.</summary>
    public double ForwardCall { get; init; }

    /// <summary>A sample on the way there.</summary>
    public double Forward { get; init; }

    /// <summary>The layer's part of a backward sweep beside its samples.</summary>
    public double BackwardCall { get; init; }

    /// <summary>A sample on the way back to the layer's input.</summary>
    public double Backward { get; init; }

    /// <summary>The gradients by the layer's parameters, beside the samples.</summary>
    public double ParametersCall { get; init; }

    /// <summary>A sample in the gradients by the layer's parameters.</summary>
    public double Parameters { get; init; }

    /// <summary>How many times as long a sweep over the graph of a first sweep takes as the first.</summary>
    public double Again { get; init; } = 2.3;

    /// <summary>Elements per sample, beside the result, that it writes to fresh memory on the way there.</summary>
    public long ForwardScratch { get; init; }

    /// <summary>Elements per sample, beside the result, that it writes to fresh memory on the way back.</summary>
    public long BackwardScratch { get; init; }

    /// <summary>Some operations that go over all elements of a sample.</summary>
    /// <param name="elements">Elements of a sample.</param>
    /// <param name="dtype">Their precision; in double precision each takes twice as long.</param>
    /// <param name="forward">An element in single precision on the way there.</param>
    /// <param name="backward">The same on the way back.</param>
    /// <param name="operations">How many operations it is made of.</param>
    public static LayerWork Elementwise(long elements, Dtype dtype, double forward, double backward, int operations = 1) => new()
    {
        ForwardCall = operations * ForwardCallOfOne,
        Forward = elements * forward * Width(dtype),
        BackwardCall = operations * BackwardCallOfOne,
        Backward = elements * backward * Width(dtype),
        BackwardScratch = (operations - 1) * elements,
    };

    /// <summary>The same with sums over rows of a sample, each of which takes some time of its own.</summary>
    public static LayerWork Rows(long rows, long elements, Dtype dtype, double forward, double backward, int operations)
    {
        var work = Elementwise(elements, dtype, forward, backward, operations);
        return work with { Forward = work.Forward + (20 * rows), Backward = work.Backward + (50 * rows) };
    }

    /// <summary>A product of each of a sample's rows with a matrix [O, I].</summary>
    public static LayerWork Product(long rows, long inFeatures, long outFeatures, Dtype dtype)
    {
        // Narrow products are bound by reading and writing, wide ones by arithmetic, those of few rows by reading the matrix.
        var matrix = (double)inFeatures * outFeatures;
        var sample = rows * ((matrix * (dtype == Dtype.Float32 ? 0.022 : 0.045)) + (0.6 * (inFeatures + outFeatures)) + (0.4 * outFeatures));
        var read = matrix * dtype.SizeInBytes() * 0.03;
        return new LayerWork
        {
            ForwardCall = ForwardCallOfOne + read,
            Forward = sample,
            BackwardCall = BackwardCallOfOne + read,
            Backward = sample,
            ParametersCall = (2 * BackwardCallOfOne) + (2 * read),
            Parameters = sample,
            Again = 2,
        };
    }

    /// <summary>One operation that costs so much for each sample.</summary>
    public static LayerWork Single(double forward, double backward) =>
        new() { ForwardCall = ForwardCallOfOne, Forward = forward, BackwardCall = BackwardCallOfOne, Backward = backward };

    /// <summary>How much longer double precision takes than single.</summary>
    public static double Width(Dtype dtype) => dtype == Dtype.Float32 ? 1 : 2;
}
