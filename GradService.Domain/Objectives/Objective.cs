using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>A point set in its place.</summary>
/// <param name="Index">Its place among the sets.</param>
/// <param name="Name">Its name.</param>
/// <param name="Inputs">[n, D…].</param>
/// <param name="Terms">The terms taken on it.</param>
/// <param name="Derivatives">What those terms need.</param>
internal sealed record ObjectiveSet(int Index, string Name, NdArray Inputs, IReadOnlyList<Term> Terms, DerivativePlan Derivatives)
{
    public long Count => Inputs.Shape[0];

    /// <summary>What the terms read of the network's derivatives.</summary>
    public IReadOnlyList<InputQuantity> Quantities { get; } = [.. Terms.SelectMany(term => term.Residual.Quantities).Distinct()];
}

/// <summary>A term that has been checked.</summary>
/// <param name="Index">Its place among the terms.</param>
/// <param name="Name">Its name.</param>
/// <param name="Set">The set on which it is taken.</param>
/// <param name="Residual">What it measures.</param>
/// <param name="Target">[n], where the residual uses one.</param>
/// <param name="Weight">Its weight in the loss.</param>
/// <param name="Reduction">How the residual becomes a value.</param>
internal sealed record Term(int Index, string Name, int Set, Residual Residual, NdArray? Target, double Weight, Reduction Reduction);

/// <summary>A loss that has been checked as far as names, formulas and shapes go; what BatchNorm means in it is the variant's.</summary>
/// <param name="Names">What formulas call inputs and outputs.</param>
/// <param name="Sets">The point sets in order.</param>
/// <param name="Terms">The terms in order.</param>
internal sealed record Objective(FormulaNames Names, IReadOnlyList<ObjectiveSet> Sets, IReadOnlyList<Term> Terms)
{
    /// <summary>Of the name of a point set or of a term, in characters.</summary>
    public const int MaxNameLength = 64;

    /// <exception cref="FaultException">A name is empty, too long, unknown or stands twice, a formula is wrong, or an array has another shape.</exception>
    public static Objective Resolve(ObjectiveRequest request, NetworkShape shape)
    {
        var names = NamesOf(request, shape);
        ThrowIfAny([.. CheckNames(request.Points.Select(points => points.Name), "points"), .. CheckNames(request.Terms.Select(term => term.Name), "terms")]);
        CheckPoints(request, shape);
        var terms = request.Terms.Select((term, index) => Resolve(term, index, request, names, shape)).ToList();
        var sets = request.Points.Select((points, index) => OfTerms(index, points.Name, points.Inputs, [.. terms.Where(term => term.Set == index)]));
        return new Objective(names, [.. sets], terms);
    }

    /// <summary>The same points with one of the terms alone.</summary>
    public Objective Only(Term term)
    {
        var only = term with { Index = 0 };
        return new Objective(Names, [.. Sets.Select(set => OfTerms(set.Index, set.Name, set.Inputs, set.Index == term.Set ? [only] : []))], [only]);
    }

    private static ObjectiveSet OfTerms(int index, string name, NdArray inputs, IReadOnlyList<Term> terms) =>
        new(index, name, inputs, terms, DerivativePlan.Of(terms.SelectMany(term => term.Residual.Quantities)));

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
    public string NameOf(Expression name) => name switch
    {
        Variable variable => Names.Variables[variable.Index],
        Output output => Names.Outputs[output.Index],
        Derivative derivative => NameOf(InputQuantity.Derivative(derivative.Index)),
        _ => "target",
    };

    private static FormulaNames NamesOf(ObjectiveRequest request, NetworkShape shape)
    {
        var variables = request.Variables ?? (shape.Input.Elements == 1 ? ["x"] : []);
        var outputs = request.Outputs ?? (shape.Output.Elements == 1 ? ["u"] : []);
        ThrowIfAny(
        [
            .. CheckCount(request.Variables, "variables", shape.Input.Elements, "input"),
            .. CheckCount(request.Outputs, "outputs", shape.Output.Elements, "output"),
        ]);
        ThrowIfAny(FormulaNames.Check(variables, outputs));
        return new FormulaNames(variables, outputs, HasTarget: false);
    }

    private static IEnumerable<Fault> CheckCount(IReadOnlyList<string>? names, string path, long elements, string side) =>
        names is null || names.Count == elements
            ? []
            : [Fault.Invalid(path, elements == 1
                ? $"1 name, as an {side} sample has 1 element"
                : $"{elements} names, as an {side} sample has {elements} elements", $"{names.Count}")];

    private static void CheckPoints(ObjectiveRequest request, NetworkShape shape)
    {
        for (var i = 0; i < request.Points.Count; i++)
        {
            BatchShape.Check(request.Points[i].Inputs, $"points[{i}].inputs", shape.Input, "N");
            BatchShape.CheckPrecision(request.Points[i].Inputs, $"points[{i}].inputs", shape.Dtype);
        }
    }

    private static Term Resolve(ObjectiveTerm term, int index, ObjectiveRequest request, FormulaNames names, NetworkShape shape)
    {
        var path = $"terms[{index}]";
        var sets = request.Points.Select(points => points.Name).ToList();
        var set = sets.IndexOf(term.On);
        if (set < 0)
        {
            throw new FaultException(Fault.Invalid($"{path}.on", "the name of a point set", Fault.Quoted(term.On), NearestName.Suggest(term.On, sets)));
        }

        Residual residual = (term.Residual, term.GradientPenalty) switch
        {
            ({ } text, null) =>
                new Residual.OfFormula(Formula.Parse(text, new FormulaNames(names.Variables, names.Outputs, term.Target is not null), $"{path}.residual")),
            (null, { } penalty) => Penalty(penalty, term, path, names, shape),
            _ => throw new FaultException(Fault.Invalid(path, "either residual or gradientPenalty", term.Residual is null ? "neither" : "both")),
        };
        return new Term(index, term.Name, set, residual, Target(term, path, residual, request.Points[set], shape), Finite(term.Weight, $"{path}.weight"),
            term.Reduction);
    }

    private static Residual.OfGradientNorm Penalty(GradientPenalty penalty, ObjectiveTerm term, string path, FormulaNames names, NetworkShape shape)
    {
        if (term.Reduction != Reduction.MeanSquare)
        {
            throw new FaultException(
                Fault.Invalid($"{path}.reduction", "meanSquare or nothing, as a gradient penalty is the mean of (‖∇u‖₂ − center)²", "mean"));
        }

        var output = (penalty.Output, shape.Output.Elements) switch
        {
            (null, 1) => 0,
            (null, var many) => throw new FaultException(Fault.Invalid($"{path}.gradientPenalty.output", $"the name of one of the {many} outputs", "nothing")),
            ({ } name, _) => names.Outputs.ToList().IndexOf(name),
        };
        return output >= 0
            ? new Residual.OfGradientNorm(output, Finite(penalty.Center, $"{path}.gradientPenalty.center"))
            : throw new FaultException(Fault.Invalid($"{path}.gradientPenalty.output", "the name of an output", Fault.Quoted(penalty.Output!),
                NearestName.Suggest(penalty.Output!, names.Outputs)));
    }

    private static NdArray? Target(ObjectiveTerm term, string path, Residual residual, PointSet points, NetworkShape shape)
    {
        if (term.Target is not { } target)
        {
            return null;
        }

        var n = points.Inputs.Shape[0];
        if (residual is not Residual.OfFormula { Formula.UsesTarget: true })
        {
            throw new FaultException(Fault.Invalid($"{path}.target", "nothing, as the residual does not use it", BatchShape.Got(target.Shape),
                "Write the residual with it, such as \"u - target\", or leave it out."));
        }

        if (target.Count != n || target.Shape.Rank is 0 or > 2 || (target.Shape.Rank == 2 && target.Shape[1] != 1))
        {
            throw new FaultException(Fault.Invalid($"{path}.target", $"an array of shape [{n}], one number for each point of '{Fault.Shortened(points.Name)}'",
                BatchShape.Got(target.Shape)));
        }

        BatchShape.CheckFinite(target, $"{path}.target");
        BatchShape.CheckPrecision(target, $"{path}.target", shape.Dtype);
        return target.Reshape(new Shape(n));
    }

    private static double Finite(double number, string path) =>
        double.IsFinite(number) ? number : throw new FaultException(Fault.Invalid(path, "a finite number", $"{number}"));

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
