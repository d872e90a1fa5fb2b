using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>Finds where numbers of a loss stopped being finite: in the parameters, the network, a derivative, a formula, or on the way back.</summary>
internal static class NonFiniteLoss
{
    /// <param name="run">The run.</param>
    /// <param name="loss">What came of it, with numbers that are not finite.</param>
    /// <param name="cancellation">Ends the search between two terms.</param>
    public static NonFiniteOrigin Of(ObjectiveRun run, Loss loss, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var origin = new NonFiniteOrigin { Parameters = NonFiniteSearch.Parameters(run.Network) };
        foreach (var batch in run.Batches)
        {
            cancellation.ThrowIfCancellationRequested();
            if (new NonFiniteSearch(batch.Start, batch.Inputs, [.. batch.Layers.Cast<LayerTrace>()]).Forward() is { } layer)
            {
                return origin with { Layer = layer, Place = Place(batch.Batch, layer.Sample) };
            }
        }

        if (origin.Parameters.Count > 0)
        {
            return origin;
        }

        if (Derivative(run, loss) is { } derivative)
        {
            return origin with { Derivative = derivative };
        }

        return Operation(run, loss, cancellation) is { } operation
            ? origin with { Operation = operation }
            : origin with
            {
                Slope = new NonFiniteSlope(null, null, [.. NonFiniteGradients(loss)]),
            };
    }

    private static IEnumerable<string> NonFiniteGradients(Loss loss) =>
    [
        .. (loss.ParameterGradients ?? new Dictionary<string, NdArray>()).Where(pair => pair.Value.FirstNonFinite() >= 0).Select(pair => pair.Key),
        .. (loss.UnknownGradients ?? new Dictionary<string, double>()).Where(pair => !double.IsFinite(pair.Value)).Select(pair => pair.Key),
        .. (loss.InputGradients ?? new Dictionary<string, NdArray>()).Where(pair => pair.Value.FirstNonFinite() >= 0)
            .Select(pair => $"the points of '{pair.Key}'"),
    ];

    private static NonFiniteDerivative? Derivative(ObjectiveRun run, Loss loss)
    {
        foreach (var ((index, quantity), values) in loss.Derivatives)
        {
            if (values.FirstNonFinite() is >= 0 and var at)
            {
                var set = run.Setting.Objective.Sets[index];
                return new NonFiniteDerivative(run.Setting.Objective.NameOf(quantity), Place(set, at / (values.Count / set.Count)), values[at]);
            }
        }

        return null;
    }

    /// <summary>Values first, then slopes, which are looked at only where values are finite.</summary>
    private static NonFiniteOperation? Operation(ObjectiveRun run, Loss loss, CancellationToken cancellation)
    {
        var broken = loss.Terms.Where(term => term.Residuals.FirstNonFinite() >= 0).ToList();
        if (broken.Count > 0)
        {
            return broken.Select(term => Value(run, loss, term)).FirstOrDefault(operation => operation is not null);
        }

        return run.Live ? loss.Terms.Select(term => Slope(run, loss, term, cancellation)).FirstOrDefault(operation => operation is not null) : null;
    }

    private static NonFiniteOperation? Value(ObjectiveRun run, Loss loss, TermValue term)
    {
        var point = term.Residuals.FirstNonFinite();
        if (term.Term.Residual is Residual.OfGradientNorm norm)
        {
            var largest = loss.Derivatives[(term.Term.Sets[0], InputQuantity.Gradient(norm.Output))].Rows(point, 1).MaxAbsolute();
            var place = Place(run, term, point);
            return new NonFiniteOperation(term.Term.Name, place, "norm", "the norm of a gradient", [largest], term.Residuals[point], NonFinitePart.Value,
                [("its largest entry", largest)]);
        }

        if (term.Term.Residual is not Residual.OfFormula { Formula: var formula })
        {
            return null;
        }

        var step = formula.Trace(ValuesAt(run, loss, term, point, 1)).FirstNonFinite();
        return step is null ? null : Describe(run, term, point, step, NonFinitePart.Value);
    }

    /// <summary>The first point at which the loss has no finite slope through the formula.</summary>
    private static NonFiniteOperation? Slope(ObjectiveRun run, Loss loss, TermValue term, CancellationToken cancellation)
    {
        if (term.Term.Residual is not Residual.OfFormula { Formula: var formula })
        {
            return null;
        }

        for (var from = 0L; from < term.Residuals.Count; from += TermSlopes.PointsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(TermSlopes.PointsAtOnce, term.Residuals.Count - from);
            var steps = formula.Trace(ValuesAt(run, loss, term, from, count));
            var points = TermSlopes.Of(steps, term, from, count).Select(pair => pair.Slope.ToNdArray().FirstNonFinite()).Where(at => at >= 0).ToList();
            if (points.Count > 0)
            {
                return At(from + points.Min());
            }
        }

        return null;

        NonFiniteOperation? At(long point)
        {
            var steps = formula.Trace(ValuesAt(run, loss, term, point, 1));
            if (steps.FirstNonFiniteSlope(TermSlopes.Root(term, point, 1)) is not var (step, slope))
            {
                return null;
            }

            // With a slope of one, what is not finite is the derivative itself.
            var own = step.Back(Tensors.Ones(slope.shape, slope.dtype)).All(pair => FormulaStep.IsFinite(pair.Slope));
            return Describe(run, term, point, step, own ? NonFinitePart.Product : NonFinitePart.Derivative);
        }
    }

    private static NonFiniteOperation Describe(ObjectiveRun run, TermValue term, long point, FormulaStep step, NonFinitePart part)
    {
        var objective = run.Setting.Objective;
        var arguments = step.Operands.Select(operand => operand.Value.ToDoubles()[0]).ToList();
        var value = step.Value.ToDoubles()[0];
        return new NonFiniteOperation(term.Term.Name, Place(run, term, point), step.Expression.Symbol,
            step.Operands.Count == 0 ? $"the number {Words.Of(value)}" : step.Expression.Write([.. arguments.Select(Words.Of)]), arguments, value, part,
            [.. step.Names.Select(name => (objective.NameOf((Named)name.Expression, term.Term), name.Value.ToDoubles()[0]))]);
    }

    private static KnownValues ValuesAt(ObjectiveRun run, Loss loss, TermValue term, long from, long count) =>
        new(run, loss.Derivatives, term.Term, from, count);

    private static string Place(ObjectiveRun run, TermValue term, long point) =>
        $"point {point} of {string.Join(" and ", term.Term.Sets.Select(set => $"'{run.Setting.Objective.Sets[set].Name}'"))}";

    private static string Place(ObjectiveBatch batch, long sample)
    {
        foreach (var set in batch.Sets)
        {
            if (sample < set.Count)
            {
                return Place(set, sample);
            }

            sample -= set.Count;
        }

        throw new ArgumentOutOfRangeException(nameof(sample));
    }

    private static string Place(ObjectiveSet set, long point) => $"point {point} of '{set.Name}'";
}
