using GradService.Domain.Faults;

namespace GradService.Domain.Objectives.Formulas;

/// <summary>The names that a formula may use.</summary>
/// <param name="Variables">Of the input elements, in their order.</param>
/// <param name="Outputs">Of the output elements, in their order.</param>
/// <param name="HasTarget">Whether <c>target</c> stands for something.</param>
public sealed record FormulaNames(IReadOnlyList<string> Variables, IReadOnlyList<string> Outputs, bool HasTarget)
{
    public const int MaxNameLength = 64;

    internal const string PiName = "pi";

    internal const string TargetName = "target";

    /// <summary>Euler's number, unless a request gives the name to something.</summary>
    internal const string EulerName = "e";

    /// <summary>Words that can be no names.</summary>
    internal static readonly IReadOnlyList<string> Reserved = [PiName, TargetName, .. Function.Reserved];

    private readonly Dictionary<string, int> _variables = Indices(Variables);

    private readonly Dictionary<string, int> _outputs = Indices(Outputs);

    private readonly IReadOnlyList<string> _unknowns = [];

    private readonly IReadOnlyList<FormulaField> _fields = [];

    private readonly Dictionary<string, int> _unknownIndices = [];

    private readonly Dictionary<string, int> _fieldIndices = [];

    public IReadOnlyList<string> Variables { get; } = Variables;

    public IReadOnlyList<string> Outputs { get; } = Outputs;

    /// <summary>Of the numbers that are trained.</summary>
    public IReadOnlyList<string> Unknowns
    {
        get => _unknowns;
        init => (_unknowns, _unknownIndices) = (value, Indices(value));
    }

    /// <summary>The fields, in the order in which they may use each other.</summary>
    public IReadOnlyList<FormulaField> Fields
    {
        get => _fields;
        init => (_fields, _fieldIndices) = (value, Indices([.. value.Select(each => each.Name)]));
    }

    /// <summary>The point sets of the term, in its order; empty where a formula belongs to none, so that any data is known.</summary>
    public IReadOnlyList<FormulaPlace> Places { get; init; } = [];

    /// <summary>The names of the data of all sets.</summary>
    public IReadOnlySet<string> Columns { get; init; } = new HashSet<string>();

    /// <summary>Whether they are for a field instead of a term.</summary>
    internal bool IsField { get; init; }

    /// <summary>What is wrong with the names themselves, at paths such as <c>variables[1]</c>; one fault for a name.</summary>
    /// <param name="variables">Of the input elements.</param>
    /// <param name="outputs">Of the output elements.</param>
    /// <param name="unknowns">Of the numbers that are trained.</param>
    /// <param name="fields">Of the fields.</param>
    /// <param name="columns">Of the data of all sets, and where each stands in the request: on several sets one name is the same.</param>
    public static IEnumerable<Fault> Check(IReadOnlyList<string> variables, IReadOnlyList<string> outputs, IReadOnlyList<string>? unknowns = null,
        IReadOnlyList<string>? fields = null, IReadOnlyList<(string Name, string Path)>? columns = null)
    {
        var (ofVariables, ofBases) = (Indices(variables), Indices([.. outputs, .. fields ?? []]));
        var placed = variables.Select((name, i) => (Name: name, Path: $"variables[{i}]"))
            .Concat(outputs.Select((name, i) => (Name: name, Path: $"outputs[{i}]")))
            .Concat((unknowns ?? []).Select(name => (Name: name, Path: $"unknowns.{Fault.Shortened(name)}")))
            .Concat((fields ?? []).Select(name => (Name: name, Path: $"fields.{Fault.Shortened(name)}")))
            .Concat((columns ?? []).DistinctBy(column => column.Name));
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
            else if (Spelt(name) is { } spelt && ofBases.ContainsKey(spelt.Base) && spelt.By.All(ofVariables.ContainsKey))
            {
                yield return Fault.Invalid(path, "a name that no derivative has", Fault.Quoted(name),
                    $"In a formula it would also be the derivative of {Fault.Quoted(spelt.Base)} by {string.Join(", ", spelt.By.Select(Fault.Quoted))}.");
            }
        }
    }

    /// <summary>Whether it can be a name, of an input or of a point set that formulas name.</summary>
    public static bool IsWellFormed(string name) => name.Length is > 0 and <= MaxNameLength && char.IsAsciiLetter(name[0])
        && name.Split('_').All(part => part.Length > 0 && part.All(char.IsAsciiLetterOrDigit));

    /// <summary>What a name stands for, "u", "u_xx" or "u@left": a number, or a name in its place.</summary>
    /// <param name="written">The name.</param>
    /// <param name="isCalled">Whether a parenthesis follows it.</param>
    /// <param name="path">The formula's place in the request.</param>
    /// <param name="position">The name's place in the formula, from 1.</param>
    /// <exception cref="FaultException">Nothing has that name there.</exception>
    internal Expression Find(string written, bool isCalled, string path, int position)
    {
        var at = written.IndexOf('@', StringComparison.Ordinal);
        var (name, set) = at < 0 ? (written, null) : (written[..at], written[(at + 1)..]);
        var faults = new NameFaults(this, path, written, position);
        return Meaning(name) switch
        {
            null => throw faults.Unknown(name, isCalled),
            Target when !HasTarget => throw faults.NoTarget(),
            Derivative { Index.Order: > Formula.MaxOrder and var order } => throw faults.BeyondOrder(order),
            Number or Unknown or Target when set is not null => throw faults.SameOnAllSets(name),
            Named found and not (Unknown or Target) => found with { Place = PlaceOf(found, set, faults) },
            var found => found,
        };
    }

    /// <summary>
    /// What a name spells as a derivative: "u__time__x" with two underscores before each variable, "u_tx" with one before variables of a
    /// single letter. As names have no two underscores in a row, there is one reading at most.
    /// </summary>
    internal static (string Base, IReadOnlyList<string> By)? Spelt(string name)
    {
        string[] parts = name.Split("__");
        if (parts.Length == 1 && name.LastIndexOf('_') is > 0 and var end)
        {
            parts = [name[..end], .. name[(end + 1)..].Select(letter => letter.ToString())];
        }

        return parts.Length > 1 ? (parts[0], parts[1..]) : null;
    }

    private Expression? Meaning(string name)
    {
        if (name == TargetName)
        {
            return new Target();
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

        if (IndexOf(_unknownIndices, name) is { } unknown)
        {
            return new Unknown(unknown);
        }

        if (IndexOf(_fieldIndices, name) is { } field)
        {
            return new FieldName(Fields[field], []);
        }

        if (Columns.Contains(name) || Places.Any(place => place.Columns.Contains(name)))
        {
            return new Column(name);
        }

        return name == EulerName ? new Number(Math.E) : DerivativeOf(name);
    }

    private Named? DerivativeOf(string name)
    {
        if (Spelt(name) is not var (of, by))
        {
            return null;
        }

        var variables = by.Select(variable => IndexOf(_variables, variable)).OfType<int>().ToList();
        return variables.Count < by.Count ? null
            : IndexOf(_outputs, of) is { } output ? new Derivative(new DerivativeIndex(output, variables))
            : IndexOf(_fieldIndices, of) is { } field ? new FieldName(Fields[field], variables)
            : null;
    }

    /// <summary>The index of the set on which a name is taken, which must have the data that it reads.</summary>
    private int PlaceOf(Named name, string? set, NameFaults faults)
    {
        var place = (set, Places.Count) switch
        {
            (null, <= 1) => 0,
            (null, _) => throw faults.WithoutSet(),
            (_, 0) => throw faults.NoSets(),
            _ => Places.Select(each => each.Name).ToList().IndexOf(set),
        };
        if (place < 0)
        {
            throw faults.UnknownSet(set!);
        }

        IReadOnlyList<string> read = name switch
        {
            Column column => [column.Name],
            FieldName field => field.Field.Columns,
            _ => [],
        };
        return Places.Count > 0 && read.FirstOrDefault(column => !Places[place].Columns.Contains(column)) is { } missing
            ? throw faults.WithoutData(Places[place], missing)
            : place;
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
}

/// <summary>A field as a formula names it, or a derivative of it.</summary>
/// <param name="Field">The field.</param>
/// <param name="Variables">The variables by which it is differentiated, in their order; none: itself.</param>
internal sealed record FieldName(FormulaField Field, IReadOnlyList<int> Variables) : Named;
