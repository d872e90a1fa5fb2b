using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>Checks the terms of a request: names, formulas and shapes.</summary>
/// <param name="sets">The point sets, checked: name, number of points, and data.</param>
/// <param name="names">What formulas may name, without what is a term's own.</param>
/// <param name="shape">The network.</param>
internal sealed class TermReader(
    IReadOnlyList<(string Name, long Count, IReadOnlyDictionary<string, NdArray> Columns)> sets, FormulaNames names, NetworkShape shape)
{
    /// <exception cref="FaultException">A name is unknown, a formula is wrong, or an array has another shape.</exception>
    public Term Read(ObjectiveTerm term, int index)
    {
        var path = $"terms[{index}]";
        var on = Sets(term.On, path);
        var reduction = Reduction(term, path);
        var residual = Residual(term, on, path);
        return new Term(index, term.Name, on, residual, Target(term, path, residual, on[0]),
            term.Weights is null ? null : Column(term.Weights, $"{path}.weights", on[0]), Finite(term.Weight, $"{path}.weight"), reduction);
    }

    /// <summary>An array of one number for each point of a set, [n].</summary>
    public static NdArray Column(NdArray column, string path, string set, long n, Dtype dtype)
    {
        if (column.Count != n || column.Shape.Rank is 0 or > 2 || (column.Shape.Rank == 2 && column.Shape[1] != 1))
        {
            throw new FaultException(Fault.Invalid(path, $"an array of shape [{n}], one number for each point of '{Fault.Shortened(set)}'",
                BatchShape.Got(column.Shape)));
        }

        BatchShape.CheckFinite(column, path);
        BatchShape.CheckPrecision(column, path, dtype);
        return column.Reshape(new Shape(n));
    }

    private NdArray Column(NdArray column, string path, int set, Dtype? dtype = null) =>
        Column(column, path, sets[set].Name, sets[set].Count, dtype ?? shape.Dtype);

    private List<int> Sets(TermSets on, string path)
    {
        var known = sets.Select(set => set.Name).ToList();
        var found = new List<int>();
        foreach (var (place, name) in on.Names.Index())
        {
            var own = on.Names.Count == 1 ? $"{path}.on" : $"{path}.on[{place}]";
            var set = known.IndexOf(name);
            if (set < 0)
            {
                throw new FaultException(Fault.Invalid(own, "the name of a point set", Fault.Quoted(name), NearestName.Suggest(name, known)));
            }

            if (found.Contains(set))
            {
                throw new FaultException(Fault.Invalid(own, "sets that are all different", $"{Fault.Quoted(name)} again"));
            }

            if (found.Count > 0 && sets[set].Count != sets[found[0]].Count)
            {
                throw new FaultException(Fault.Invalid(own,
                    $"a set of {sets[found[0]].Count} points as '{Fault.Shortened(sets[found[0]].Name)}', as they are paired point by point",
                    $"{Fault.Quoted(name)} of {sets[set].Count}"));
            }

            found.Add(set);
        }

        return found;
    }

    private static Reduction Reduction(ObjectiveTerm term, string path) => (term.Reduction, term.GradientPenalty, term.CrossEntropy) switch
    {
        (null, _, not null) => Objectives.Reduction.Mean,
        ({ } given, _, not null) => throw new FaultException(Fault.Invalid($"{path}.reduction", "nothing, as a cross entropy is the mean over the points",
            Name(given))),
        ({ } given and not Objectives.Reduction.MeanSquare, not null, _) => throw new FaultException(Fault.Invalid($"{path}.reduction",
            "meanSquare or nothing, as a gradient penalty is the mean of (‖∇u‖₂ − center)²", Name(given))),
        var (given, _, _) => given ?? Objectives.Reduction.MeanSquare,
    };

    private static string Name(Reduction reduction) => char.ToLowerInvariant($"{reduction}"[0]) + $"{reduction}"[1..];

    private Residual Residual(ObjectiveTerm term, List<int> on, string path)
    {
        List<string> given =
        [
            .. term.Residual is null ? [] : new[] { "residual" }, .. term.GradientPenalty is null ? [] : new[] { "gradientPenalty" },
            .. term.CrossEntropy is null ? [] : new[] { "crossEntropy" },
        ];
        if (given.Count != 1)
        {
            throw new FaultException(Fault.Invalid(path, "either residual, gradientPenalty or crossEntropy",
                given.Count switch { 0 => "neither", 2 => string.Join(" and ", given), _ => "all three" }));
        }

        if (term.Residual is { } text)
        {
            var places = on.Select(set => new FormulaPlace(sets[set].Name, sets[set].Columns.Keys.ToHashSet())).ToList();
            return new Residual.OfFormula(Formula.Parse(text, names with { HasTarget = term.Target is not null, Places = places }, $"{path}.residual"));
        }

        if (on.Count > 1)
        {
            var what = term.GradientPenalty is null ? "cross entropy" : "gradient penalty";
            throw new FaultException(Fault.Invalid($"{path}.on", $"one point set, as a {what} has", $"{on.Count}"));
        }

        return term.GradientPenalty is { } penalty ? Penalty(penalty, path) : CrossEntropy(term.CrossEntropy!, on[0], path);
    }

    private Residual.OfGradientNorm Penalty(GradientPenalty penalty, string path)
    {
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

    private Residual.OfCrossEntropy CrossEntropy(CrossEntropy entropy, int set, string path)
    {
        var outputs = shape.Output.Elements;
        if (outputs < 2)
        {
            throw new FaultException(Fault.Invalid($"{path}.crossEntropy", "a network of at least two outputs, one for each class", "one of 1 output"));
        }

        path = $"{path}.crossEntropy.labels";
        var labels = entropy.Labels is { } given
            ? Column(given, path, set, Dtype.Float64)
            : throw new FaultException(Fault.Invalid(path, $"an array of shape [{sets[set].Count}], the index of an output for each point", "nothing"));
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] < 0 || labels[i] >= outputs || labels[i] != Math.Floor(labels[i]))
            {
                throw new FaultException(Fault.Invalid($"{path}[{i}]", $"an integer from 0 to {outputs - 1}, the index of an output", $"{labels[i]}"));
            }
        }

        return new Residual.OfCrossEntropy(labels, outputs);
    }

    private NdArray? Target(ObjectiveTerm term, string path, Residual residual, int set)
    {
        if (term.Target is { } target && residual is not Residual.OfFormula { Formula.UsesTarget: true })
        {
            throw new FaultException(residual is Residual.OfFormula
                ? Fault.Invalid($"{path}.target", "nothing, as the residual does not use it", BatchShape.Got(target.Shape),
                    "Write the residual with it, such as \"u - target\", or leave it out.")
                : Fault.Invalid($"{path}.target", "nothing, as only a residual given by a formula has one", BatchShape.Got(target.Shape)));
        }

        return term.Target is null ? null : Column(term.Target, $"{path}.target", set);
    }

    private static double Finite(double number, string path) =>
        double.IsFinite(number) ? number : throw new FaultException(Fault.Invalid(path, "a finite number", $"{number}"));
}
