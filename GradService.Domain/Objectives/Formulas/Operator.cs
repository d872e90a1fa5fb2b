using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>An operator between two expressions, for constants and for tensors.</summary>
internal sealed record Operator(string Symbol, Func<double, double, double> OfNumbers, Func<Tensor, Tensor, Tensor> OfTensors)
{
    public static Operator Plus { get; } = new("+", (a, b) => a + b, (a, b) => a.Plus(b));

    public static Operator Minus { get; } = new("-", (a, b) => a - b, (a, b) => a.Minus(b));

    public static Operator Times { get; } = new("*", (a, b) => a * b, (a, b) => a.Times(b));

    public static Operator Over { get; } = new("/", (a, b) => a / b, (a, b) => a.Over(b));

    public static Operator Power { get; } = new("^", Math.Pow, (a, b) => a.Power(b));

    /// <summary>The operator between two numbers, as formulas write it: "1/0", "(-1)^0.5".</summary>
    public string Write(string left, string right) => $"{Guarded(left)}{Symbol}{Guarded(right)}";

    /// <summary>The operator between two expressions. Between constants it is a constant, and so are a^0 = 1^b = 1, by IEEE for every a and b.</summary>
    public Expression Of(Expression left, Expression right) => (left, right) switch
    {
        (Number a, Number b) => new Number(OfNumbers(a.Value, b.Value)),
        (_, Number { Value: 0 }) or (Number { Value: 1 }, _) when this == Power => new Number(1),
        (_, Number exponent) when this == Power => new ConstantPower(left, exponent),
        _ => new Binary(this, left, right),
    };

    private static string Guarded(string operand) => operand.StartsWith('-') ? $"({operand})" : operand;
}
