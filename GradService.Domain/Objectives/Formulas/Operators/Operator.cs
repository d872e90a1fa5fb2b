namespace GradService.Domain.Objectives.Formulas.Operators;

/// <summary>An operator between two expressions.</summary>
internal abstract record Operator(string Name) : BinaryFunction(Name)
{
    public override string Write(IReadOnlyList<string> operands) => Write(Name, operands[0], operands[1]);

    /// <summary>An operator between two numbers, as formulas write it: "1/0", "(-1)^0.5".</summary>
    public static string Write(string symbol, string left, string right) => $"{Guarded(left)}{symbol}{Guarded(right)}";

    private static string Guarded(string operand) => operand.StartsWith('-') ? $"({operand})" : operand;
}
