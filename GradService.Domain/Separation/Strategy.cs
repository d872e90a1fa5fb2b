using System.ComponentModel;

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
