using System.ComponentModel.DataAnnotations;
using GradService.Domain.Differentiation.Engines;
using GradService.Domain.Forward;

namespace GradService.Domain.Differentiation.Questions;

/// <summary>
/// ∂y_i/∂x_i, [N, M, D…]: how a sample moves its own output, its effect on the batch statistics included where the mode lets the
/// gradient through them.
/// </summary>
public sealed record PerSample : Question
{
    /// <summary>Indices into the flattened output of a sample; absent: all.</summary>
    [MinLength(1)]
    public IReadOnlyList<int>? Outputs { get; init; }

    /// <summary>How it is computed; the answer is the same.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    internal override bool HasDetachedTwin => true;

    internal override string Cheaper => "Send fewer samples, select fewer outputs, or ask for kind sum under mode trainDetached.";

    internal override IEnumerable<Fault> Check(ProblemSize size) => [.. OutputSelection.Check(Outputs, size), .. StrategyChoice.Check(Strategy, size)];

    internal override Shape ResultShape(ProblemSize size) => size.Input.After(size.Samples, OutputSelection.Count(Outputs, size));

    internal override StrategyChoice Choose(ProblemSize size) => StrategyChoice.ForRows(Strategy, size, OutputSelection.Count(Outputs, size));

    internal override NdArray Answer(ForwardPass pass, ProblemSize size, CancellationToken cancellation)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        return Choose(size).Strategy == Strategy.Structured
            ? BlockDiagonal.PerSample(pass, outputs, ResultShape(size), cancellation)
            : RowByRow.PerSample(pass, outputs, ResultShape(size), cancellation);
    }

    internal override Func<long, DifferenceQuotient> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var (m, d) = (outputs.LongLength, size.Input.Elements);
        return entry =>
        {
            var (sample, output, element) = (entry / (m * d), entry / d % m, entry % d);
            return new DifferenceQuotient((sample * d) + element, null, (sample * size.OutputElements) + outputs[output], null);
        };
    }
}
