using System.ComponentModel;
using GradService.Domain.Arrays;

namespace GradService.Domain.Separation;

/// <summary>How own gradients and the batch Jacobian are found; the answer is the same.</summary>
public enum Strategy
{
    /// <summary>The cheapest that is exact.</summary>
    Auto,

    /// <summary>By the structure of the batch Jacobian.</summary>
    Structured,

    /// <summary>One backward sweep for each output element of each sample.</summary>
    RowByRow,

    /// <summary>The question is itself a product with the Jacobian: nothing to choose, so only answers name it.</summary>
    [Browsable(false)]
    Direct,
}

/// <summary>What was chosen, what it costs, and why.</summary>
/// <param name="Strategy">Never <see cref="Strategy.Auto"/>.</param>
/// <param name="Passes">Backward sweeps over the network.</param>
/// <param name="Reason">A short phrase.</param>
internal sealed record StrategyChoice(Strategy Strategy, long Passes, string Reason)
{
    /// <summary>For per-sample gradients of <paramref name="outputs"/> output elements.</summary>
    public static StrategyChoice ForOwnGradients(Strategy asked, ProblemSize size, long outputs) => size.CoupledLayers.Count switch
    {
        0 => Cheaper(asked, size, outputs, outputs, "samples are not coupled: one sweep per output element serves all of them"),
        1 => Cheaper(asked, size, outputs, outputs, "one coupled layer: with the other samples' sums held constant, one sweep per output element serves all samples"),
        _ => Cheaper(asked, size, outputs, (2 * outputs).SaturatingPlus(size.CoupledLayers.Skip(1).Sum(layer => layer.Sweeps)),
            "by how outputs and later statistics respond to each layer's statistics"),
    };

    /// <summary>For the batch Jacobian, all blocks.</summary>
    public static StrategyChoice ForBlocks(Strategy asked, ProblemSize size, long outputs) =>
        Cheaper(asked, size, outputs, Factoring(size, outputs), size.Coupled ? "block-diagonal plus low rank, multiplied out" : "samples are not coupled: the Jacobian is block-diagonal");

    /// <summary>For the factors of the batch Jacobian.</summary>
    public static StrategyChoice ForFactors(ProblemSize size, long outputs) =>
        new(Strategy.Structured, Factoring(size, outputs), size.Coupled ? "block-diagonal plus low rank" : "samples are not coupled: the Jacobian is block-diagonal, K = 0");

    /// <summary>For own derivatives by chains of so many sweeps: one chain per output element where samples can be told apart.</summary>
    public static StrategyChoice ForChains(ProblemSize size, long outputs, long sweeps, int order)
    {
        var chains = outputs.SaturatingTimes(sweeps);
        var rows = size.Samples.SaturatingTimes(chains);
        var surrogate = chains.SaturatingPlus(TaylorSurrogate.Sweeps(size, order));
        return size.CoupledLayers.Count switch
        {
            0 => new(Strategy.Structured, chains, "samples are not coupled: each sweep serves all of them"),
            1 => new(Strategy.Structured, chains, "one coupled layer: with the other samples' sums held constant, each sweep serves all samples"),
            _ when order > TaylorSurrogate.MaxOrder => new(Strategy.RowByRow, rows, $"row by row: with two or more coupled layers orders above {TaylorSurrogate.MaxOrder} have no other way"),
            _ when surrogate <= rows => new(Strategy.Structured, surrogate, $"statistics expanded to second order; row by row would take {rows} sweeps"),
            _ => new(Strategy.RowByRow, rows, $"row by row; with the statistics expanded to second order it would take {surrogate} sweeps"),
        };
    }

    /// <summary>For products with the Jacobian.</summary>
    public static StrategyChoice ForProducts(long passes, string reason) => new(Strategy.Direct, passes, reason);

    private static long Factoring(ProblemSize size, long outputs) => outputs.SaturatingPlus(size.CoupledLayers.Sum(layer => layer.Sweeps));

    /// <summary>Row by row, or by structure in so many sweeps: as asked, or what takes fewer.</summary>
    private static StrategyChoice Cheaper(Strategy asked, ProblemSize size, long outputs, long structured, string reason)
    {
        var rows = size.Samples.SaturatingTimes(outputs);
        return asked switch
        {
            Strategy.RowByRow => new(Strategy.RowByRow, rows, "row by row as asked"),
            Strategy.Structured => new(Strategy.Structured, structured, reason),
            _ when structured <= rows => new(Strategy.Structured, structured, $"{reason}; row by row would take {rows} sweeps"),
            _ => new(Strategy.RowByRow, rows, $"row by row; by structure it would take {structured} sweeps"),
        };
    }
}
