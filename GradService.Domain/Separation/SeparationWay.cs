using GradService.Domain.Arrays;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;

namespace GradService.Domain.Separation;

/// <summary>
/// A way to tell interacting samples apart: whether it applies, what it takes, and why. The one table that decides it, for gradients and
/// losses alike; the answer does not depend on the choice.
/// </summary>
internal abstract class SeparationWay
{
    /// <summary>The first of them that applies is taken, unless row by row takes less time or loses fewer digits.</summary>
    public static IReadOnlyList<SeparationWay> All => field ??= [Apart.Way, LeaveOneOut.Way, LowRank.Way, Expansion.Way, RowByRow.Way];

    /// <summary>What answers call it.</summary>
    public virtual Strategy Strategy => Strategy.Structured;

    /// <summary>What it is called where row by row is taken instead.</summary>
    protected virtual string Instead => "by structure";

    /// <summary>The cheapest way that is exact and does not cancel, or the one that was asked for.</summary>
    public static Separated Choose(Asked asked)
    {
        var way = All.First(way => way.Applies(asked));
        var sweeps = way.Sweeps(asked);
        return asked.Strategy switch
        {
            _ when !way.HasRival(asked) => new(way, sweeps, way.Reason(asked)),
            Strategy.RowByRow => new(RowByRow.Way, asked.RowSweeps, "row by row as asked"),
            Strategy.Structured => new(way, sweeps, way.Reason(asked)),
            _ when sweeps > way.Pace(asked) * asked.RowSweeps =>
                new(RowByRow.Way, asked.RowSweeps, $"row by row; {way.Instead} it would take {sweeps} sweeps"),
            _ when asked.Size.Cancels =>
                new(RowByRow.Way, asked.RowSweeps, $"row by row; {way.Instead} it would take {sweeps} sweeps, and cancel over two values per channel"),
            _ => new(way, sweeps, $"{way.Reason(asked)}; row by row would take {asked.RowSweeps} sweeps{(way.Pace(asked) > 1 ? ", longer ones" : "")}"),
        };
    }

    /// <summary>Whether it answers the question exactly.</summary>
    public abstract bool Applies(Asked asked);

    /// <summary>Backward sweeps over the network.</summary>
    public virtual long Sweeps(Asked asked) => asked.Sweeps;

    /// <summary>Why it is taken, a short phrase.</summary>
    protected abstract string Reason(Asked asked);

    /// <summary>Whether row by row may be cheaper.</summary>
    protected virtual bool HasRival(Asked asked) => asked.For is AskedFor.OwnGradients or AskedFor.Blocks;

    /// <summary>How many of its sweeps take as long as one row by row.</summary>
    protected virtual long Pace(Asked asked) => 1;

    /// <summary>
    /// A run in which samples do not interact, with the same outputs and own derivatives up to the order; the run itself
    /// where nothing is to be done.
    /// </summary>
    public virtual TorchRun Decouple(TorchRun run, int order, CancellationToken cancellation) => run;

    /// <summary>∂y_i/∂x_i, [N, M, D…].</summary>
    public virtual NdArray OwnGradients(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation) =>
        BlockDiagonal.PerSample(Decouple(run, order: 1, cancellation), outputs, resultShape, cancellation);
}

/// <summary>How samples are told apart, what it takes, and why.</summary>
/// <param name="Way">The way.</param>
/// <param name="Sweeps">Backward sweeps over the network.</param>
/// <param name="Reason">A short phrase.</param>
internal sealed record Separated(SeparationWay Way, long Sweeps, string Reason)
{
    public Strategy Strategy => Way.Strategy;

    /// <summary>Whether samples interact in the run that is differentiated, so that each goes by itself.</summary>
    public bool IsRowByRow => Way == RowByRow.Way;

    /// <summary>For what is about the whole batch, so that there is nothing to tell apart.</summary>
    public static Separated Together(long sweeps, string reason) => new(Separation.Together.Way, sweeps, reason);

    /// <summary>Each sample by itself, for what no other way answers.</summary>
    public static Separated ByRows(Asked asked, string reason) => new(RowByRow.Way, asked.RowSweeps, reason);
}

/// <summary>What is asked about samples that may interact: all that choosing a way depends on.</summary>
/// <param name="Size">Its size.</param>
/// <param name="For">What it is.</param>
/// <param name="Sweeps">How many sweeps it takes where one serves all samples.</param>
internal sealed record Asked(ProblemSize Size, AskedFor For, long Sweeps)
{
    /// <summary>The highest order of derivative by the inputs.</summary>
    public int Order { get; init; } = 1;

    /// <summary>How it is to be found, as far as the request says.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    /// <summary>Whether parameter gradients of the derivatives are wanted.</summary>
    public bool Live { get; init; }

    /// <summary>How many sweeps it takes where each sample has its own.</summary>
    public long RowSweeps { get; init; } = Size.Samples.SaturatingTimes(Sweeps);
}

/// <summary>What is asked about samples that may interact.</summary>
internal enum AskedFor
{
    /// <summary>Each sample's own gradients.</summary>
    OwnGradients,

    /// <summary>Each sample's own derivatives of any order.</summary>
    OwnDerivatives,

    /// <summary>The same in the terms of a loss.</summary>
    TermDerivatives,

    /// <summary>All blocks of the batch Jacobian.</summary>
    Blocks,

    /// <summary>Its factors.</summary>
    Factors,
}
