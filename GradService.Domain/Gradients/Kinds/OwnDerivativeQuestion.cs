using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>Derivatives of each sample's own outputs with respect to its own inputs, of second or higher order.</summary>
public abstract record OwnDerivativeQuestion : Question
{
    /// <summary>Indices into the flattened output of a sample; absent: all.</summary>
    [MinLength(1)]
    public IReadOnlyList<int>? Outputs { get; init; }

    internal override Question DetachedTwin => this;

    internal override string Cheaper => "Send fewer samples, select fewer outputs, or use mode trainDetached, under which sweeps serve all samples at once.";

    internal override IEnumerable<Fault> Check(ProblemSize size) => OutputSelection.Check(Outputs, size);

    internal override Separated Choose(ProblemSize size) => SeparationWay.Choose(
        new Asked(size, AskedFor.OwnDerivatives, OutputSelection.Count(Outputs, size).SaturatingTimes(SweepsPerChain(size))) { Order = Depth });

    internal override long RowByRowWork(ProblemSize size) => Choose(size).IsRowByRow
        ? size.Samples.SaturatingTimes(size.Samples).SaturatingTimes(OutputSelection.Count(Outputs, size)).SaturatingTimes(Depth)
        : 0;

    internal override long WorkingElements(ProblemSize size) => Choose(size).Way == Expansion.Way ? Expansion.WorkingElements(size) : 0;

    // Measured: the fourth order's graphs grow by more than those before, and where samples meet statistics of their own, the pass
    // that found the statistics stands beside one that is larger.
    internal override long TensorsPerKept(ProblemSize size) =>
        (Depth == 4 ? 32 : base.TensorsPerKept(size)) * (size.Coupled && !Choose(size).IsRowByRow ? 2 : 1);

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation)
    {
        var choice = Choose(size);
        var own = choice.Way.Decouple(run, Depth, cancellation);
        var derivatives = new OwnDerivatives(own, OutputSelection.Of(Outputs, size), choice.IsRowByRow, cancellation);
        return new Answer { Gradients = Derive(derivatives, size).Reshape(ResultShape(size)) };
    }

    /// <summary>Sweeps for one output element, of one sample or of all.</summary>
    private protected abstract long SweepsPerChain(ProblemSize size);

    private protected abstract NdArray Derive(OwnDerivatives derivatives, ProblemSize size);
}
