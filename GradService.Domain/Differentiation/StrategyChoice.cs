using System.ComponentModel;

namespace GradService.Domain.Differentiation;

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
    /// <summary>For per-sample gradients and the batch Jacobian of <paramref name="outputs"/> output elements.</summary>
    public static StrategyChoice ForRows(Strategy asked, ProblemSize size, long outputs)
    {
        var rows = size.Samples.SaturatingTimes(outputs);
        return (asked, size.Coupled) switch
        {
            (Strategy.RowByRow, _) => new(Strategy.RowByRow, rows, "row by row as asked"),
            (_, false) => new(Strategy.Structured, outputs, "samples are not coupled: one sweep per output element serves all of them"),
            _ => new(Strategy.RowByRow, rows, "batch statistics couple the samples: one sweep per output element of each sample"),
        };
    }

    /// <summary>For products with the Jacobian.</summary>
    public static StrategyChoice ForProducts(long passes, string reason) => new(Strategy.Direct, passes, reason);

    /// <summary>What is wrong with the strategy that a request names.</summary>
    public static IEnumerable<Fault> Check(Strategy asked, ProblemSize size)
    {
        if (asked == Strategy.Direct || (asked == Strategy.Structured && size.Coupled))
        {
            yield return Fault.Invalid("gradient.strategy", "auto or rowByRow where batch statistics couple the samples", asked == Strategy.Direct ? "direct" : "structured");
        }
    }
}
