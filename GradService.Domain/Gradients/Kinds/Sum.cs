using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>Σ over samples j and selected outputs of ∂y_j/∂x_i, [N, D…]: what autograd gives for y.sum().</summary>
public sealed record Sum : Question
{
    /// <summary>Indices into the flattened output of a sample; absent: all.</summary>
    [MinLength(1)]
    public IReadOnlyList<int>? Outputs { get; init; }

    internal override Question DetachedTwin => this;

    internal override bool IsSwept => true;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) =>
        [AnswerPart.Whole("the gradient of the summed outputs", order: 1) with { SumsSamples = true }];

    internal override string Cheaper => "Send fewer samples.";

    internal override IEnumerable<Fault> Check(ProblemSize size) => OutputSelection.Check(Outputs, size);

    internal override Shape ResultShape(ProblemSize size) => size.Inputs;

    internal override Separated Choose(ProblemSize size) => Separated.Together(1, "one backward sweep gives the sum");

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation) => new()
    {
        Gradients = Products.VectorJacobian(run, new NdArray(size.Outputs, Weights(size)), size.Inputs, cancellation),
    };

    internal override bool GoesInBlocks(ProblemSize size) => true;

    internal override BlockSweeps InBlocks(ProblemSize size) =>
        new(Together.Way, [new BlockSweep(new BlockCotangent.Ones(OutputSelection.Of(Outputs, size)), 0, (int)size.Input.Elements)]);

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var watched = new Watched.WeightedOutputs(Weights(size));
        return entry => [new DifferenceQuotient(Displacement.Of(entry), watched)];
    }

    /// <summary>1 at the selected outputs of every sample, flat [N·M].</summary>
    private double[] Weights(ProblemSize size)
    {
        var weights = new double[size.Outputs.Elements];
        var outputs = OutputSelection.Of(Outputs, size);
        for (var sample = 0L; sample < size.Samples; sample++)
        {
            foreach (var output in outputs)
            {
                weights[(sample * size.OutputElements) + output] = 1;
            }
        }

        return weights;
    }
}
