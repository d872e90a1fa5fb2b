using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>
/// Which gradients must be swept so that all wanted derivatives can be read off. A sweep over u_x gives u_xx, u_xt and all others of one
/// order more at once; a mixed derivative can be had from several, so that those are swept that serve most.
/// </summary>
internal sealed class DerivativePlan
{
    private readonly Dictionary<DerivativeIndex, (DerivativeIndex Swept, int Variable)> _sources;

    private DerivativePlan(Dictionary<DerivativeIndex, (DerivativeIndex, int)> sources) => _sources = sources;

    /// <summary>How many sweeps it takes.</summary>
    public int Sweeps => Swept.Count();

    /// <summary>The highest order of derivative that comes of it.</summary>
    public int Order => _sources.Keys.Select(index => index.Order).DefaultIfEmpty(0).Max();

    /// <summary>What is differentiated: outputs (order 0) and their derivatives.</summary>
    public IEnumerable<DerivativeIndex> Swept => _sources.Values.Select(source => source.Swept).Distinct();

    /// <param name="wanted">The derivatives that formulas name; outputs themselves (order 0) take no sweep.</param>
    public static DerivativePlan Of(IEnumerable<DerivativeIndex> wanted)
    {
        var needed = wanted.Distinct().ToList();
        var search = new Search();
        search.From(needed.Where(index => index.Order > 0).ToHashSet(), []);
        var swept = search.Best!;

        // Swept quantities are needed too, but for the outputs, which are there.
        return new DerivativePlan(needed.Concat(swept).Where(index => index.Order > 0).Distinct()
            .ToDictionary(index => index, index => Parents(index).First(parent => swept.Contains(parent.Swept))));
    }

    /// <summary>The swept quantity whose gradient holds the derivative, and at which variable.</summary>
    public (DerivativeIndex Swept, int Variable) SourceOf(DerivativeIndex index) => _sources[index];

    /// <summary>Whether the gradient of a swept quantity is itself swept later.</summary>
    public bool IsSweptAgain(DerivativeIndex swept) => Swept.Any(other => other.Order == swept.Order + 1 && _sources[other].Swept.Equals(swept));

    private static IEnumerable<(DerivativeIndex Swept, int Variable)> Parents(DerivativeIndex index) =>
        index.Variables.Distinct().Select(variable => (index.Without(variable), variable));

    /// <summary>The smallest set of swept quantities, from the highest order down; among very many derivatives, the smallest of those tried.</summary>
    private sealed class Search
    {
        private const int MaxSteps = 2000;

        private int _steps;

        public HashSet<DerivativeIndex>? Best { get; private set; }

        public void From(HashSet<DerivativeIndex> open, HashSet<DerivativeIndex> swept)
        {
            if (Best is not null && (swept.Count >= Best.Count || ++_steps > MaxSteps))
            {
                return;
            }

            if (open.Count == 0)
            {
                Best = swept;
                return;
            }

            var next = open.MaxBy(index => index.Order)!;
            var rest = open.Where(index => !index.Equals(next)).ToHashSet();
            if (Parents(next).Any(parent => swept.Contains(parent.Swept)))
            {
                From(rest, swept);
                return;
            }

            // First what others can be had from as well, or what is wanted itself.
            foreach (var (parent, _) in Parents(next).OrderByDescending(parent => open.Count(index => Parents(index).Any(other => other.Swept.Equals(parent.Swept)) || index.Equals(parent.Swept))))
            {
                From(parent.Order > 0 ? [.. rest, parent] : rest, [.. swept, parent]);
            }
        }
    }
}
