using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>J · tangent with the full batch Jacobian, [N, M], or [R, N, M] for a stack of R tangents.</summary>
public sealed record Jvp : Question
{
    /// <summary>A direction in the inputs, [N, D…], or a stack [R, N, D…].</summary>
    public required NdArray Tangent { get; init; }

    internal override Question DetachedTwin => this;

    internal override bool NamesSamples(ProblemSize size) => true;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => AnswerPart.OfFactor(Tangent, IsStack(size), "the product with the tangent");

    internal override string Cheaper => "Send fewer tangents or fewer samples.";

    internal override int Depth => 2;

    internal override IEnumerable<Fault> Check(ProblemSize size) => Products.CheckFactor(Tangent, "gradient.tangent", size.Inputs, size.Dtype);

    internal override Shape ResultShape(ProblemSize size) => IsStack(size) ? size.Outputs.After(Count(size)) : size.Outputs;

    internal override Separated Choose(ProblemSize size) =>
        Separated.Together(1 + Count(size), "by double backward: one sweep, and one more per tangent");

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation) => new()
    {
        Gradients = Products.JacobianVector(run, Tangent, ResultShape(size), cancellation),
    };

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var (watched, moved) = (size.Outputs.Elements, size.Inputs.Elements);
        return entry => [new DifferenceQuotient(new Displacement(0, moved, Tangent, entry / watched * moved), new Watched.Output(entry % watched))];
    }

    private bool IsStack(ProblemSize size) => Tangent.Shape.Rank == size.Inputs.Rank + 1;

    private long Count(ProblemSize size) => IsStack(size) ? Tangent.Shape[0] : 1;
}
