namespace GradService.Domain.Objectives.Formulas;

/// <summary>A derivative of one output element; as derivatives commute, the order of its variables is of no account. Of order 0 it is the output itself.</summary>
public sealed record DerivativeIndex
{
    /// <param name="output">The output element's index.</param>
    /// <param name="variables">The variables' indices, one for each differentiation.</param>
    public DerivativeIndex(int output, params IEnumerable<int> variables) => (Output, Variables) = (output, [.. variables.Order()]);

    public int Output { get; }

    /// <summary>The variables' indices in ascending order, repeated as often as is differentiated by them.</summary>
    public IReadOnlyList<int> Variables { get; }

    public int Order => Variables.Count;

    /// <summary>The derivative of one order less from which differentiating by the variable leads here.</summary>
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
