using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using static GradService.Domain.Networks.WorkEstimate;

namespace GradService.Domain.Gradients;

/// <summary>How long outputs and gradients take, found from sizes alone, in a few products.</summary>
internal static class GradientWork
{
    // Checking, reporting, and what findings look at, by either engine.
    private const double EachRequest = 20_000;

    // An element that is read, copied and looked at in managed memory: of the inputs, the outputs and the answer.
    private const double EachElement = 4;

    // The same, looked at beside another answer's.
    private const double EachCompared = 5;

    // Of the N² blocks of a Jacobian: written, and read once more for the coupling.
    private const double EachBlockElement = 12;

    // An element of own blocks that stand for the whole Jacobian, for its norm.
    private const double EachFactorElement = 2;

    /// <param name="plan">What is run.</param>
    /// <param name="question">What is asked; null for outputs alone.</param>
    /// <param name="buildsDense">Whether the dense engine is there for the network, if its layers allow.</param>
    /// <param name="finiteDifferences">Whether the answer will be checked by differences.</param>
    public static WorkEstimate Of(RunPlan plan, Question? question, bool buildsDense, bool finiteDifferences)
    {
        var (network, size) = (plan.Shape.Work, plan.Size);
        var (n, reference) = (size.Samples, plan.ReferenceSamples);
        var elements = (double)size.Inputs.Elements + size.Outputs.Elements + (question?.ResultElements(size) ?? 0);
        var work = Stoppable(EachRequest + (EachElement * elements));
        var twin = size.Coupled ? question?.DetachedTwin : null;
        if (buildsDense && network.IsDense && ManagedRun.Takes(plan) && question?.GoesInBlocks(size) != false)
        {
            var sweeps = question?.Choose(size).Sweeps ?? 0;
            work += Stoppable(network.DenseForward(n) + (reference > 0 ? network.DenseForward(reference) : 0))
                + Stoppable(sweeps * (twin is null ? 1 : 2) * network.DenseBackward(n));
        }
        else
        {
            work += plan.Dropout is null ? default : Masks(plan.Shape, n);
            work += Pass(network, n, question is not null) + (reference > 0 ? Pass(network, reference, differentiable: false) : default)
                + (question is null ? default : Asked(network, question, size));
            if (twin is not null)
            {
                var every = DetachedEvidence.EveryFor(n, plan.Shape.KeptElements);
                var seen = size.Decoupled with { Samples = (n + every - 1) / every };
                work += Pass(network, seen.Samples, differentiable: true) + Asked(network, twin, seen);
            }
        }

        return finiteDifferences && question is not null
            ? work + Differences(plan.Shape.WorkInFloat64, question, size, reference) + (plan.Dropout is null ? default : Masks(plan.Shape, n))
            : work;
    }

    /// <summary>
    /// How far apart the entries of a comparison are, pair by pair: outputs and gradients each looked at for the
    /// largest difference and entry.
    /// </summary>
    /// <param name="elements">Elements of each entry's outputs and gradients.</param>
    public static long Compared(IReadOnlyList<long> elements) =>
        (long)Math.Min(long.MaxValue, EachCompared * (elements.Count - 1.0) * elements.Sum(each => (double)each));

    /// <summary>A question asked of a pass that has been run.</summary>
    private static WorkEstimate Asked(NetworkWork network, Question question, ProblemSize size)
    {
        var n = size.Samples;
        var choice = question.Choose(size);
        return question switch
        {
            Sum or Vjp => Sweeps(network, choice.Sweeps, n),
            Jvp => Sweeps(network, choice.Sweeps, n) + Sweeps(network, 1, n),
            Hvp => Sweeps(network, 1, n) + Sweeps(network, 1, n, order: 2),
            PerSample or Jacobian when choice.IsRowByRow => Sweeps(network, choice.Sweeps, n) + Blocks(question, size),
            PerSample perSample => Own(network, size, OutputSelection.Count(perSample.Outputs, size), choice.Sweeps),
            Jacobian jacobian => Factored(network, jacobian, size, choice.Sweeps),
            OwnDerivativeQuestion own => Chains(network, own, size, choice),
            _ => Sweeps(network, choice.Sweeps, n, question.Depth),
        };
    }

    /// <summary>Own gradients by structure.</summary>
    private static WorkEstimate Own(NetworkWork network, ProblemSize size, long outputs, long passes) => size.CoupledLayers.Count switch
    {
        0 => Sweeps(network, passes, size.Samples),
        1 => Pass(network, size.Samples, differentiable: true) + Sweeps(network, passes, size.Samples),
        _ => Pass(network, size.Samples, differentiable: true) + Sweeps(network, passes, size.Samples) + Totals(size, outputs),
    };

    /// <summary>The batch Jacobian by structure, dense or as factors.</summary>
    private static WorkEstimate Factored(NetworkWork network, Jacobian jacobian, ProblemSize size, long passes)
    {
        if (!size.Coupled)
        {
            var looked = jacobian.Form == JacobianForm.Dense ? Blocks(jacobian, size) : Stoppable(EachFactorElement * jacobian.ResultElements(size));
            return Sweeps(network, passes, size.Samples) + looked;
        }

        var (n, k, outputs, d) = (size.Samples, size.Statistics, OutputSelection.Count(jacobian.Outputs, size), size.Input.Elements);
        var found = Pass(network, n, differentiable: true) + Sweeps(network, passes, n) + Totals(size, outputs);
        var measured = FactorMeasures.Work(n, outputs, d, k, size.CoupledLayers.Count);
        return found + Stoppable(measured) + (jacobian.Form == JacobianForm.Dense ? Stoppable((double)n * outputs * n * d * ((0.05 * k) + 1.5)) : default);
    }

    /// <summary>How later statistics respond to earlier ones, multiplied through: one product for each pair of layers.</summary>
    private static WorkEstimate Totals(ProblemSize size, long outputs)
    {
        var (work, earlier) = (default(WorkEstimate), 0.0);
        foreach (var layer in size.CoupledLayers)
        {
            var statistics = 2.0 * layer.Channels;
            work += Call((0.05 * size.Samples * outputs * statistics * earlier) + 10_000, "a product of how outputs and statistics respond to statistics");
            earlier += statistics;
        }

        return work;
    }

    /// <summary>Own derivatives by chains of sweeps, each over the graph of the one before.</summary>
    private static WorkEstimate Chains(NetworkWork network, OwnDerivativeQuestion question, ProblemSize size, Separated choice)
    {
        var outputs = OutputSelection.Count(question.Outputs, size);
        var interacting = choice.IsRowByRow;
        var chains = (double)outputs * (interacting ? size.Samples : 1);
        var expanded = choice.Way == Expansion.Way;
        var samples = expanded ? 2.0 * size.Samples : size.Samples;

        // What each sample meets in the layers hangs on the polynomials: their products stand in the graph of every sweep.
        var polynomials = expanded ? Expansion.Products(size, question.Depth).Sum() : 0;
        var chain = question is Derivatives derivatives
            ? Enumerable.Range(1, derivatives.Order)
                .Aggregate(default(WorkEstimate), (sum, order) => sum + Sweeps(network, 1, samples, order, beside: order * polynomials))
            : Sweeps(network, 1, samples, beside: polynomials) + Sweeps(network, size.Input.Elements, samples, order: 2, beside: 2 * polynomials);
        var work = chains * chain;
        if (!interacting && size.Coupled)
        {
            work += Pass(network, samples, differentiable: true);
        }

        return expanded ? work + Expansion.Work(network, size, question.Depth) : work;
    }

    /// <summary>A Jacobian's blocks in managed memory.</summary>
    private static WorkEstimate Blocks(Question question, ProblemSize size) =>
        question is Jacobian { Form: JacobianForm.Dense } ? Stoppable(EachBlockElement * question.ResultShape(size).Elements) : default;

    /// <summary>Difference quotients on a copy in double precision: two passes for each, and what they watch.</summary>
    private static WorkEstimate Differences(NetworkWork network, Question question, ProblemSize size, long reference)
    {
        var n = size.Samples;
        var quotients = question.QuotientsEach(size);
        var entries = Math.Min(Math.Max(1, FiniteDifferences.MaxEntries / quotients), (double)question.ResultShape(size).Elements) * quotients;
        var moves = question is Jvp or Hvp ? 1 : entries;
        var watched = default(WorkEstimate);
        for (var order = 1; order < question.Depth && question is not Jvp; order++)
        {
            watched += Sweeps(network, 1, n, order);
        }

        return Pass(network, n, differentiable: true) + (reference > 0 ? Pass(network, reference, differentiable: false) : default)
            + (2 * moves * (Pass(network, n, differentiable: true) + Stoppable(EachElement * size.Inputs.Elements)))
            + (2 * (question is Hvp ? 1 : entries) * watched);
    }
}
