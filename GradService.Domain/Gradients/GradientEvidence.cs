using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Separation;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>What is known of outputs alone.</summary>
internal sealed record ForwardEvidence : Evidence
{
    /// <summary>[N, M…].</summary>
    public required NdArray Outputs { get; init; }

    protected override IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers => [("outputs", [Outputs])];
}

/// <summary>What is known of a gradient with respect to the inputs.</summary>
internal sealed record GradientEvidence : Evidence
{
    public required Question Question { get; init; }

    public required ProblemSize Size { get; init; }

    /// <summary>[N, M…].</summary>
    public required NdArray Outputs { get; init; }

    public required Answer Answer { get; init; }

    /// <summary>The same answer with all statistics held constant.</summary>
    public DetachedEvidence? Detached { get; init; }

    /// <summary>What is known of each part of the answer.</summary>
    public required IReadOnlyList<DerivativeEvidence> Parts { get; init; }

    // What sums lose to the batch statistics has a finding of its own.
    public override IEnumerable<DerivativeEvidence> Vanishing => Parts.Where(part => part.Vanishes && !(part.VanishesByMode && Question is Sum or Vjp));

    public override string Slope => Layers.Any(layer => layer.Site.Corrects)
        ? "mode eval, which is the slope of this curve where r and d are not clipped"
        : "mode trainDetached";

    /// <summary>The signs of the answer under several modes, where that was asked for.</summary>
    public SignEvidence? Signs { get; init; }

    protected override IEnumerable<(string Name, IEnumerable<NdArray> Arrays)> Numbers => [("outputs", [Outputs]), ("gradient entries", Answer.Arrays)];

    public override bool Has(EvidenceKinds kinds) => base.Has(kinds)
        && (!kinds.HasFlag(EvidenceKinds.Detached) || Detached is not null)
        && (!kinds.HasFlag(EvidenceKinds.CouplingShare) || Answer.Coupling is not null)
        && (!kinds.HasFlag(EvidenceKinds.Signs) || Signs is not null);
}

/// <summary>
/// The same answer with all statistics held constant, for every sample or, where the network and the batch are large, every n-th: with
/// constant statistics samples do not interact, so those that are left out change nothing for the others.
/// </summary>
/// <param name="Values">The answer, of as many samples as were looked at.</param>
/// <param name="Every">Every how many-th sample that is, beginning with the first.</param>
internal sealed record DetachedEvidence(NdArray Values, int Every)
{
    // Kept elements of a pass, up to which looking at all samples costs next to nothing.
    private const long Cheap = 1 << 20;
    private const int Sparsest = 8;

    /// <summary>The answer to a question, asked of a managed run as if all statistics had been held constant.</summary>
    /// <param name="run">The run that answered.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellation">Ends it between two sweeps.</param>
    public static DetachedEvidence Of(ManagedRun run, RunPlan plan, Question question, CancellationToken cancellation)
    {
        var (size, every) = (plan.Size.Decoupled, EveryFor(question, plan));
        var held = BlockBackward.Run(run, question.InBlocks(size)! with { Way = Apart.Way }, question.ResultShape(size), cancellation);
        return new DetachedEvidence(held.EveryNth(every), every);
    }

    /// <summary>The same by a run of its own, by tensors, so that the one that answered need not be kept.</summary>
    /// <param name="held">The statistics and corrections of the run that answered.</param>
    /// <param name="plan">Its plan.</param>
    /// <param name="network">Its network.</param>
    /// <param name="inputs">Its batch.</param>
    /// <param name="question">The question.</param>
    /// <param name="cancellation">Ends it between two sweeps.</param>
    public static DetachedEvidence Of(
        HeldStatistics held, RunPlan plan, Network network, NdArray inputs, Question question, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var every = EveryFor(question, plan);
        var run = TorchRun.Held(plan, network, inputs, held, every, question.IsSwept, cancellation);
        var asked = every == 1 ? question : question.EveryNth(every);
        return new DetachedEvidence(asked.Ask(run, plan.Size.Decoupled with { Samples = run.Inputs.shape[0] }, cancellation).Gradients!, every);
    }

    private static int EveryFor(Question question, RunPlan plan) =>
        question.NamesSamples(plan.Size) ? 1 : EveryFor(plan.Samples, plan.Shape.KeptElements);

    /// <summary>Every how many-th sample to look at, so that what explains an answer costs less than the answer.</summary>
    public static int EveryFor(long samples, long keptElementsPerSample)
    {
        var steps = samples.SaturatingTimes(keptElementsPerSample) / Cheap;
        var most = keptElementsPerSample / Cheap > Sparsest ? samples : samples / 2;
        return (int)Math.Clamp(Math.Min(steps, most), 1, Sparsest);
    }

    /// <summary>What to add to a sentence about these numbers; empty where all samples were looked at.</summary>
    public string Extent => Every == 1 ? "" : $" (looked at in every {Every}. sample)";
}
