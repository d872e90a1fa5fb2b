using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>
/// ∂/∂x ⟨cotangent, y⟩ differentiated along tangent, [N, D…], the whole batch coupled: a product with the Hessian of a weighted sum of
/// all outputs.
/// </summary>
public sealed record Hvp : Question
{
    /// <summary>Weights of the flattened outputs, [N, M].</summary>
    public required NdArray Cotangent { get; init; }

    /// <summary>A direction in the inputs, [N, D…].</summary>
    public required NdArray Tangent { get; init; }

    internal override int Depth => 2;

    internal override Question DetachedTwin => this;

    internal override bool NamesSamples(ProblemSize size) => true;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) =>
        [AnswerPart.Whole("the product with the Hessian", order: 2) with { Weight = Cotangent.MaxAbsolute() * Tangent.MaxAbsolute() }];

    internal override string Cheaper => "Send fewer samples.";

    internal override IEnumerable<Fault> Check(ProblemSize size) =>
    [
        .. Products.CheckFactor(Cotangent, "gradient.cotangent", size.Outputs, size.Dtype, stacks: false),
        .. Products.CheckFactor(Tangent, "gradient.tangent", size.Inputs, size.Dtype, stacks: false),
    ];

    internal override Shape ResultShape(ProblemSize size) => size.Inputs;

    internal override Separated Choose(ProblemSize size) => Separated.Together(2, "the gradient of the weighted sum, differentiated along the tangent");

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation)
    {
        var gradient = Autograd.VectorJacobianProduct(run.Outputs, Cotangent.ToTensor(run.Dtype), run.Inputs, differentiable: true);

        cancellation.ThrowIfCancellationRequested();

        // The Hessian is symmetric: its product with the tangent from the left is the derivative along it.
        return new Answer { Gradients = Autograd.VectorJacobianProduct(gradient, Tangent.ToTensor(run.Dtype), run.Inputs).ToNdArray() };
    }

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var moves = new Displacement(0, size.Inputs.Elements, Tangent, 0);
        return entry => [new DifferenceQuotient(moves, new Watched.CotangentGradient(Cotangent, entry))];
    }
}
