using GradService.Domain.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>The trace of the own second derivatives, Σ_d ∂²y_i/∂x_i,d², [N, M].</summary>
public sealed record Laplacian : OwnDerivativeQuestion
{
    internal override int Depth => 2;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => [AnswerPart.Whole("the Laplacian", order: 2)];

    internal override Shape ResultShape(ProblemSize size) => new(size.Samples, OutputSelection.Count(Outputs, size));

    private protected override long SweepsPerChain(ProblemSize size) => 1 + size.Input.Elements;

    private protected override NdArray Derive(OwnDerivatives derivatives, ProblemSize size) => derivatives.Laplacian();

    internal override long QuotientsEach(ProblemSize size) => size.Input.Elements;

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var d = size.Input.Elements;
        return entry =>
        {
            var (sample, output) = (entry / outputs.Length, outputs[entry % outputs.Length]);
            return Enumerable.Range(0, (int)d).Select(element => Displacement.Of((sample * d) + element))
                .Select(moves => new DifferenceQuotient(moves, new Watched.OwnDerivative(sample, output, moves, Order: 1)));
        };
    }
}
