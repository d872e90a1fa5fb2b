using GradService.Domain.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>Own second derivatives ∂²y_i/∂x_i², [N, M, D…, D…].</summary>
public sealed record Hessian : OwnDerivativeQuestion
{
    internal override int Depth => 2;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => [AnswerPart.Whole("the Hessian", order: 2)];

    internal override Shape ResultShape(ProblemSize size) =>
        new([size.Samples, OutputSelection.Count(Outputs, size), .. size.Input.Dimensions, .. size.Input.Dimensions]);

    private protected override long SweepsPerChain(ProblemSize size) => 1 + size.Input.Elements;

    private protected override NdArray Derive(OwnDerivatives derivatives, ProblemSize size) => derivatives.Hessian();

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var d = size.Input.Elements;
        return entry =>
        {
            var (row, first, second) = (entry / (d * d), entry / d % d, entry % d);
            var (sample, output) = (row / outputs.Length, outputs[row % outputs.Length]);
            var along = Displacement.Of((sample * d) + first);
            return [new DifferenceQuotient(Displacement.Of((sample * d) + second), new Watched.OwnDerivative(sample, output, along, Order: 1))];
        };
    }
}
