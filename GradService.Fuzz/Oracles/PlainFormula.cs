using System.Globalization;

namespace GradService.Fuzz.Oracles;

/// <summary>A number and how far from it the same computation may come out in another order of rounding.</summary>
/// <param name="Value">The number.</param>
/// <param name="Error">How far; NaN: anything may come out.</param>
/// <param name="Singular">Whether anything on the way there, or its slope, was not finite.</param>
public readonly record struct Estimate(double Value, double Error, bool Singular)
{
    private const double Epsilon = 2.220446049250313e-16;

    /// <summary>Whether rounding leaves no doubt about the value, infinities and NaN included.</summary>
    public bool Certain => double.IsFinite(Error);

    public bool Allows(double other) => Class(other).Equals(Class(Value)) && (!double.IsFinite(Value) || Math.Abs(other - Value) <= Error + 1e-300);

    /// <summary>
    /// f(a, b), with what the corners of the operands' errors make of it. IEEE's own operations are the same everywhere,
    /// the others by a few units.
    /// </summary>
    public static Estimate Of(Func<double, double, double> f, Estimate a, Estimate b, bool exact)
    {
        var value = f(a.Value, b.Value);
        var singular = a.Singular || b.Singular || !double.IsFinite(value);
        double[] corners = a.Error == 0 && b.Error == 0 ? [] :
            [f(a.Value - a.Error, b.Value - b.Error), f(a.Value - a.Error, b.Value + b.Error), f(a.Value + a.Error, b.Value - b.Error),
                f(a.Value + a.Error, b.Value + b.Error)];
        if (!a.Certain || !b.Certain || corners.Any(corner => !Class(corner).Equals(Class(value))))
        {
            return new Estimate(value, double.NaN, singular);
        }

        var spread = double.IsFinite(value) ? corners.Select(corner => Math.Abs(corner - value)).DefaultIfEmpty(0).Max() : 0;
        var rounding = double.IsFinite(value) && !(exact && spread == 0) ? 4 * Epsilon * Math.Abs(value) : 0;
        return new Estimate(value, spread + rounding, singular);
    }

    private static double Class(double value) => double.IsFinite(value) ? 0 : value;
}

/// <summary>
/// Formulas over their very characters, read and computed at once in doubles: an oracle that knows nothing of the service's tokens, trees and tensors.
/// </summary>
public sealed class PlainFormula
{
    private const int MaxLength = 2000;
    private const int MaxDepth = 64;

    private readonly string _text;
    private readonly Func<string, double?> _values;
    private readonly Func<string, string?> _texts;
    private int _at;

    private PlainFormula(string text, Func<string, double?> values, Func<string, string?> texts) => (_text, _values, _texts) = (text, values, texts);

    /// <summary>The value, or null where the text is no formula.</summary>
    /// <param name="text">What may be one.</param>
    /// <param name="values">The value by a name, null where nothing has that name.</param>
    /// <param name="texts">What a name stands for as a formula in turn, null where it stands for none.</param>
    public static Estimate? Evaluate(string text, Func<string, double?> values, Func<string, string?>? texts = null)
    {
        try
        {
            var reader = new PlainFormula(text, values, texts ?? (_ => null));
            var value = text.Length <= MaxLength ? reader.Sum(0) : throw new FormatException();
            return reader.Peek() == '\0' && reader._at == text.Length ? value : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private Estimate Sum(int depth)
    {
        var sum = Product(depth);
        while (Peek() is '+' or '-')
        {
            var minus = _text[_at++] == '-';
            sum = Estimate.Of((a, b) => minus ? a - b : a + b, sum, Product(depth), exact: true);
        }

        return sum;
    }

    private Estimate Product(int depth)
    {
        var product = Signed(depth);
        while (Peek() is '*' or '/')
        {
            var over = _text[_at++] == '/';
            product = Estimate.Of((a, b) => over ? a / b : a * b, product, Signed(depth), exact: true);
        }

        return product;
    }

    private Estimate Signed(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new FormatException();
        }

        if (Peek() is not ('+' or '-'))
        {
            return Power(depth);
        }

        var minus = _text[_at++] == '-';
        var value = Signed(depth + 1);
        return minus ? value with { Value = -value.Value } : value;
    }

    private Estimate Power(int depth)
    {
        var raised = Operand(depth);
        if (Peek() != '^')
        {
            return raised;
        }

        _at++;
        var exponent = Signed(depth + 1);

        // To libtorch the power ½ is the root, and of −∞ and −0 the two differ.
        var root = Math.Abs(exponent.Value) == 0.5 && (double.IsNegativeInfinity(raised.Value) || (raised.Value == 0 && double.IsNegative(raised.Value)));
        var steep = raised.Value == 0 && exponent.Value is < 1 and not 0;
        return Estimate.Of(Math.Pow, raised with { Error = root ? double.NaN : raised.Error, Singular = raised.Singular || steep }, exponent, exact: false);
    }

    private Estimate Operand(int depth)
    {
        var first = Peek();
        if (first == '(')
        {
            return Parenthesis(depth);
        }

        return first == '.' || char.IsAsciiDigit(first)
            ? new Estimate(Number(), 0, false)
            : char.IsAsciiLetter(first)
            ? Word(depth)
            : throw new FormatException();
    }

    private Estimate Parenthesis(int depth)
    {
        if (Peek() != '(')
        {
            throw new FormatException();
        }

        _at++;
        var value = Sum(depth + 1);
        return Peek() == ')' && _at++ >= 0 ? value : throw new FormatException();
    }

    private Estimate Word(int depth)
    {
        var start = _at;
        Letters();
        if (_at < _text.Length && _text[_at] == '@')
        {
            _at++;
            Letters();
        }

        var word = _text[start.._at];
        var called = Peek() == '(';
        if (called && TwoArguments(word) is { } ofTwo)
        {
            return Pair(word, ofTwo, depth);
        }

        Func<double, double>? function = word switch
        {
            "sin" => Math.Sin,
            "cos" => Math.Cos,
            "tan" => Math.Tan,
            "exp" => Math.Exp,
            "log" => Math.Log,
            "sqrt" => Math.Sqrt,
            "tanh" => Math.Tanh,
            "abs" => Math.Abs,
            "sinh" when called => Math.Sinh,
            "cosh" when called => Math.Cosh,
            "atan" when called => Math.Atan,
            "asin" when called => Math.Asin,
            "acos" when called => Math.Acos,
            "erf" when called => Erf,
            "sign" when called => a => double.IsNaN(a) ? a : Math.Sign(a),
            "step" when called => a => double.IsNaN(a) ? a : a > 0 ? 1 : 0,
            _ => null,
        };
        if (function is null)
        {
            return Named(word);
        }

        var argument = Parenthesis(depth);

        // A quarter of a wave of doubt is every value.
        var lost = word is "sin" or "cos" or "tan" && argument.Error > 0.1;
        var steep = (word == "sqrt" && argument.Value == 0) || (word is "asin" or "acos" && Math.Abs(argument.Value) == 1)
            || (word is "sign" or "step" && argument.Value == 0);
        return Estimate.Of((a, _) => function(a), argument with { Error = lost ? double.NaN : argument.Error, Singular = argument.Singular || steep }, default,
            exact: word is "abs" or "sign" or "step");
    }

    private Estimate Named(string word) => word == "pi" ? new Estimate(Math.PI, 0, false)
        : _values(word) is { } value ? new Estimate(value, 0, !double.IsFinite(value))
        : _texts(word) is { } text ? Evaluate(text, _values, _texts) ?? throw new InvalidOperationException($"'{text}' is no formula.")
        : word == "e" ? new Estimate(Math.E, 0, false)
        : throw new FormatException();

    private static Func<double, double, double>? TwoArguments(string word) => word switch
    {
        "min" => Math.Min,
        "max" => Math.Max,
        "atan2" => Math.Atan2,
        _ => null,
    };

    private Estimate Pair(string word, Func<double, double, double> function, int depth)
    {
        _at++;
        var a = Sum(depth + 1);
        if (Peek() != ',')
        {
            throw new FormatException();
        }

        _at++;
        var b = Sum(depth + 1);
        if (Peek() != ')')
        {
            throw new FormatException();
        }

        _at++;

        // Which zero of two is chosen is nobody's business.
        var zeros = word != "atan2" && a.Value == 0 && b.Value == 0 && double.IsNegative(a.Value) != double.IsNegative(b.Value);
        var edge = a.Value == b.Value || word == "atan2";
        return Estimate.Of(function, a with { Error = zeros ? double.NaN : a.Error, Singular = a.Singular || edge }, b, exact: word != "atan2");
    }

    /// <summary>The error function as an integral, by Gauss and Legendre's five points in each of 60 parts.</summary>
    private static double Erf(double x)
    {
        const int Parts = 60;
        (double At, double Weight)[] points = [(0, 0.5688888888888889), (0.5384693101056831, 0.47862867049936647), (-0.5384693101056831, 0.47862867049936647),
            (0.906179845938664, 0.23692688505618908), (-0.906179845938664, 0.23692688505618908)];
        if (!double.IsFinite(x) || Math.Abs(x) > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        var half = x / Parts / 2;
        return Enumerable.Range(0, Parts).Sum(part => points.Sum(point => point.Weight * Math.Exp(-Math.Pow(half * ((2 * part) + 1 + point.At), 2))))
            * half * 2 / Math.Sqrt(Math.PI);
    }

    private void Letters()
    {
        while (_at < _text.Length && (char.IsAsciiLetterOrDigit(_text[_at]) || _text[_at] == '_'))
        {
            _at++;
        }
    }

    private double Number()
    {
        var start = _at;
        var digits = Digits();
        if (_at < _text.Length && _text[_at] == '.')
        {
            _at++;
            digits += Digits();
        }

        if (digits == 0)
        {
            throw new FormatException();
        }

        var mantissa = _at;
        if (_at < _text.Length && _text[_at] is 'e' or 'E')
        {
            _at++;
            if (_at < _text.Length && _text[_at] is '+' or '-')
            {
                _at++;
            }

            // Without digits after it, an e is the beginning of a name.
            _at = Digits() > 0 ? _at : mantissa;
        }

        var number = double.Parse(_text[start.._at], CultureInfo.InvariantCulture);
        return double.IsFinite(number) ? number : throw new FormatException();
    }

    private int Digits()
    {
        var start = _at;
        while (_at < _text.Length && char.IsAsciiDigit(_text[_at]))
        {
            _at++;
        }

        return _at - start;
    }

    /// <summary>The next character that is no space, left where it is; '\0' at the end.</summary>
    private char Peek()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }

        return _at < _text.Length ? _text[_at] : '\0';
    }
}
