namespace GradService.Domain.Objectives.Formulas;

/// <summary>A derivative of one output element by one to four variables; as derivatives commute, their order is of no account.</summary>
public sealed record DerivativeIndex
{
    /// <param name="output">The output element's index.</param>
    /// <param name="variables">The variables' indices, one for each differentiation.</param>
    public DerivativeIndex(int output, IEnumerable<int> variables) => (Output, Variables) = (output, [.. variables.Order()]);

    public int Output { get; }

    /// <summary>The variables' indices in ascending order, repeated as often as is differentiated by them.</summary>
    public IReadOnlyList<int> Variables { get; }

    public int Order => Variables.Count;

    public bool Equals(DerivativeIndex? other) => other is not null && Output == other.Output && Variables.SequenceEqual(other.Variables);

    public override int GetHashCode() => Variables.Aggregate(Output, HashCode.Combine);
}
