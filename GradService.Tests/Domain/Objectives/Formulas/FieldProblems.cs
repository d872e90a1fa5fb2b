using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Formulas over variables x and t, outputs n and m that are known functions of them, an unknown D and data k, on a set s or on two.</summary>
internal static class FieldProblems
{
    public static readonly Dictionary<string, string> Outputs = new()
    {
        ["n"] = "sin(1.3*x + 0.7*t) + 0.4*x*t^2",
        ["m"] = "exp(0.3*x - 0.5*t)*cos(x)",
    };

    public static readonly Dictionary<string, double> Numbers = new() { ["D"] = 0.8, ["k"] = 1.7 };

    public static string Written(Named name) => (name switch
    {
        Variable variable => variable.Index == 0 ? "x" : "t",
        Output output => output.Index == 0 ? "n" : "m",
        Derivative { Index: var index } => $"{(index.Output == 0 ? "n" : "m")}_{string.Concat(index.Variables.Select(by => by == 0 ? 'x' : 't'))}",
        Unknown => "D",
        _ => "k",
    }) + $"@{name.Place}";

    public static string[] SetsOf(bool paired) => paired ? ["left", "right"] : ["s"];

    public static Dictionary<string, (double X, double T)> Point(string set, (double X, double T) at) => new() { [set] = at };

    /// <summary>What names stand for at points, each with its x and t on one set, or on two.</summary>
    public static FieldValues Values(List<Dictionary<string, (double X, double T)>> points, bool paired)
    {
        var sets = SetsOf(paired);
        var series = points.Select(point => new JetPoint(point, Outputs, Numbers)).ToList();
        return new FieldValues(points.Count, Dtype.Float64, name => name is Unknown ? tensor(Numbers["D"])
            : tensor([.. series.Select(point => point.Read(Written(name).Split('@')[0] + (name is Column ? "" : "@" + sets[name.Place])).Value)]));
    }

    public static FormulaNames NamesOf(bool paired, params (string Name, string Text)[] fields)
    {
        var names = new FormulaNames(["x", "t"], ["n", "m"], HasTarget: true) { Unknowns = ["D"], Columns = new HashSet<string> { "k" } };
        foreach (var (name, text) in fields)
        {
            names = names with { Fields = [.. names.Fields, Formula.ParseField(name, text, names with { HasTarget = false }, $"fields.{name}")] };
        }

        return names with { Places = paired ? [new FormulaPlace("left", []), new FormulaPlace("right", ["k"])] : [new FormulaPlace("s", ["k"])] };
    }

    public static Formula Parse(string text, bool paired, params (string Name, string Text)[] fields) =>
        Formula.Parse(text, NamesOf(paired, fields), "residual");

    public static Formula? ParsedOrBeyondOrder(IReadOnlyDictionary<string, string> fields, string text, bool paired)
    {
        try
        {
            return Parse(text, paired, [.. fields.Select(field => (field.Key, field.Value))]);
        }
        catch (FaultException refused)
        {
            Assert.Contains("total order at most 4", refused.Message, StringComparison.Ordinal);
            return null;
        }
    }
}

/// <summary>Tensors by names.</summary>
internal sealed class FieldValues(long count, Dtype dtype, Func<Named, Tensor> of) : IFormulaValues
{
    public long Count => count;

    public Dtype Dtype => dtype;

    public Tensor Read(Named name) => of(name);
}

/// <summary>Fields whose functions are finite, and not steep, wherever their arguments are moderate.</summary>
internal sealed class RandomFields(int seed)
{
    private readonly Random _random = new(seed);

    public (IReadOnlyDictionary<string, string> Fields, string Text) Draw(bool paired)
    {
        var fields = new Dictionary<string, string>
        {
            ["f"] = Expression(3, ["x", "t", "n", "n", "m", "D", "n_x"]),
            ["g"] = Expression(2, ["f", "f", "f_x", "n", "x", "D"]),
        };
        string[] names = ["f_x", "f_xt", "f_tt", "g", "g_x", "g_t", "f", "x", "n_t", "m"];
        string[] written = paired ? [.. names.SelectMany(name => new[] { name + "@left", name + "@right" })] : names;
        return (fields, $"{Pick(written)} + {Expression(2, [.. written, "D"])}");
    }

    public Dictionary<string, (double X, double T)> Point(bool paired) =>
        FieldProblems.SetsOf(paired).ToDictionary(set => set, _ => (Between(-1.5, 1.5), Between(-1.5, 1.5)));

    private string Expression(int depth, string[] names)
    {
        if (depth == 0)
        {
            return _random.Next(4) == 0 ? Pick(["2", "0.5", "e", "pi"]) : Pick(names);
        }

        var (a, b) = (Expression(depth - 1, names), Expression(depth - 1, names));
        return _random.Next(24) switch
        {
            0 or 1 => $"({a} + {b})",
            2 => $"({a} - {b})",
            3 or 4 => $"({a})*({b})",
            5 => $"({a})/(1.5 + ({b})^2)",
            6 => $"({a})^{Pick(["2", "3"])}",
            7 => $"(1.2 + sin({a}))^(sin({b}))",
            8 => $"sin({a})",
            9 => $"cos({a})",
            10 => $"exp(sin({a}))",
            11 => $"log(1.1 + ({a})^2)",
            12 => $"sqrt(0.5 + ({a})^2)",
            13 => $"tanh({a})",
            14 => $"sinh(sin({a}))",
            15 => $"cosh(cos({a}))",
            16 => $"atan({a})",
            17 => $"asin(0.7*sin({a}))",
            18 => $"acos(0.7*cos({a}))",
            19 => $"erf({a})",
            20 => $"abs({a})*sign({b})",
            21 => $"step({a})*tan(sin({b}))",
            22 => $"{Pick(["min", "max"])}({a}, {b})",
            _ => $"atan2({a}, 2 + sin({b}))",
        };
    }

    private string Pick(string[] of) => of[_random.Next(of.Length)];

    private double Between(double low, double high) => low + ((high - low) * _random.NextDouble());
}
