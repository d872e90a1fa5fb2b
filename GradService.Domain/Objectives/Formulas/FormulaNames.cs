using GradService.Domain.Faults;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>The names that a formula may use.</summary>
/// <param name="Variables">Of the input elements, in their order.</param>
/// <param name="Outputs">Of the output elements, in their order.</param>
/// <param name="HasTarget">Whether <c>target</c> stands for something.</param>
public sealed record FormulaNames(IReadOnlyList<string> Variables, IReadOnlyList<string> Outputs, bool HasTarget)
{
    public const int MaxNameLength = 64;

    /// <summary>How many names of a kind are looked through for the one that was meant: an image has as many variables as pixels.</summary>
    private const int MaxSuggested = 500;

    private const string PiName = "pi";

    private const string TargetName = "target";

    private static readonly IReadOnlyList<string> Reserved = [PiName, TargetName, .. Function.ByName.Keys];

    private readonly Dictionary<string, int> _variables = Indices(Variables);

    private readonly Dictionary<string, int> _outputs = Indices(Outputs);

    public IReadOnlyList<string> Variables { get; } = Variables;

    public IReadOnlyList<string> Outputs { get; } = Outputs;

    /// <summary>What is wrong with the names themselves, at paths such as <c>variables[1]</c>; one fault for a name.</summary>
    public static IEnumerable<Fault> Check(IReadOnlyList<string> variables, IReadOnlyList<string> outputs)
    {
        var names = new FormulaNames(variables, outputs, HasTarget: false);
        var placed = variables.Select((name, i) => (Name: name, Path: $"variables[{i}]"))
            .Concat(outputs.Select((name, i) => (Name: name, Path: $"outputs[{i}]")));
        var taken = new Dictionary<string, string>();
        foreach (var (name, path) in placed)
        {
            if (name is null || !IsWellFormed(name))
            {
                yield return Fault.Invalid(path,
                    $"a name of at most {MaxNameLength} letters and digits, beginning with a letter, single underscores between them",
                    name is null ? "null" : Fault.Quoted(name));
            }
            else if (Reserved.Contains(name))
            {
                yield return Fault.Invalid(path, "a name that means nothing else", Fault.Quoted(name), $"Formulas reserve {string.Join(", ", Reserved)}.");
            }
            else if (!taken.TryAdd(name, path))
            {
                yield return Fault.Invalid(path, "names that are all different", Fault.Quoted(name), $"It is the name of {taken[name]} already.");
            }
            else if (names.ReadDerivative(name) is { } derivative)
            {
                yield return Fault.Invalid(path, "a name that no derivative has", Fault.Quoted(name),
                    $"In a formula it would also be the derivative of {Fault.Quoted(outputs[derivative.Output])} by "
                        + $"{string.Join(", ", derivative.Variables.Select(variable => Fault.Quoted(variables[variable])))}.");
            }
        }
    }

    /// <summary>What a name stands for.</summary>
    /// <exception cref="FaultException">Nothing has that name.</exception>
    internal Expression Find(string name, string path, int position)
    {
        if (name == TargetName)
        {
            return HasTarget
                ? new Target()
                : throw new FaultException(Fault.Invalid(path, "a formula without target, as this term has none", $"'target' at position {position}",
                    "Give the term a target, a number for each of its points, or take target out of the formula."));
        }

        if (name == PiName)
        {
            return new Number(Math.PI);
        }

        if (IndexOf(_variables, name) is { } variable)
        {
            return new Variable(variable);
        }

        if (IndexOf(_outputs, name) is { } output)
        {
            return new Output(output);
        }

        if (ReadDerivative(name) is not { } derivative)
        {
            throw new FaultException(
                Fault.Invalid(path, "a name that is known", $"{Fault.Quoted(name)} at position {position}", NearestName.Suggest(name, Known())));
        }

        return derivative.Variables.Count <= Formula.MaxOrder ? new Derivative(new DerivativeIndex(derivative.Output, derivative.Variables))
            : throw new FaultException(Fault.Invalid(path, $"derivatives of total order at most {Formula.MaxOrder}",
                $"{Fault.Quoted(name)} of order {derivative.Variables.Count} at position {position}"));
    }

    /// <summary>All names, derivatives by those of the first order alone, and no endless list of any.</summary>
    internal IEnumerable<string> Known() =>
        [.. Variables.Take(MaxSuggested), .. Outputs.Take(MaxSuggested), .. Outputs.SelectMany(_ => Variables, FirstDerivative).Take(MaxSuggested),
            .. HasTarget ? [TargetName] : Array.Empty<string>(), PiName, .. Function.ByName.Keys];

    private static string FirstDerivative(string output, string variable) => variable.Length == 1 ? $"{output}_{variable}" : $"{output}__{variable}";

    /// <summary>
    /// The output and the variables that a name spells as a derivative: "u__time__x" with two underscores before each variable,
    /// "u_tx" with one before variables of a single letter. As names have no two underscores in a row, there is one reading at most.
    /// </summary>
    private (int Output, IReadOnlyList<int> Variables)? ReadDerivative(string name)
    {
        string[] parts = name.Split("__");
        if (parts.Length == 1 && name.LastIndexOf('_') is > 0 and var end)
        {
            parts = [name[..end], .. name[(end + 1)..].Select(letter => letter.ToString())];
        }

        var variables = parts[1..].Select(part => IndexOf(_variables, part)).ToList();
        return variables.Count > 0 && IndexOf(_outputs, parts[0]) is { } output && variables.TrueForAll(variable => variable is not null)
            ? (output, [.. variables.Select(variable => variable!.Value)]) : null;
    }

    private static int? IndexOf(Dictionary<string, int> names, string name) => names.TryGetValue(name, out var index) ? index : null;

    /// <summary>By name, the first of each: names that are none or taken are a fault, but no reason to throw.</summary>
    private static Dictionary<string, int> Indices(IReadOnlyList<string> names)
    {
        var indices = new Dictionary<string, int>();
        for (var i = 0; i < names.Count; i++)
        {
            indices.TryAdd(names[i] ?? "", i);
        }

        return indices;
    }

    private static bool IsWellFormed(string name) => name.Length is > 0 and <= MaxNameLength && char.IsAsciiLetter(name[0])
        && name.Split('_').All(part => part.Length > 0 && part.All(char.IsAsciiLetterOrDigit));
}
