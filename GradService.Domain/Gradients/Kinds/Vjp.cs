using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>cotangentᵀ · J with the full batch Jacobian, [N, D…], or [R, N, D…] for a stack of R cotangents.</summary>
public sealed record Vjp : Question
{
    /// <summary>Weights of the flattened outputs, [N, M], or a stack [R, N, M].</summary>
    public required NdArray Cotangent { get; init; }

    internal override Question DetachedTwin => this;

    internal override bool NamesSamples(ProblemSize size) => IsStack;

    internal override Question EveryNth(int n) => this with { Cotangent = Cotangent.EveryNth(n) };

    internal override bool IsSwept => true;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => AnswerPart.OfFactor(Cotangent, IsStack, "the product with the cotangent",
        cotangent => EqualForAll(cotangent, (int)size.OutputElements));

    internal override string Cheaper => "Send fewer cotangents or fewer samples.";

    /// <summary>Whether each output has the same weight in all samples.</summary>
    private static bool EqualForAll(NdArray cotangent, int outputs)
    {
        for (var i = outputs; i < cotangent.Count; i++)
        {
            if (cotangent[i] != cotangent[i - outputs])
            {
                return false;
            }
        }

        return true;
    }

    private bool IsStack => Cotangent.Shape.Rank == 3;

    private long Count => IsStack ? Cotangent.Shape[0] : 1;

    internal override IEnumerable<Fault> Check(ProblemSize size) => Products.CheckFactor(Cotangent, "gradient.cotangent", size.Outputs, size.Dtype);

    internal override Shape ResultShape(ProblemSize size) => IsStack ? size.Inputs.After(Count) : size.Inputs;

    internal override Separated Choose(ProblemSize size) => Separated.Together(Count, "one backward sweep per cotangent");

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation) => new()
    {
        Gradients = Products.VectorJacobian(run, Cotangent, ResultShape(size), cancellation),
    };

    internal override bool GoesInBlocks(ProblemSize size) => true;

    internal override BlockSweeps InBlocks(ProblemSize size)
    {
        var (weights, inputs, elements) = ((int)size.Outputs.Elements, (int)size.Inputs.Elements, (int)size.Input.Elements);
        return new BlockSweeps(Together.Way, [.. Enumerable.Range(0, (int)Count).Select(index =>
            new BlockSweep(new BlockCotangent.Given(Cotangent, index * weights), index * inputs, elements))]);
    }

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var moved = size.Inputs.Elements;
        var watched = Products.Split(Cotangent, Count).Select(cotangent => new Watched.WeightedOutputs(cotangent)).ToList();
        return entry => [new DifferenceQuotient(Displacement.Of(entry % moved), watched[(int)(entry / moved)])];
    }
}
