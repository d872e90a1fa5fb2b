namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// A derivative of one output element, first by the first of its variables. Partial derivatives commute; nested gradients of sums over a
/// batch whose samples interact do not. Of order 0 it is the output itself.
/// </summary>
public sealed record DerivativeIndex
{
    /// <param name="output">The output element's index.</param>
    /// <param name="variables">The variables' indices, one for each differentiation.</param>
    public DerivativeIndex(int output, params IEnumerable<int> variables) => (Output, Variables) = (output, [.. variables]);

    public int Output { get; }

    /// <summary>The variables' indices in the order of differentiation, repeated as often as is differentiated by them.</summary>
    public IReadOnlyList<int> Variables { get; }

    public int Order => Variables.Count;

    /// <summary>The one in ascending order of variables that stands for all that commute with it.</summary>
    public DerivativeIndex Commuted => new(Output, Variables.Order());

    /// <summary>The derivative of one order less from which differentiating by the variable leads here, where derivatives commute.</summary>
    public DerivativeIndex Without(int variable)
    {
        var rest = Variables.ToList();
        rest.Remove(variable);
        return new DerivativeIndex(Output, rest);
    }

    public bool Equals(DerivativeIndex? other) => other is not null && Output == other.Output && Variables.SequenceEqual(other.Variables);

    public override int GetHashCode() => Variables.Aggregate(Output, HashCode.Combine);

    public override string ToString() => $"{Output}:{string.Join(",", Variables)}";
}
