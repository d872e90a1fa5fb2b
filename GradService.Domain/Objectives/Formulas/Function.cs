using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>A function of one argument, for constants and for tensors.</summary>
internal sealed record Function(string Name, Func<double, double> OfNumber, Func<Tensor, Tensor> OfTensor)
{
    /// <summary>Whether its derivative jumps, or has no bound, at zero.</summary>
    public bool HasCornerAtZero { get; init; }

    public static Function Negation { get; } = new("-", x => -x, x => x.neg());

    /// <summary>The functions that a formula may call.</summary>
    public static IReadOnlyDictionary<string, Function> ByName { get; } = new Function[]
    {
        new("sin", Math.Sin, x => x.sin()),
        new("cos", Math.Cos, x => x.cos()),
        new("tan", Math.Tan, x => x.tan()),
        new("exp", Math.Exp, x => x.exp()),
        new("log", Math.Log, x => x.log()),
        new("sqrt", Math.Sqrt, x => x.sqrt()) { HasCornerAtZero = true },
        new("tanh", Math.Tanh, x => x.Tanh()),
        new("abs", Math.Abs, x => x.abs()) { HasCornerAtZero = true },
    }.ToDictionary(function => function.Name);

    /// <summary>The function of an expression; of a constant it is a constant.</summary>
    public Expression Of(Expression argument) => argument is Number number ? new Number(OfNumber(number.Value)) : new Unary(this, argument);
}
