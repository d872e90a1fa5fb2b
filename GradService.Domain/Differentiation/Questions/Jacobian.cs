using System.ComponentModel.DataAnnotations;
using GradService.Domain.Differentiation.Engines;
using GradService.Domain.Forward;

namespace GradService.Domain.Differentiation.Questions;

/// <summary>∂y_j/∂x_i for all pairs of samples, [N, M, N, D…]: the coupling itself.</summary>
public sealed record Jacobian : Question
{
    /// <summary>Indices into the flattened output of a sample; absent: all.</summary>
    [MinLength(1)]
    public IReadOnlyList<int>? Outputs { get; init; }

    /// <summary>How the answer is laid out.</summary>
    public JacobianForm Form { get; init; } = JacobianForm.Dense;

    /// <summary>How it is computed; the answer is the same.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    internal override string Cheaper => "Send fewer samples, select fewer outputs, or ask for kind perSample (its diagonal blocks), vjp or jvp (its products).";

    internal override IEnumerable<Fault> Check(ProblemSize size) => [.. OutputSelection.Check(Outputs, size), .. StrategyChoice.Check(Strategy, size)];

    internal override Shape ResultShape(ProblemSize size) => size.Inputs.After(size.Samples, OutputSelection.Count(Outputs, size));

    internal override StrategyChoice Choose(ProblemSize size) => StrategyChoice.ForRows(Strategy, size, OutputSelection.Count(Outputs, size));

    internal override NdArray Answer(ForwardPass pass, ProblemSize size, CancellationToken cancellation)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        return Choose(size).Strategy == Strategy.Structured
            ? BlockDiagonal.Jacobian(pass, outputs, ResultShape(size), cancellation)
            : RowByRow.Jacobian(pass, outputs, ResultShape(size), cancellation);
    }

    internal override Func<long, DifferenceQuotient> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var (m, moved) = (outputs.LongLength, size.Inputs.Elements);
        return entry =>
        {
            var (sample, output, element) = (entry / (m * moved), entry / moved % m, entry % moved);
            return new DifferenceQuotient(element, null, (sample * size.OutputElements) + outputs[output], null);
        };
    }

    /// <summary>Σ_{i≠j}‖J_ij‖² / Σ‖J_ij‖²; 0 where the Jacobian vanishes.</summary>
    internal override double? CouplingShare(NdArray answer, ProblemSize size)
    {
        var (rows, d) = (answer.Shape[1], size.Input.Elements);
        var (all, own) = (0.0, 0.0);
        for (var index = 0L; index < answer.Count; index++)
        {
            var square = answer[index] * answer[index];
            all += square;
            own += index / d % size.Samples == index / (d * size.Samples * rows) ? square : 0;
        }

        return all > 0 ? Math.Clamp((all - own) / all, 0, 1) : all == 0 ? 0 : null;
    }
}

/// <summary>How a batch Jacobian is laid out.</summary>
public enum JacobianForm
{
    /// <summary>All blocks, [N, M, N, D…].</summary>
    Dense,
}
