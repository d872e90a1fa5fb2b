using System.Globalization;
using System.Text;
using GradService.Domain.Faults;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>
/// Reads one formula: length, tokens, depth, numbers and names first, the grammar last, so that what is built is small and known.
/// <code>
/// sum      = product { ("+" | "-") product }
/// product  = factor { ("*" | "/") factor }
/// factor   = ("+" | "-") factor | power
/// power    = operand [ "^" factor ]
/// operand  = number | name | function "(" sum ")" | "(" sum ")"
/// </code>
/// </summary>
internal sealed class FormulaReader(string text, FormulaNames names, string path)
{
    /// <summary>What people write for what a formula has.</summary>
    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["="] = "A residual is what shall become 0: instead of left = right write left - (right).",
        [","] = "Functions have one argument, and decimals a point.",
        ["π"] = "Write pi.",
        ["−"] = "Write -.",
        ["·"] = "Write *.",
        ["×"] = "Write *.",
        ["²"] = "Write ^2.",
        ["³"] = "Write ^3.",
    };

    public (Expression Root, IReadOnlyList<Expression> Named) Read()
    {
        if (text.Length > Formula.MaxLength)
        {
            throw Wrong($"a formula of at most {Formula.MaxLength} characters", $"{text.Length} characters");
        }

        var (tokens, stranger) = FormulaTokens.Of(text);
        if (stranger is { } index)
        {
            Rune.DecodeFromUtf16(text.AsSpan(index), out var character, out _);
            throw Wrong("numbers, names, + - * / ^ ( )", $"'{character}' at position {index + 1}", Remedies.GetValueOrDefault(character.ToString()));
        }

        if (FormulaTokens.Below(Formula.MaxDepth, tokens) is { } deep)
        {
            throw Wrong($"at most {Formula.MaxDepth} parentheses, signs and exponents inside each other", $"more at position {Position(deep)}");
        }

        var named = tokens.Where(token => token.Kind is FormulaToken.Number or FormulaToken.Name).Select(Leaf).ToList();
        var result = Grammar()(tokens);
        return result.HasValue && result.Remainder.IsAtEnd ? (result.Value, named) : throw Unexpected([.. tokens], result.Remainder.Position);
    }

    private TokenListParser<FormulaToken, Expression> Grammar()
    {
        TokenListParser<FormulaToken, Expression> sum = null!, factor = null!;
        var inParentheses = Parse.Ref(() => sum).Between(Token.EqualTo(FormulaToken.Open), Token.EqualTo(FormulaToken.Close));
        var call = Token.EqualTo(FormulaToken.Function)
            .Then(function => inParentheses.Select(argument => Function.ByName[function.ToStringValue()].Of(argument)));
        var operand = Token.EqualTo(FormulaToken.Number).Or(Token.EqualTo(FormulaToken.Name)).Select(Leaf).Or(call).Or(inParentheses);
        var exponent = Token.EqualTo(FormulaToken.Power).IgnoreThen(Parse.Ref(() => factor)).AsNullable().OptionalOrDefault();
        var power = operand.Then(@base => exponent.Select(raised => raised is null ? @base : Operator.Power.Of(@base, raised)));
        factor = Token.EqualTo(FormulaToken.Minus).IgnoreThen(Parse.Ref(() => factor)).Select(Function.Negation.Of)
            .Or(Token.EqualTo(FormulaToken.Plus).IgnoreThen(Parse.Ref(() => factor))).Or(power);
        var product = Parse.Chain(Sign(FormulaToken.Times, Operator.Times).Or(Sign(FormulaToken.Over, Operator.Over)), factor, Apply);
        sum = Parse.Chain(Sign(FormulaToken.Plus, Operator.Plus).Or(Sign(FormulaToken.Minus, Operator.Minus)), product, Apply);
        return sum;
    }

    private static TokenListParser<FormulaToken, Operator> Sign(FormulaToken token, Operator meaning) => Token.EqualTo(token).Value(meaning);

    private static Expression Apply(Operator @operator, Expression left, Expression right) => @operator.Of(left, right);

    private Expression Leaf(Token<FormulaToken> token)
    {
        var written = token.ToStringValue();
        if (token.Kind == FormulaToken.Name)
        {
            return names.Find(written, path, Position(token));
        }

        var value = double.Parse(written, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? new Number(value) : throw Wrong("numbers that double precision can hold", Seen(token));
    }

    /// <summary>The error at a token at which no formula can go on.</summary>
    private FaultException Unexpected(Token<FormulaToken>[] tokens, int at)
    {
        var before = at > 0 ? tokens[at - 1] : (Token<FormulaToken>?)null;
        var token = at < tokens.Length ? tokens[at] : (Token<FormulaToken>?)null;
        var got = token is { } seen ? Seen(seen) : $"the end, at position {text.Length + 1}";
        if (before is { Kind: FormulaToken.Function } function)
        {
            return Wrong($"'(' after {function.ToStringValue()}", got, "A function's argument stands in parentheses: sin(x).");
        }

        if (before is { } operand && FormulaTokens.EndsValue(operand.Kind))
        {
            var open = tokens[..at].Sum(each => each.Kind == FormulaToken.Open ? 1 : each.Kind == FormulaToken.Close ? -1 : 0) > 0;
            var remedy = token is null or { Kind: FormulaToken.Close } ? null
                : $"Multiplication is written out: {Fault.Shortened(operand.ToStringValue())}*{Fault.Shortened(token.Value.ToStringValue())}"
                    + $"{(token.Value.Kind == FormulaToken.Open ? "…" : "")}.";
            return Wrong(open ? "an operator or ')'" : "an operator or the end", got, remedy);
        }

        return Wrong("a number, a name, a function or '('", got, (before?.Kind, token?.Kind) == (FormulaToken.Times, FormulaToken.Times)
            ? "A power is written ^." : $"Names: {string.Join(", ", names.Known().Take(40))}.");
    }

    private FaultException Wrong(string expected, string got, string? remedy = null) => new(Fault.Invalid(path, expected, got, remedy));

    private static string Seen(Token<FormulaToken> token) => $"{Fault.Quoted(token.ToStringValue())} at position {Position(token)}";

    private static int Position(Token<FormulaToken> token) => token.Position.Absolute + 1;
}

internal enum FormulaToken
{
    Number,
    Name,
    Function,
    Plus,
    Minus,
    Times,
    Over,
    Power,
    Open,
    Close,
}

/// <summary>The text of a formula, cut into tokens, and how deep they nest.</summary>
internal static class FormulaTokens
{
    /// <summary>The longest that matches is taken: 2.5E+4 is one number, x2 one name. ASCII alone.</summary>
    private static readonly Tokenizer<FormulaToken> Tokenizer = new TokenizerBuilder<FormulaToken>()
        .Ignore(Span.WhiteSpace)
        .Match(Span.Regex(@"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"), FormulaToken.Number)
        .Match(Span.Regex($"(?:{string.Join('|', Function.ByName.Keys)})(?![A-Za-z0-9_])"), FormulaToken.Function)
        .Match(Span.Regex("[A-Za-z][A-Za-z0-9_]*"), FormulaToken.Name)
        .Match(Character.EqualTo('+'), FormulaToken.Plus)
        .Match(Character.EqualTo('-'), FormulaToken.Minus)
        .Match(Character.EqualTo('*'), FormulaToken.Times)
        .Match(Character.EqualTo('/'), FormulaToken.Over)
        .Match(Character.EqualTo('^'), FormulaToken.Power)
        .Match(Character.EqualTo('('), FormulaToken.Open)
        .Match(Character.EqualTo(')'), FormulaToken.Close)
        .Build();

    /// <summary>The tokens, or the index of the first character that belongs to none.</summary>
    public static (TokenList<FormulaToken> Tokens, int? Stranger) Of(string text)
    {
        var result = Tokenizer.TryTokenize(text);
        return result.HasValue ? (result.Value, null) : (default, result.ErrorPosition.Absolute);
    }

    /// <summary>
    /// The first token below the given depth, null if there is none. A parenthesis, a sign before an operand and an exponent are each one step
    /// down; signs and exponents end at the next + - * / between operands, or with their parenthesis. A loop, as it guards the recursion.
    /// </summary>
    public static Token<FormulaToken>? Below(int depth, TokenList<FormulaToken> tokens)
    {
        var outside = new Stack<int>();
        var (level, afterValue) = (0, false);
        foreach (var token in tokens)
        {
            switch (token.Kind)
            {
                case FormulaToken.Open:
                    outside.Push(level++);
                    break;
                case FormulaToken.Close:
                    level = outside.TryPop(out var before) ? before : 0;
                    break;
                case FormulaToken.Power:
                case FormulaToken.Plus or FormulaToken.Minus when !afterValue:
                    level++;
                    break;
                case FormulaToken.Plus or FormulaToken.Minus or FormulaToken.Times or FormulaToken.Over:
                    level = outside.TryPeek(out var around) ? around + 1 : 0;
                    break;
            }

            if (level > depth)
            {
                return token;
            }

            afterValue = EndsValue(token.Kind);
        }

        return null;
    }

    public static bool EndsValue(FormulaToken token) => token is FormulaToken.Number or FormulaToken.Name or FormulaToken.Close;
}
