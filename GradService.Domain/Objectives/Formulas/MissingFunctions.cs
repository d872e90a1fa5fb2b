namespace GradService.Domain.Objectives.Formulas;

/// <summary>What people call functions elsewhere, and what to write for them here, so that none is taken for a misspelt other one.</summary>
internal static class MissingFunctions
{
    private static readonly Dictionary<string, string> Instead = new(StringComparer.OrdinalIgnoreCase)
    {
        { "ln", "Write log, which is the natural logarithm." },
        { "lg", Logarithm("10") },
        { "log10", Logarithm("10") },
        { "log2", Logarithm("2") },
        { "ld", Logarithm("2") },
        { "log1p", "Write log(1 + x)." },
        { "expm1", "Write exp(x) - 1." },
        { "exp2", "Write 2^x." },
        { "pow", "Write a^b." },
        { "power", "Write a^b." },
        { "sqr", "Write x^2." },
        { "square", "Write x^2." },
        { "abs2", "Write x^2." },
        { "cbrt", "Write sign(x)*abs(x)^(1/3)." },
        { "rsqrt", "Write 1/sqrt(x)." },
        { "root", "Write x^(1/n)." },
        { "hypot", "Write sqrt(x^2 + y^2)." },
        { "norm", "Write sqrt(x^2 + y^2)." },
        { "sine", Meant("sin") },
        { "sinus", Meant("sin") },
        { "cosine", Meant("cos") },
        { "cosinus", Meant("cos") },
        { "tangent", Meant("tan") },
        { "tg", Meant("tan") },
        { "tanhyp", Meant("tanh") },
        { "sh", Meant("sinh") },
        { "ch", Meant("cosh") },
        { "th", Meant("tanh") },
        { "arcsin", "Write asin." },
        { "arccos", "Write acos." },
        { "arctan", "Write atan." },
        { "arctg", "Write atan." },
        { "atg", "Write atan." },
        { "arctan2", "Write atan2." },
        { "sec", "Write 1/cos(x)." },
        { "csc", "Write 1/sin(x)." },
        { "cosec", "Write 1/sin(x)." },
        { "cot", "Write 1/tan(x)." },
        { "cotan", "Write 1/tan(x)." },
        { "ctg", "Write 1/tan(x)." },
        { "sech", "Write 1/cosh(x)." },
        { "csch", "Write 1/sinh(x)." },
        { "coth", "Write 1/tanh(x)." },
        { "acot", "Write atan(1/x)." },
        { "asec", "Write acos(1/x)." },
        { "acsc", "Write asin(1/x)." },
        { "asinh", "Write log(x + sqrt(x^2 + 1))." },
        { "arcsinh", "Write log(x + sqrt(x^2 + 1))." },
        { "arsinh", "Write log(x + sqrt(x^2 + 1))." },
        { "acosh", "Write log(x + sqrt(x^2 - 1))." },
        { "arccosh", "Write log(x + sqrt(x^2 - 1))." },
        { "arcosh", "Write log(x + sqrt(x^2 - 1))." },
        { "atanh", "Write log((1 + x)/(1 - x))/2." },
        { "arctanh", "Write log((1 + x)/(1 - x))/2." },
        { "artanh", "Write log((1 + x)/(1 - x))/2." },
        { "sinc", "Write sin(x)/x." },
        { "erfc", "Write 1 - erf(x)." },
        { "erfi", None },
        { "erfinv", None },
        { "sgn", "Write sign." },
        { "signum", "Write sign." },
        { "heaviside", "Write step, which is 0 at 0." },
        { "fabs", "Write abs." },
        { "minimum", "Write min." },
        { "maximum", "Write max." },
        { "fmin", "Write min." },
        { "fmax", "Write max." },
        { "relu", "Write max(x, 0)." },
        { "sigmoid", "Write 1/(1 + exp(-x))." },
        { "softplus", "Write log(1 + exp(x))." },
        { "floor", None },
        { "ceil", None },
        { "round", None },
        { "mod", None },
        { "gamma", None },
        { "mean", "Write the residual of one point: the term's reduction takes the mean." },
        { "sum", "Write the residual of one point: the term's reduction takes the sum." },
        { "diff", "Write a derivative as u_x, of an expression by a field: \"fields\": {\"flux\": \"…\"}, flux_x." },
        { "grad", "Write a derivative as u_x, of an expression by a field: \"fields\": {\"flux\": \"…\"}, flux_x." },
        { "laplacian", "Write u_xx + u_yy." },
    };

    private const string None = "It cannot be written by those that there are.";

    /// <summary>What to write for a function that formulas lack, as a sentence; null where it is none that is known.</summary>
    public static string? InsteadOf(string name) => Instead.GetValueOrDefault(name);

    /// <summary>The function of which a word is a slip of the pen: the nearest, or the one of the same letters, where that is beyond doubt.</summary>
    public static string? Misspelt(string word)
    {
        var near = Faults.NearestName.Nearest(word, Function.ByName.Keys);
        return near.Count == 1 ? near[0] : near.FirstOrDefault(name => name.Order().SequenceEqual(word.ToLowerInvariant().Order()));
    }

    private static string Logarithm(string of) => $"Write log(x)/log({of}); log is the natural logarithm.";

    private static string Meant(string name) => $"Did you mean '{name}'?";
}
