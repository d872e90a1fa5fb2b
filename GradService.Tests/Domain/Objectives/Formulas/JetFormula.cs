using System.Globalization;

namespace GradService.Tests.Domain.Objectives.Formulas;

/// <summary>A formula read and computed in one go, as power series about a point: text in, numbers out.</summary>
internal sealed class JetFormula
{
    private readonly string _text;
    private readonly JetPoint _point;
    private int _at;

    private JetFormula(string text, JetPoint point) => (_text, _point) = (text.Replace(" ", "", StringComparison.Ordinal), point);

    /// <param name="text">A formula that is right.</param>
    /// <param name="point">What names stand for.</param>
    public static Jet Evaluate(string text, JetPoint point) => new JetFormula(text, point).Sum();

    private Jet Sum()
    {
        var sum = Product();
        while (Is('+') || Is('-'))
        {
            sum = _text[_at++] == '+' ? sum + Product() : sum - Product();
        }

        return _point.Seen(sum);
    }

    private Jet Product()
    {
        var product = Factor();
        while (Is('*') || Is('/'))
        {
            product = _text[_at++] == '*' ? product * Factor() : product / Factor();
        }

        return _point.Seen(product);
    }

    private Jet Factor()
    {
        if (Is('-'))
        {
            _at++;
            return 0 - Factor();
        }

        var operand = _point.Seen(Operand());
        if (!Is('^'))
        {
            return operand;
        }

        _at++;
        var number = _at < _text.Length && char.IsAsciiDigit(_text[_at]);
        var exponent = Factor();
        return _point.Seen(number ? operand.Power(exponent.Value) : Jet.Exp(exponent * Jet.Log(operand)));
    }

    private Jet Operand()
    {
        if (Is('('))
        {
            return Inside()[0];
        }

        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] is '_' or '@' or '.'))
        {
            _at++;
        }

        var word = _text[start.._at];
        return char.IsAsciiDigit(word[0]) ? double.Parse(word, CultureInfo.InvariantCulture)
            : Is('(') ? Call(word, Inside())
            : word == "pi" ? Math.PI
            : word == "e" ? Math.E
            : _point.Read(word);
    }

    private List<Jet> Inside()
    {
        var values = new List<Jet>();
        do
        {
            _at++;
            values.Add(Sum());
        }
        while (Is(','));
        _at++;
        return values;
    }

    private static Jet Call(string name, List<Jet> of)
    {
        var a = of[0];
        return name switch
        {
            "sin" => Jet.Sin(a),
            "cos" => Jet.Cos(a),
            "tan" => Jet.Sin(a) / Jet.Cos(a),
            "exp" => Jet.Exp(a),
            "log" => Jet.Log(a),
            "sqrt" => a.Power(0.5),
            "sinh" => Jet.Sinh(a),
            "cosh" => Jet.Cosh(a),
            "tanh" => Jet.Sinh(a) / Jet.Cosh(a),
            "abs" => a.Value < 0 ? 0 - a : a,
            "sign" => (double)Math.Sign(a.Value),
            "step" => a.Value > 0 ? 1 : 0,
            "atan" => Jet.Integral(a, Math.Atan(a.Value), at => 1 / (1 + (at * at))),
            "asin" => Jet.Integral(a, Math.Asin(a.Value), at => (1 - (at * at)).Power(-0.5)),
            "acos" => Jet.Integral(a, Math.Acos(a.Value), at => 0 - (1 - (at * at)).Power(-0.5)),
            "erf" => Jet.Integral(a, Erf(a.Value), at => Jet.Exp(0 - (at * at)) * (2 / Math.Sqrt(Math.PI))),
            "min" => a.Value < of[1].Value ? a : of[1],
            "max" => a.Value > of[1].Value ? a : of[1],
            "atan2" => Angle(a, of[1]),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no function"),
        };
    }

    /// <summary>The arc of the quotient that is not large, moved to where the angle is.</summary>
    private static Jet Angle(Jet y, Jet x)
    {
        var angle = Math.Abs(x.Value) > Math.Abs(y.Value) ? Call("atan", [y / x]) : 0 - Call("atan", [x / y]);
        return angle + (Math.Atan2(y.Value, x.Value) - angle.Value);
    }

    /// <summary>By Simpson's rule, in so many parts that nothing is left to wish for.</summary>
    private static double Erf(double x)
    {
        const int Parts = 2_000;
        var step = x / Parts;
        double At(double part) => Math.Exp(-Math.Pow(step * part, 2));
        return Enumerable.Range(0, Parts).Sum(part => At(part) + (4 * At(part + 0.5)) + At(part + 1)) * step / 6 * 2 / Math.Sqrt(Math.PI);
    }

    private bool Is(char sign) => _at < _text.Length && _text[_at] == sign;
}

/// <summary>What names stand for near a point of each of a term's sets: "u", "u_xt", "u@left".</summary>
/// <param name="sets">The sets' names with the point's x and t there; of one set the name may be left out.</param>
/// <param name="texts">Outputs and fields as formulas.</param>
/// <param name="numbers">Unknowns and data.</param>
internal sealed class JetPoint(
    IReadOnlyDictionary<string, (double X, double T)> sets, IReadOnlyDictionary<string, string> texts, IReadOnlyDictionary<string, double> numbers)
{
    private readonly Dictionary<string, Jet> _read = [];
    private readonly Dictionary<string, JetPoint> _on = [];

    /// <summary>The largest number that stood anywhere on the way, of whose size the rounding may be.</summary>
    public double Largest { get; private set; }

    /// <summary>The same on all sets.</summary>
    public double LargestOfAll => _on.Values.Select(point => point.Largest).Append(Largest).Max();

    public Jet Read(string name)
    {
        if (!_read.TryGetValue(name, out var jet))
        {
            _read[name] = jet = name.Split('@') is [var alone, var set] ? On(set).Read(alone) : Meaning(name);
        }

        return jet;
    }

    public Jet Seen(Jet jet)
    {
        Largest = Math.Max(Largest, jet.Largest);
        return jet;
    }

    private JetPoint On(string set)
    {
        _on.TryAdd(set, new JetPoint(new Dictionary<string, (double, double)> { [set] = sets[set] }, texts, numbers));
        return _on[set];
    }

    private Jet Meaning(string name) => name switch
    {
        "x" => Jet.Variable(0, sets.Values.Single().X),
        "t" => Jet.Variable(1, sets.Values.Single().T),
        _ when numbers.TryGetValue(name, out var number) => number,
        _ when texts.TryGetValue(name, out var text) => JetFormula.Evaluate(text, this),
        _ => name[(name.LastIndexOf('_') + 1)..].Aggregate(Read(name[..name.LastIndexOf('_')]), (jet, letter) => Seen(jet.Slope(letter == 'x' ? 0 : 1))),
    };
}
