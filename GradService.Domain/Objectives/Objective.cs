using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Objectives.Formulas;
using GradService.Domain.Objectives.Sampling;

namespace GradService.Domain.Objectives;

/// <summary>A point set in its place.</summary>
/// <param name="Index">Its place among the sets.</param>
/// <param name="Name">Its name.</param>
/// <param name="Points">Its points.</param>
/// <param name="Columns">Measured data [n] by name.</param>
/// <param name="Terms">The terms taken on it; a paired term stands with the first of its sets.</param>
/// <param name="Quantities">What terms read here of the network's derivatives.</param>
/// <param name="Derivatives">How they are found.</param>
internal sealed record ObjectiveSet(int Index, string Name, SetPoints Points, IReadOnlyDictionary<string, NdArray> Columns, IReadOnlyList<Term> Terms,
    IReadOnlyList<InputQuantity> Quantities, DerivativePlan Derivatives)
{
    public long Count => Points.Count;

    /// <summary>[n, D…].</summary>
    public NdArray Inputs => Points.Inputs;

    /// <summary>How many terms that read it wait for all that they read, where its points each stand by themselves.</summary>
    public int LaterTerms { get; init; }

    /// <summary>How often its derivatives are found where its points each stand by themselves: for gradients once more for each term that waits.</summary>
    public long Rounds(bool live) => live ? 1 + LaterTerms : 1;
}

/// <summary>A loss that has been checked as far as names, formulas and shapes go; what BatchNorm means in it is the variant's.</summary>
/// <param name="Names">What formulas call inputs and outputs.</param>
/// <param name="Unknowns">The numbers that are trained, in the order of their names.</param>
/// <param name="Sets">The point sets in order.</param>
/// <param name="Terms">The terms in order.</param>
internal sealed record Objective(FormulaNames Names, IReadOnlyList<double> Unknowns, IReadOnlyList<ObjectiveSet> Sets, IReadOnlyList<Term> Terms)
{
    private static readonly IReadOnlyDictionary<string, NdArray> NoColumns = new Dictionary<string, NdArray>();

    /// <summary>Of the name of a point set or of a term, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Of operations, names and numbers in all formulas with fields, each formula's distinct ones, once fields are written out.</summary>
    public const int MaxWrittenOut = 100_000;

    /// <summary>Of unknowns.</summary>
    public const int MaxUnknowns = 1_000;

    /// <summary>Of fields, and of the data of a point set.</summary>
    public const int MaxFields = 100;

    /// <exception cref="FaultException">A name is empty, too long, unknown or stands twice, a formula is wrong, or an array has another shape.</exception>
    public static Objective Resolve(ObjectiveRequest request, NetworkShape shape)
    {
        ThrowIfAny([.. CheckNames(request.Points.Select(points => points.Name), "points"), .. CheckNames(request.Terms.Select(term => term.Name), "terms")]);
        var names = NamesOf(request, shape);
        var points = request.Points.Select((set, index) => PointsOf(set, index, shape)).ToList();
        var columns = request.Points.Select((set, index) => ColumnsOf(set, index, points[index], shape)).ToList();
        var reader = new TermReader([.. request.Points.Zip(points, columns).Select(set => (set.First.Name, set.Second.Count, set.Third))], names, shape);
        var (terms, writtenOut) = (new List<Term>(), names.Fields.Sum(field => field.WrittenOut));
        foreach (var (index, term) in request.Terms.Index())
        {
            terms.Add(reader.Read(term, index));
            writtenOut += (terms[index].Residual as Residual.OfFormula)?.Formula.WrittenOut ?? 0;
            CheckWrittenOut(writtenOut, $"terms[{index}].residual");
        }

        var sets = request.Points.Select((set, index) => OfTerms(index, set.Name, points[index], columns[index], terms));
        return new Objective(names, [.. request.Unknowns?.Values ?? []], [.. sets], terms);
    }

    /// <summary>The same points with one of the terms alone.</summary>
    public Objective Only(Term term)
    {
        var only = term with { Index = 0 };
        return this with { Sets = [.. Sets.Select(set => OfTerms(set.Index, set.Name, set.Points, set.Columns, [only]))], Terms = [only] };
    }

    /// <summary>The same with other points of a set.</summary>
    public Objective With(int set, NdArray inputs) =>
        this with { Sets = [.. Sets.Select(each => each.Index == set ? each with { Points = SetPoints.Of(inputs) } : each)] };

    /// <summary>The same with another value of an unknown.</summary>
    public Objective With(int unknown, double value) => this with { Unknowns = [.. Unknowns.Select((each, index) => index == unknown ? value : each)] };

    private static ObjectiveSet OfTerms(
        int index, string name, SetPoints points, IReadOnlyDictionary<string, NdArray> columns, IReadOnlyList<Term> terms)
    {
        List<InputQuantity> quantities = [.. terms.SelectMany(term => term.QuantitiesOn(index)).Distinct()];
        return new(index, name, points, columns, [.. terms.Where(term => term.Sets[0] == index)], quantities, DerivativePlan.Of(quantities))
        {
            LaterTerms = terms.Count(term => term.Sets.Contains(index) && term.Waits),
        };
    }

    private static IReadOnlyDictionary<string, NdArray> ColumnsOf(PointSet set, int index, SetPoints points, NetworkShape shape) => set.Data is null ? NoColumns
        : set.Data.ToDictionary(pair => pair.Key, pair => TermReader.Column(
            pair.Value, FieldPath.Of("points").At(index).Field("data").Entry(pair.Key).ToString(), set.Name, points.Count, shape.Dtype));

    /// <summary>A derivative as formulas write it, "u_xx" or "u__time__time"; a gradient as "∇u".</summary>
    public string NameOf(InputQuantity quantity)
    {
        var output = Names.Outputs.Count == 0 ? $"output {quantity.Index.Output}" : Names.Outputs[quantity.Index.Output];
        if (quantity.WholeGradient)
        {
            return $"∇{output}";
        }

        var variables = quantity.Index.Variables.Select(variable => Names.Variables[variable]).ToList();
        return variables.All(name => name.Length == 1) ? $"{output}_{string.Concat(variables)}" : string.Join("__", variables.Prepend(output));
    }

    /// <summary>A name as formulas write it.</summary>
    public string NameOf(Named name, Term term)
    {
        var bare = name switch
        {
            Variable variable => Names.Variables[variable.Index],
            Output output => Names.Outputs[output.Index],
            Derivative derivative => NameOf(InputQuantity.Derivative(derivative.Index)),
            Unknown unknown => Names.Unknowns[unknown.Index],
            Column column => column.Name,
            _ => "target",
        };
        return term.IsPaired && name is not (Unknown or Target) ? $"{bare}@{Sets[term.Sets[name.Place]].Name}" : bare;
    }

    private static FormulaNames NamesOf(ObjectiveRequest request, NetworkShape shape)
    {
        var variables = request.Variables ?? (shape.Input.Elements == 1 ? ["x"] : []);
        var outputs = request.Outputs ?? (shape.Output.Elements == 1 ? ["u"] : []);
        ThrowIfAny(
        [
            .. CheckCount(request.Variables, "variables", shape.Input.Elements, "input"),
            .. CheckCount(request.Outputs, "outputs", shape.Output.Elements, "output"),
        ]);
        var (unknowns, fields) = (request.Unknowns?.Keys.ToList() ?? [], request.Fields ?? new Dictionary<string, string>());
        var columns = request.Points
            .SelectMany((points, i) => (points.Data?.Keys ?? []).Select(name => (name, FieldPath.Of("points").At(i).Field("data").Entry(name).ToString())))
            .ToList();
        ThrowIfAny(
        [
            .. CheckSize("unknowns", unknowns.Count, MaxUnknowns), .. CheckSize("fields", fields.Count, MaxFields),
            .. request.Points.SelectMany((points, i) => CheckSize($"points[{i}].data", points.Data?.Count ?? 0, MaxFields)),
        ]);
        ThrowIfAny(FormulaNames.Check(variables, outputs, unknowns, [.. fields.Keys], columns));
        var names = new FormulaNames(variables, outputs, HasTarget: false) { Unknowns = unknowns, Columns = columns.Select(column => column.name).ToHashSet() };
        return fields.Aggregate(names, (known, field) =>
        {
            var path = FieldPath.Of("fields").Entry(field.Key).ToString();
            var with = known with { Fields = [.. known.Fields, Formula.ParseField(field.Key, field.Value, known, path)] };
            CheckWrittenOut(with.Fields.Sum(each => each.WrittenOut), path);
            return with;
        });
    }

    private static void CheckWrittenOut(int expressions, string path)
    {
        if (expressions > MaxWrittenOut)
        {
            throw new FaultException(Fault.Invalid(path,
                $"at most {MaxWrittenOut} distinct operations, names and numbers in all formulas with fields together, once fields are written out", "more",
                "Use fewer or simpler fields, or derivatives of lower order."));
        }
    }

    private static IEnumerable<Fault> CheckCount(IReadOnlyList<string>? names, string path, long elements, string side) =>
        names is null || names.Count == elements
            ? []
            : [Fault.Invalid(path, elements == 1
                ? $"1 name, as an {side} sample has 1 element"
                : $"{elements} names, as an {side} sample has {elements} elements", $"{names.Count}")];

    private static IEnumerable<Fault> CheckSize(string path, int count, int most) =>
        count > most ? [Fault.Invalid(path, $"at most {most} names", $"{count}")] : [];

    private static SetPoints PointsOf(PointSet set, int index, NetworkShape shape)
    {
        var path = $"points[{index}]";
        switch (set.Inputs, set.Sample)
        {
            case ({ } inputs, null):
                BatchShape.Check(inputs, $"{path}.inputs", shape.Input, "N");
                BatchShape.CheckPrecision(inputs, $"{path}.inputs", shape.Dtype);
                return SetPoints.Of(inputs);
            case (null, { } sample):
                var drawn = DrawnPoints.Resolve(sample, $"{path}.sample", shape.Input.Elements, shape.Dtype);
                var points = shape.Input.After(drawn.Count);
                if (points.Elements > Array.MaxLength)
                {
                    throw new FaultException(Fault.TooLarge($"{path}.sample.count", $"at most {Array.MaxLength} numbers in a set", $"{drawn.Count} points"));
                }

                return SetPoints.Drawn(points, () => drawn.Draw().Reshape(points).In(shape.Dtype));
            default:
                throw new FaultException(set.Inputs is null
                    ? Fault.Invalid($"{path}.inputs", "an array, or \"sample\" instead of it", "nothing")
                    : Fault.Invalid(path, "either inputs or sample", "both"));
        }
    }

    private static IEnumerable<Fault> CheckNames(IEnumerable<string> names, string path)
    {
        var seen = new HashSet<string>();
        foreach (var (index, name) in names.Index())
        {
            if (name.Length is 0 or > MaxNameLength)
            {
                yield return Fault.Invalid($"{path}[{index}].name", $"a name of 1 to {MaxNameLength} characters",
                    name.Length == 0 ? "an empty one" : $"{name.Length} characters");
            }
            else if (!seen.Add(name))
            {
                yield return Fault.Invalid($"{path}[{index}].name", "a name that no other has", Fault.Quoted(name));
            }
        }
    }

    private static void ThrowIfAny(IEnumerable<Fault> faults)
    {
        if (faults.Take(100).ToList() is { Count: > 0 } found)
        {
            throw new FaultException(found);
        }
    }
}
