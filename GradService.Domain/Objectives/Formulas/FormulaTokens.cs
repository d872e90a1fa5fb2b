using Superpower;
using Superpower.Model;
using Superpower.Parsers;
using Superpower.Tokenizers;

namespace GradService.Domain.Objectives.Formulas;

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
