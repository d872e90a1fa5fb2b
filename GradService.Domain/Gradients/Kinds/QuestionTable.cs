namespace GradService.Domain.Gradients.Kinds;

/// <summary>The kinds of gradient that there are: reading, OpenAPI, capabilities and tests derive from this one list.</summary>
public static class QuestionTable
{
    /// <summary>Names in the request, and the records behind them.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>
    {
        ["sum"] = typeof(Sum),
        ["perSample"] = typeof(PerSample),
        ["jacobian"] = typeof(Jacobian),
        ["vjp"] = typeof(Vjp),
        ["jvp"] = typeof(Jvp),
        ["hessian"] = typeof(Hessian),
        ["laplacian"] = typeof(Laplacian),
        ["hvp"] = typeof(Hvp),
        ["derivatives"] = typeof(Derivatives),
    };

    private static readonly Dictionary<Type, string> Names = All.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string NameOf(Type question) => Names[question];
}
