using System.Globalization;
using System.Text;
using GradService.Domain.Faults;
using GradService.Domain.Objectives.Formulas.Operators;
using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>What a formula's text came to.</summary>
/// <param name="Root">The expression: a tree or, where it uses a field, a graph without parts that are equal.</param>
/// <param name="Named">The names and numbers as they are written.</param>
/// <param name="DifferentiatesField">Whether the derivative of a field occurs, in it or in a field that it uses.</param>
/// <param name="WrittenOut">Distinct operations, names and numbers that writing out fields and their derivatives made; 0 where it uses none.</param>
internal sealed record FormulaText(Expression Root, IReadOnlyList<Expression> Named, bool DifferentiatesField, int WrittenOut);

/// <summary>
/// Reads one formula: length, tokens, depth, numbers and names first, the grammar last, so that what is built is small and known.
/// <code>
/// sum      = product { ("+" | "-") product }
/// product  = factor { ("*" | "/") factor }
/// factor   = ("+" | "-") factor | power
/// power    = operand [ "^" factor ]
/// operand  = number | name [ "@" set ] | function "(" sum [ "," sum ] ")" | "(" sum ")"
/// </code>
/// </summary>
internal sealed class FormulaReader(string text, FormulaNames names, string path)
{
    /// <summary>What people write for what a formula has.</summary>
    private static readonly Dictionary<string, string> Remedies = new()
    {
        ["="] = "A residual is what shall become 0: instead of left = right write left - (right).",
        ["@"] = "A set follows a name at once, without a space: u@left.",
        ["π"] = "Write pi.",
        ["−"] = "Write -.",
        ["·"] = "Write *.",
        ["×"] = "Write *.",
        ["²"] = "Write ^2.",
        ["³"] = "Write ^3.",
    };

    private readonly Dictionary<int, Expression> _leaves = [];

    // Where the formula uses no field each operation is an object of its own: the very operations that are written, in their order.
    private ExpressionPool? _pool;

    private Token<FormulaToken>? _at;

    public FormulaText Read()
    {
        if (text.Length > Formula.MaxLength)
        {
            throw Wrong($"a formula of at most {Formula.MaxLength} characters", $"{text.Length} characters");
        }

        var (cut, stranger) = FormulaTokens.Of(text);
        if (stranger is { } index)
        {
            Rune.DecodeFromUtf16(text.AsSpan(index), out var character, out _);
            throw Wrong("numbers, names, + - * / ^ ( )", $"'{character}' at position {index + 1}", Remedies.GetValueOrDefault(character.ToString()));
        }

        var tokens = new TokenList<FormulaToken>([.. cut]);
        if (FormulaTokens.Below(Formula.MaxDepth, tokens) is { } deep)
        {
            throw Wrong($"at most {Formula.MaxDepth} parentheses, signs and exponents inside each other", $"more at position {Position(deep)}");
        }

        var named = cut.Select((token, at) => (Token: token, IsCalled: at + 1 < cut.Count && cut[at + 1].Kind == FormulaToken.Open))
            .Where(pair => pair.Token.Kind is FormulaToken.Number or FormulaToken.Name)
            .Select(pair => (pair.Token, Meaning: Meaning(pair.Token, pair.IsCalled))).ToList();
        CheckCommas(cut);
        var fields = named.Select(pair => pair.Meaning).OfType<FieldName>().ToList();
        _pool = fields.Count > 0 ? new ExpressionPool(TooManyOperations) : null;
        foreach (var (token, meaning) in named)
        {
            _at = token;
            _leaves[token.Position.Absolute] = meaning is FieldName field ? Expanded(field, token) : _pool?.Kept(meaning) ?? meaning;
        }

        _at = null;
        var result = Grammar()(tokens);
        return result.HasValue && result.Remainder.IsAtEnd
            ? new FormulaText(result.Value, [.. named.Select(pair => pair.Meaning)],
                fields.Any(field => field.Variables.Count > 0 || field.Field.DifferentiatesField), _pool?.Count ?? 0)
            : throw Unexpected(cut, result.Remainder.Position);
    }

    private TokenListParser<FormulaToken, Expression> Grammar()
    {
        TokenListParser<FormulaToken, Expression> sum = null!, factor = null!;
        var inParentheses = Parse.Ref(() => sum).Between(Token.EqualTo(FormulaToken.Open), Token.EqualTo(FormulaToken.Close));
        var arguments = Parse.Ref(() => sum).AtLeastOnceDelimitedBy(Token.EqualTo(FormulaToken.Comma))
            .Between(Token.EqualTo(FormulaToken.Open), Token.EqualTo(FormulaToken.Close));
        var call = Token.EqualTo(FormulaToken.Function)
            .Then(function => arguments.Select(of => Make(Function.ByName[function.ToStringValue()], of)));
        var operand = Token.EqualTo(FormulaToken.Number).Or(Token.EqualTo(FormulaToken.Name)).Select(token => _leaves[token.Position.Absolute])
            .Or(call).Or(inParentheses);
        var exponent = Token.EqualTo(FormulaToken.Power).IgnoreThen(Parse.Ref(() => factor)).AsNullable().OptionalOrDefault();
        var power = operand.Then(@base => exponent.Select(raised => raised is null ? @base : Make(Power.Instance, @base, raised)));
        factor = Token.EqualTo(FormulaToken.Minus).IgnoreThen(Parse.Ref(() => factor)).Select(of => Make(Negation.Instance, of))
            .Or(Token.EqualTo(FormulaToken.Plus).IgnoreThen(Parse.Ref(() => factor))).Or(power);
        var product = Parse.Chain(Sign(FormulaToken.Times, Product.Instance).Or(Sign(FormulaToken.Over, Quotient.Instance)), factor, Apply);
        sum = Parse.Chain(Sign(FormulaToken.Plus, Sum.Instance).Or(Sign(FormulaToken.Minus, Difference.Instance)), product, Apply);
        return sum;
    }

    private static TokenListParser<FormulaToken, Function> Sign(FormulaToken token, Function meaning) => Token.EqualTo(token).Value(meaning);

    private Expression Apply(Function @operator, Expression left, Expression right) => Make(@operator, left, right);

    private Expression Make(Function function, params IReadOnlyList<Expression> operands) => _pool?.Of(function, operands) ?? function.Of(operands);

    private Expression Meaning(Token<FormulaToken> token, bool isCalled)
    {
        var written = token.ToStringValue();
        if (token.Kind == FormulaToken.Name)
        {
            return names.Find(written, isCalled, path, Position(token));
        }

        var value = double.Parse(written, CultureInfo.InvariantCulture);
        return double.IsFinite(value) ? new Number(value) : throw Wrong("numbers that double precision can hold", Seen(token));
    }

    /// <summary>A field written out, and differentiated.</summary>
    private Expression Expanded(FieldName name, Token<FormulaToken> token)
    {
        var expression = _pool!.Placed(name.Field.Expression, name.Place);
        return name.Variables.Aggregate(expression, (slope, variable) => _pool.Slope(slope, variable, Refused));

        FaultException Refused(Named leaf) => leaf is Column column
            ? Wrong("the derivative of what is known everywhere", Seen(token),
                $"Field '{name.Field.Name}' reads '{column.Name}', data that is known at the points alone: it has no derivative.")
            : Wrong($"derivatives of total order at most {Formula.MaxOrder}", Seen(token),
                $"Field '{name.Field.Name}' holds a derivative of output '{names.Outputs[((Derivative)leaf).Index.Output]}', which would become one of order "
                    + $"{((Derivative)leaf).Index.Order + 1}.");
    }

    /// <summary>A function gets as many arguments as it has, and nothing else has a comma.</summary>
    private void CheckCommas(IReadOnlyList<Token<FormulaToken>> tokens)
    {
        var open = new Stack<(Function? Function, int Arguments)>();
        for (var at = 0; at < tokens.Count; at++)
        {
            switch (tokens[at].Kind)
            {
                case FormulaToken.Open:
                    open.Push((at > 0 && tokens[at - 1].Kind == FormulaToken.Function ? Function.ByName[tokens[at - 1].ToStringValue()] : null, 1));
                    break;
                case FormulaToken.Comma:
                    var (function, arguments) = open.TryPop(out var around) ? around : default;
                    if (function is null)
                    {
                        throw Wrong("no comma", Seen(tokens[at]),
                            $"A comma stands between the two arguments of {string.Join(", ", Function.ByName.Values.Where(each => each.Arity > 1)
                                .Select(each => each.Name))}; decimals have a point.");
                    }

                    if (arguments == function.Arity)
                    {
                        throw Wrong("')'", Seen(tokens[at]), $"{function.Name} has {Arguments(function)}.");
                    }

                    open.Push((function, arguments + 1));
                    break;
                case FormulaToken.Close when open.TryPop(out var call) && call.Function is { } short_ && call.Arguments < short_.Arity:
                    throw Wrong("',' and another argument", Seen(tokens[at]), $"{short_.Name} has {Arguments(short_)}: {short_.Name}(a, b).");
            }
        }
    }

    private static string Arguments(Function function) => function.Arity == 1 ? "one argument" : "two arguments";

    private FaultException TooManyOperations() =>
        Wrong($"at most {ExpressionPool.MaxExpressions} distinct operations, names and numbers once fields and their derivatives are written out",
            _at is { } token ? $"more with {Seen(token)}" : $"more in the {text.Length} characters from position 1",
            "Use fewer or simpler fields, or derivatives of lower order.");

    /// <summary>The error at a token at which no formula can go on.</summary>
    private FaultException Unexpected(IReadOnlyList<Token<FormulaToken>> tokens, int at)
    {
        var before = at > 0 ? tokens[at - 1] : (Token<FormulaToken>?)null;
        var token = at < tokens.Count ? tokens[at] : (Token<FormulaToken>?)null;
        var got = token is { } seen ? Seen(seen) : $"the end, at position {text.Length + 1}";
        if (before is { Kind: FormulaToken.Function } function)
        {
            return Wrong($"'(' after {function.ToStringValue()}", got, "A function's argument stands in parentheses: sin(x).");
        }

        if (before is { } operand && FormulaTokens.EndsValue(operand.Kind))
        {
            var open = tokens.Take(at).Sum(each => each.Kind == FormulaToken.Open ? 1 : each.Kind == FormulaToken.Close ? -1 : 0) > 0;
            var remedy = token is null or { Kind: FormulaToken.Close } ? null
                : $"Multiplication is written out: {Fault.Shortened(operand.ToStringValue())}*{Fault.Shortened(token.Value.ToStringValue())}"
                    + $"{(token.Value.Kind == FormulaToken.Open ? "…" : "")}.";
            return Wrong(open ? "an operator or ')'" : "an operator or the end", got, remedy);
        }

        return Wrong("a number, a name, a function or '('", got, (before?.Kind, token?.Kind) == (FormulaToken.Times, FormulaToken.Times)
            ? "A power is written ^." : $"Names: {string.Join(", ", NameFaults.Known(names).Take(40))}.");
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
    Comma,
}

/// <summary>The text of a formula, cut into tokens, and how deep they nest.</summary>
internal static class FormulaTokens
{
    /// <summary>The longest that matches is taken: 2.5E+4 is one number, x2 one name. ASCII alone.</summary>
    private static readonly Tokenizer<FormulaToken> Tokenizer = new TokenizerBuilder<FormulaToken>()
        .Ignore(Span.WhiteSpace)
        .Match(Span.Regex(@"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"), FormulaToken.Number)
        .Match(Span.Regex("[A-Za-z][A-Za-z0-9_]*(?:@[A-Za-z0-9_]*)?"), FormulaToken.Name)
        .Match(Character.EqualTo('+'), FormulaToken.Plus)
        .Match(Character.EqualTo('-'), FormulaToken.Minus)
        .Match(Character.EqualTo('*'), FormulaToken.Times)
        .Match(Character.EqualTo('/'), FormulaToken.Over)
        .Match(Character.EqualTo('^'), FormulaToken.Power)
        .Match(Character.EqualTo('('), FormulaToken.Open)
        .Match(Character.EqualTo(')'), FormulaToken.Close)
        .Match(Character.EqualTo(','), FormulaToken.Comma)
        .Build();

    /// <summary>The tokens, or the index of the first character that belongs to none.</summary>
    public static (IReadOnlyList<Token<FormulaToken>> Tokens, int? Stranger) Of(string text)
    {
        var result = Tokenizer.TryTokenize(text);
        if (!result.HasValue)
        {
            return ([], result.ErrorPosition.Absolute);
        }

        Token<FormulaToken>[] tokens = [.. result.Value];
        for (var at = 0; at < tokens.Length; at++)
        {
            if (IsFunction(tokens[at], isCalled: at + 1 < tokens.Length && tokens[at + 1].Kind == FormulaToken.Open))
            {
                tokens[at] = new Token<FormulaToken>(FormulaToken.Function, tokens[at].Span);
            }
        }

        return (tokens, null);
    }

    /// <summary>
    /// The first token below the given depth, null if there is none. A parenthesis, a sign before an operand and an exponent are each one step
    /// down; signs and exponents end at the next + - * / or comma between operands, or with their parenthesis. A loop, as it guards the recursion.
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
                case FormulaToken.Plus or FormulaToken.Minus or FormulaToken.Times or FormulaToken.Over or FormulaToken.Comma:
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

    private static bool IsFunction(Token<FormulaToken> token, bool isCalled) => token.Kind == FormulaToken.Name
        && (isCalled ? Function.ByName.ContainsKey(token.ToStringValue()) : Function.Reserved.Contains(token.ToStringValue()));
}
