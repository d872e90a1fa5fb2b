using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>Points at which terms have corners: a gradient's norm or the argument of abs exactly 0, say, while the loss moves with it.</summary>
internal static class LossCorners
{
    /// <param name="run">The run.</param>
    /// <param name="loss">What came of it.</param>
    /// <param name="cancellation">Ends the search between two blocks of points.</param>
    public static IReadOnlyList<Corner> Of(ObjectiveRun run, Loss loss, CancellationToken cancellation)
    {
        if (!run.Live)
        {
            return [];
        }

        return [.. loss.Terms.Where(term => term.Term.Weight != 0).SelectMany(term => term.Term.Residual switch
        {
            Residual.OfGradientNorm norm => OfNorm(run, loss, term, norm),
            Residual.OfFormula { Formula: { HasCorners: true } formula } => OfFormula(run, loss, term, formula, cancellation),
            _ => [],
        })];
    }

    /// <summary>With a center of 0 the penalty is the gradient's square, which has no corner.</summary>
    private static IEnumerable<Corner> OfNorm(ObjectiveRun run, Loss loss, TermValue term, Residual.OfGradientNorm norm)
    {
        var quantity = InputQuantity.Gradient(norm.Output);
        var gradient = loss.Derivatives[(term.Term.Sets[0], quantity)];
        var elements = gradient.Count / term.Residuals.Count;
        var points = norm.Center == 0 ? [] : Enumerable.Range(0, term.Residuals.Count)
            .Where(point => Enumerable.Range(point * elements, elements).All(at => IsZero(gradient[at], gradient.Dtype))).ToList();
        return points.Count == 0 ? []
            :
            [
                new Corner(term.Term.Name, $"the norm of {run.Setting.Objective.NameOf(quantity)} is exactly 0", points.Count, term.Residuals.Count, points[0],
                    Slope: "0"),
            ];
    }

    /// <summary>Whether a square is 0: the norm is the root of their sum.</summary>
    private static bool IsZero(double number, Dtype dtype) => (dtype == Dtype.Float32 ? (float)number * (float)number : number * number) == 0;

    private static IEnumerable<Corner> OfFormula(ObjectiveRun run, Loss loss, TermValue term, Formula formula, CancellationToken cancellation)
    {
        var set = run.Setting.Objective.Sets[term.Term.Sets[0]];
        var corners = new SortedDictionary<string, (SortedSet<long> Points, string? Slope)>(StringComparer.Ordinal);
        for (var from = 0L; from < set.Count; from += TermSlopes.PointsAtOnce)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var count = Math.Min(TermSlopes.PointsAtOnce, set.Count - from);
            var steps = formula.Trace(new KnownValues(run, loss.Derivatives, term.Term, from, count));
            if (!steps.Upwards.Any(step => step.Corners().Any()))
            {
                continue;
            }

            foreach (var (step, slope) in TermSlopes.Of(steps, term, from, count))
            {
                var slopes = slope.ToDoubles();
                foreach (var at in step.Corners().Where(at => slopes[at] != 0))
                {
                    var corner = ((Call)step.Expression).Function.Corner!;
                    var words = corner.Words(step.Expression.Symbol);
                    var back = step.Back(slope)[0].Slope.ToDoubles();
                    corners.TryAdd(words, ([], double.IsFinite(back[back.Length == 1 ? 0 : at]) ? corner.Slope : null));
                    corners[words].Points.Add(from + at);
                }
            }
        }

        return corners.Select(pair => new Corner(term.Term.Name, pair.Key, pair.Value.Points.Count, set.Count,
            pair.Value.Points.Min, pair.Value.Slope));
    }
}
