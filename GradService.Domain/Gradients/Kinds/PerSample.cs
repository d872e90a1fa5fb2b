using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

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

    internal override Question DetachedTwin => this with { Strategy = Strategy.Auto };

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => [AnswerPart.Whole("the per-sample gradient", order: 1)];

    internal override string Cheaper => "Send fewer samples, select fewer outputs, or ask for kind sum under mode trainDetached.";

    internal override IEnumerable<Fault> Check(ProblemSize size) => OutputSelection.Check(Outputs, size);

    internal override Shape ResultShape(ProblemSize size) => size.Input.After(size.Samples, OutputSelection.Count(Outputs, size));

    internal override Separated Choose(ProblemSize size) => SeparationWay.Choose(
        new Asked(size, AskedFor.OwnGradients, OutputSelection.Count(Outputs, size)) { Strategy = Strategy });

    internal override long WorkingElements(ProblemSize size) => Choose(size).Way switch
    {
        RowByRow => 0,
        LowRank => Coupling.WorkingElements(size, OutputSelection.Count(Outputs, size)),
        _ => size.Samples.SaturatingTimes(2 * OutputSelection.Count(Outputs, size)).SaturatingTimes(size.Statistics.SaturatingPlus(size.Input.Elements)),
    };

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation) => new()
    {
        Gradients = Choose(size).Way.OwnGradients(run, OutputSelection.Of(Outputs, size), ResultShape(size), cancellation),
    };

    // With two coupled layers a sample acts through the earlier one on all activations of the later one.
    internal override bool GoesInBlocks(ProblemSize size) => Choose(size).Way is Apart or LeaveOneOut;

    internal override BlockSweeps? InBlocks(ProblemSize size)
    {
        if (!GoesInBlocks(size))
        {
            return null;
        }

        var outputs = OutputSelection.Of(Outputs, size);
        var elements = (int)size.Input.Elements;
        return new BlockSweeps(Choose(size).Way, [.. outputs.Select((output, index) =>
            new BlockSweep(new BlockCotangent.Ones([output]), index * elements, outputs.Length * elements))]);
    }

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var (m, d) = (outputs.LongLength, size.Input.Elements);
        return entry =>
        {
            var (sample, output, element) = (entry / (m * d), entry / d % m, entry % d);
            return [new DifferenceQuotient(Displacement.Of((sample * d) + element), new Watched.Output((sample * size.OutputElements) + outputs[output]))];
        };
    }
}
