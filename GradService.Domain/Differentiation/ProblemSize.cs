namespace GradService.Domain.Differentiation;

/// <summary>All that the cost of a question depends on.</summary>
/// <param name="Samples">N.</param>
/// <param name="Input">D…, shape of one input sample.</param>
/// <param name="OutputElements">M, elements of one output sample.</param>
/// <param name="Coupled">Whether some layer couples the samples.</param>
internal sealed record ProblemSize(long Samples, Shape Input, long OutputElements, bool Coupled)
{
    /// <summary>The network's precision, in which all arrays of the question are taken.</summary>
    public Dtype Dtype { get; init; } = Dtype.Float64;

    public Shape Inputs => Input.After(Samples);

    public Shape Outputs => new(Samples, OutputElements);
}
