using GradService.Domain.Faults;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>What is wrong with a name in a formula, and what to write instead.</summary>
/// <param name="names">The names that the formula may use.</param>
/// <param name="path">The formula's place in the request.</param>
/// <param name="written">The name, with its set.</param>
/// <param name="position">Its place in the formula, from 1.</param>
internal sealed class NameFaults(FormulaNames names, string path, string written, int position)
{
    /// <summary>How many names of a kind are looked through for the one that was meant: an image has as many variables as pixels.</summary>
    private const int MaxSuggested = 500;

    private string Here => $"{Faults.Fault.Quoted(written)} at position {position}";

    /// <summary>All names, derivatives by those of the first order alone, and no endless list of any.</summary>
    public static IEnumerable<string> Known(FormulaNames names) => [.. Values(names), .. Function.ByName.Keys];

    public FaultException Unknown(string name, bool isCalled)
    {
        if (Function.ByName.ContainsKey(name))
        {
            return written == name
                ? Fault("'(' after " + name, $"none after {Here}", "A function's arguments stand in parentheses.")
                : Fault("a name before '@'", Here, $"A function is the same on every set: write {name}(…@{SetShown}).");
        }

        if (MissingFunctions.InsteadOf(name) is { } instead)
        {
            return Fault("a function that formulas have", Here, $"{instead} Functions: {string.Join(", ", Function.ByName.Keys)}.");
        }

        if (isCalled)
        {
            return Fault("a function that is known", Here,
                $"{(MissingFunctions.Misspelt(name) is { } meant ? $"Did you mean '{meant}'? " : "")}Functions: {string.Join(", ", Function.ByName.Keys)}.");
        }

        return Undifferentiable(name) ?? Fault("a name that is known", Here, Remedy(name));
    }

    public FaultException NoTarget() => names.IsField
        ? Fault("a field without target, which belongs to a term", Here, "Use target in the term's residual.")
        : Fault("a formula without target, as this term has none", Here,
            "Give the term a target, a number for each of its points, or take target out of the formula.");

    public FaultException BeyondOrder(int order) =>
        Fault($"derivatives of total order at most {Formula.MaxOrder}", $"{Faults.Fault.Quoted(written)} of order {order} at position {position}");

    public FaultException SameOnAllSets(string name) =>
        Fault($"{name} without a set", Here,
            $"{(name == FormulaNames.TargetName ? "target belongs to the term" : $"{name} is the same on every set")}: write {name}.");

    public FaultException WithoutSet() => Fault("a name with the set on which it is taken", Here,
        $"The term is taken on pairs of points: write {string.Join(" or ", names.Places.Take(3).Select(place => $"{written}@{place.Name}"))}."
            + (names.Places.FirstOrDefault(place => !FormulaNames.IsWellFormed(place.Name)) is { } place
                ? $" For that a set needs a name like a variable's, which {Faults.Fault.Quoted(place.Name)} is not." : ""));

    public FaultException NoSets() =>
        Fault("a name without a set", Here,
            $"A field means the same on every set: a term that is taken on several writes the field's name and then @{SetShown}.");

    public FaultException UnknownSet(string set)
    {
        var sets = names.Places.Select(place => place.Name).ToList();
        return set.Length == 0
            ? Fault("the name of a set at once after '@'", Here, $"Write {written}{sets[0]}, without a space.")
            : Fault("a set on which the term is taken", Here, NearestName.Suggest(set, sets));
    }

    public FaultException WithoutData(FormulaPlace place, string column)
    {
        var others = names.Places.Where(other => other.Columns.Contains(column)).Select(other => Faults.Fault.Quoted(other.Name)).ToList();
        return Fault($"data of set {Faults.Fault.Quoted(place.Name)}", Here,
            $"Set {Faults.Fault.Quoted(place.Name)} has no data {Faults.Fault.Quoted(column)}; "
                + $"{(others.Count > 0 ? string.Join(", ", others) : "another set")} has."
                + (written.StartsWith(column, StringComparison.Ordinal) ? "" : $" {Faults.Fault.Quoted(written)} reads it."));
    }

    private string SetShown => names.Places.Count > 0 ? names.Places[0].Name : "left";

    /// <summary>A name that is written as the derivative of what has none.</summary>
    private FaultException? Undifferentiable(string name)
    {
        if (FormulaNames.Spelt(name) is not var (of, by) || !by.All(names.Variables.Contains))
        {
            return null;
        }

        var why = names.Unknowns.Contains(of) ? $"{of} is an unknown number, the same everywhere: its derivatives are 0."
            : names.Columns.Contains(of) ? $"{of} is data, which is known at the points alone."
            : names.Variables.Contains(of) ? $"{of} is a variable itself."
            : null;
        return why is null ? null : Fault("the derivative of an output or a field", Here, why);
    }

    private string Remedy(string name)
    {
        var question = NearestName.DidYouMean(name, Alike(name));
        var declared = FormulaNames.Spelt(name) is null ? " An unknown coefficient is declared under 'unknowns', measured data under the set's 'data'." : "";
        return $"{(question is null ? "" : question + " ")}{NearestName.Listed(Known(names))}{declared}";
    }

    /// <summary>
    /// The names that may have been meant: among short ones hardly more than another case, as one letter more or less is another quantity.
    /// </summary>
    private IEnumerable<string> Alike(string name)
    {
        const int Short = 2;
        return Values(names).Where(value => value != FormulaNames.EulerName && (name.Length > Short && value.Length > Short
            || string.Equals(Letters(name), Letters(value), StringComparison.OrdinalIgnoreCase)));

        static string Letters(string text) => text.Replace("_", "", StringComparison.Ordinal);
    }

    private static IEnumerable<string> Values(FormulaNames names)
    {
        string[] differentiated = [.. names.Outputs.Take(MaxSuggested), .. names.Fields.Select(field => field.Name).Take(MaxSuggested)];
        return
        [
            .. names.Variables.Take(MaxSuggested), .. differentiated, .. names.Unknowns.Take(MaxSuggested),
            .. names.Columns.Order(StringComparer.Ordinal).Take(MaxSuggested),
            .. differentiated.SelectMany(_ => names.Variables.Take(MaxSuggested), FirstDerivative).Take(MaxSuggested),
            .. names.HasTarget ? [FormulaNames.TargetName] : Array.Empty<string>(), FormulaNames.PiName, FormulaNames.EulerName,
        ];
    }

    private static string FirstDerivative(string of, string variable) => variable.Length == 1 ? $"{of}_{variable}" : $"{of}__{variable}";

    private FaultException Fault(string expected, string got, string? remedy = null) => new(Faults.Fault.Invalid(path, expected, got, remedy));
}
