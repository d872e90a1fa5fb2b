using GradService.Fuzz.Oracles;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>Texts from a generator of random numbers: formulas, formulas with mistakes, and nonsense.</summary>
/// <param name="seed">The same texts for the same seed.</param>
/// <param name="positiveBases">Whether exponents that vary stand on positive numbers alone: negative ones have a power at integers only,
/// hence no slope in the exponent.</param>
internal sealed class RandomFormulas(int seed, bool positiveBases = false)
{
    private static readonly string[] Numbers = ["0", "1", "2", "3", "4", ".5", "1.5", "1.", "0.25", "1e-3", "2.5E+1", "1e2", "7"];
    private static readonly string[] Functions = ["sin", "cos", "tan", "exp", "log", "sqrt", "tanh", "abs", "sinh", "cosh", "atan", "asin", "acos", "erf",
        "sign", "step"];
    private static readonly string[] FunctionsOfTwo = ["min", "max", "atan2"];
    private static readonly string[] Fields = ["f", "f", "f_x", "f_tx", "f__time", "f__x__x__x__t", "g", "g_x", "g_xx", "g__t__time", "h", "k"];
    private static readonly string[] OfNoSet = ["target", "pi", "D", "e"];
    private static readonly string[] Plain = [.. SampleNames.Meanings.Keys.Where(name => !name.Contains("__", StringComparison.Ordinal)), "u__x", "u__t__x",
        "v_1__time", "u__time__x__time__t", "pi", "x", "t", "u", "u", "u_x"];
    private static readonly string[] Mistakes = ["E", "u_xxxxx", "f_xxxxx", "g_xxxx", "h_x", "D_x", "k_x", "@", "@left", "@only", "u@", "D@left", "min",
        "sinh", "U", "sine", "x_u", "u_", "u__", "v_1_1", "ln", "1e999", "1e", "..", "$", ",", "π", "²", "=",
        "**", "\0", "\ud83d", "é", "\u00a0", "\n"];
    private static readonly string[] Signs = ["+", "-", "*", "/", "^", "(", ")", "^", " ", "(", ")"];

    private readonly Random _random = new(seed);

    private IReadOnlyList<string> _names = Plain;

    /// <summary>From now on with fields, data and an unknown.</summary>
    /// <param name="paired">Whether there are two sets, so that names carry theirs.</param>
    public void UseFields(bool paired)
    {
        string[] alone = [.. Plain.Except(OfNoSet), "x", "u", .. Fields];
        _names = paired ? [.. alone.SelectMany(name => new[] { name + "@left", name + "@right" }), .. OfNoSet] : [.. alone, "u@only", "f_x@only", .. OfNoSet];
    }

    public string Formula(int depth) => (depth <= 0 ? 0 : _random.Next(10)) switch
    {
        0 or 1 => _random.Next(3) == 0 ? Pick(Numbers) : Pick(_names),
        2 or 3 => $"{Formula(depth - 1)}{Space()}{Pick(["+", "-"])}{Space()}{Formula(depth - 1)}",
        4 or 5 => $"{Formula(depth - 1)}{Space()}{Pick(["*", "/"])}{Space()}{Formula(depth - 1)}",
        6 when _random.Next(2) == 0 => $"{Formula(depth - 2)}^{Space()}{Pick(Numbers)}",
        6 => positiveBases ? $"abs({Formula(depth - 2)})^({Formula(depth - 2)})" : $"{Formula(depth - 2)}^{Space()}{Formula(depth - 2)}",
        7 => $"{Pick(["-", "-", "+"])}{Formula(depth - 1)}",
        8 when _random.Next(5) == 0 => $"{Pick(FunctionsOfTwo)}({Formula(depth - 1)},{Space()}{Formula(depth - 1)})",
        8 => $"{Pick(Functions)}{Space()}({Formula(depth - 1)})",
        _ => $"({Formula(depth - 1)})",
    };

    /// <summary>A formula with one or two of its characters or pieces changed, left out, doubled or put in.</summary>
    public string Mutated()
    {
        var text = Formula(_random.Next(2, 6));
        for (var changes = _random.Next(3) == 0 ? 2 : 1; changes > 0; changes--)
        {
            var at = _random.Next(text.Length + 1);
            var end = Math.Min(text.Length, at + _random.Next(6));
            text = _random.Next(5) switch
            {
                0 when at < text.Length => text.Remove(at, 1),
                1 => text.Insert(at, Piece()),
                2 => text[..end] + text[at..],
                3 when at < text.Length => text[..at] + Piece() + text[(at + 1)..],
                _ => text[..at] + text[end..],
            };
        }

        return text;
    }

    /// <summary>Characters in a row, or pieces of formulas in a row.</summary>
    public string Nonsense()
    {
        var length = _random.Next(12);
        return _random.Next(4) == 0
            ? string.Concat(Enumerable.Range(0, length).Select(_ => (char)(_random.Next(8) == 0 ? _random.Next(char.MaxValue) : _random.Next(128))))
            : string.Concat(Enumerable.Range(0, length).Select(_ => Piece()));
    }

    public T Pick<T>(IReadOnlyList<T> of) => of[_random.Next(of.Count)];

    public double Between(double low, double high) => low + ((high - low) * _random.NextDouble());

    /// <summary>Points by meaning: everyday numbers, small integers, zeros, all magnitudes, and the numbers that are none.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, double>> Points()
    {
        double[] special = [0, -0.0, 1, -1, 0.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
        return [Point(() => Between(-2, 2)), Point(() => Between(0, 3)), Point(() => _random.Next(-3, 4)), Point(() => 0),
            Point(() => Between(-1, 1) * Math.Pow(10, _random.Next(-300, 300))), Point(() => Pick(special))];
    }

    private static Dictionary<string, double> Point(Func<double> draw) => SampleNames.DistinctOfPairs.ToDictionary(meaning => meaning, _ => draw());

    private string Piece() => _random.Next(12) switch
    {
        0 or 1 => Pick(Numbers),
        2 or 3 or 4 => Pick(_names),
        5 => Pick(Functions),
        6 => Pick(_random.Next(4) == 0 ? FunctionsOfTwo : Functions) + "(",
        7 when _random.Next(6) == 0 => ",",
        7 when _random.Next(3) == 0 => Pick(Mistakes),
        _ => Pick(Signs),
    };

    private string Space() => _random.Next(4) == 0 ? " " : "";
}
