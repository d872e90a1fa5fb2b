using GradService.Domain.Objectives.Formulas;

namespace GradService.Domain.Objectives;

/// <summary>
/// Which gradients must be swept so that all that is wanted can be read off. A sweep over u_x gives u_xx, u_xt and all others of one
/// order more at once; a mixed derivative can be had from several, so that those are swept that serve most.
/// </summary>
internal sealed class DerivativePlan
{
    // Among more derivatives than that, each is had from the one without its last variable.
    private const int MostSearched = 24;

    private readonly bool _inOrder;
    private readonly Dictionary<DerivativeIndex, (DerivativeIndex Swept, int Variable)> _sources;
    private readonly HashSet<DerivativeIndex> _sweptAgain;

    private DerivativePlan(IReadOnlyCollection<DerivativeIndex> wanted, IReadOnlySet<DerivativeIndex> swept, bool inOrder)
    {
        _inOrder = inOrder;
        Swept = swept;

        // What is swept is needed too, but for the outputs, which are there.
        _sources = wanted.Concat(swept).Where(index => index.Order > 0).Distinct()
            .ToDictionary(index => index, index => inOrder ? Last(index) : Parents(index).First(parent => swept.Contains(parent.Swept)));
        _sweptAgain = [.. swept.Where(index => index.Order > 0).Select(index => _sources[index].Swept)];
    }

    /// <summary>What is differentiated: outputs (order 0) and their derivatives.</summary>
    public IReadOnlySet<DerivativeIndex> Swept { get; }

    /// <summary>How many sweeps it takes.</summary>
    public int Sweeps => Swept.Count;

    /// <summary>The highest order of derivative, 0 where none is needed.</summary>
    public int Order => Swept.Select(swept => swept.Order + 1).DefaultIfEmpty().Max();

    /// <param name="wanted">What terms read.</param>
    /// <param name="inOrder">Whether derivatives do not commute, so that each must be taken in the order in which it is written.</param>
    public static DerivativePlan Of(IEnumerable<InputQuantity> wanted, bool inOrder = false)
    {
        var quantities = wanted.Distinct().ToList();
        var gradients = quantities.Where(quantity => quantity.WholeGradient).Select(quantity => quantity.Index).ToHashSet();
        var derivatives = quantities.Where(quantity => !quantity.WholeGradient && quantity.Index.Order > 0)
            .Select(quantity => inOrder ? quantity.Index : quantity.Index.Commuted).ToHashSet();
        var swept = inOrder || derivatives.Count > MostSearched ? [.. derivatives.SelectMany(Prefixes), .. gradients] : Search.Fewest(derivatives, gradients);
        return new DerivativePlan(derivatives, swept, inOrder);
    }

    /// <summary>The swept quantity whose gradient holds the derivative, and at which variable.</summary>
    public (DerivativeIndex Swept, int Variable) SourceOf(DerivativeIndex index) => _sources[_inOrder ? index : index.Commuted];

    /// <summary>Whether the gradient of a swept quantity is itself swept later.</summary>
    public bool IsSweptAgain(DerivativeIndex swept) => _sweptAgain.Contains(swept);

    private static IEnumerable<(DerivativeIndex Swept, int Variable)> Parents(DerivativeIndex index) =>
        index.Variables.Distinct().Select(variable => (index.Without(variable), variable));

    private static (DerivativeIndex Swept, int Variable) Last(DerivativeIndex index) =>
        (new DerivativeIndex(index.Output, index.Variables.SkipLast(1)), index.Variables[^1]);

    private static IEnumerable<DerivativeIndex> Prefixes(DerivativeIndex index) =>
        Enumerable.Range(0, index.Order).Select(order => new DerivativeIndex(index.Output, index.Variables.Take(order)));

    /// <summary>Looks for the smallest set of swept quantities, from the highest order down, and gives up on finding a smaller one after a while.</summary>
    private sealed class Search
    {
        private const int MaxSteps = 2000;

        private HashSet<DerivativeIndex>? _best;
        private int _steps;

        public static HashSet<DerivativeIndex> Fewest(HashSet<DerivativeIndex> wanted, HashSet<DerivativeIndex> swept)
        {
            var search = new Search();
            search.From(wanted, swept);
            return search._best!;
        }

        private void From(HashSet<DerivativeIndex> open, HashSet<DerivativeIndex> swept)
        {
            if (_best is not null && (swept.Count >= _best.Count || ++_steps > MaxSteps))
            {
                return;
            }

            if (open.Count == 0)
            {
                _best = swept;
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
            foreach (var (parent, _) in Parents(next)
                .OrderByDescending(parent => open.Count(index => Parents(index).Any(other => other.Swept.Equals(parent.Swept)) || index.Equals(parent.Swept))))
            {
                From(parent.Order > 0 ? [.. rest, parent] : rest, [.. swept, parent]);
            }
        }
    }
}
