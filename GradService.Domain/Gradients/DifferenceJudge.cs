using GradService.Domain.Arrays;
using GradService.Domain.Findings;

namespace GradService.Domain.Gradients;

/// <summary>Differences of some entries of an answer, to be taken again with other steps.</summary>
internal interface IDifferences
{
    /// <summary>The difference of an entry.</summary>
    /// <param name="entry">Which of those drawn.</param>
    /// <param name="factor">The step, in times the usual one.</param>
    /// <param name="perturbation">By how much, relatively, inputs or parameters are perturbed before.</param>
    Difference At(int entry, double factor, double perturbation);

    /// <summary>What a perturbation of that size makes of what is differenced, over the usual step.</summary>
    double Perturbed(int entry, double perturbation);
}

/// <summary>
/// Tells, where an answer differs from its differences, a wrong answer from a step that is too coarse or too fine, and from a corner. Only
/// a difference that stays the same over steps of very different size speaks against an answer.
/// </summary>
internal sealed class DifferenceJudge
{
    // Beyond these shares of the largest entry a disagreement is looked into.
    private const double AgreementInFloat32 = 1e-3;
    private const double AgreementInFloat64 = 1e-6;

    // What the precision of the answer has no numbers for, times what weights may have made of it.
    private const double LostBelow = 1024;

    // A difference whose uncertainty is more than this share of the largest entry says nothing.
    private const double Coarse = 1e-3;

    // Differences that are taken again at most, twice for corners and the rest, if that many entries were not drawn.
    private const int LeastBudget = 40;

    // A larger step meets less noise, smaller ones less curvature.
    private static readonly double[] Factors = [8, 1.0 / 8, 64, .. Enumerable.Range(2, 7).Select(power => Math.Pow(8, -power))];

    private readonly Dtype _dtype;
    private readonly double _amplification;
    private readonly double _largestAnswer;
    private readonly double[] _answers;
    private readonly Difference[] _taken;
    private readonly double[] _errors;
    private readonly Verdict[] _verdicts;
    private readonly IDifferences _differences;
    private readonly CancellationToken _cancellation;
    private int _budget;
    private double _helped = 8;
    private double _unjudgedNoise;

    /// <param name="dtype">The precision of the answer.</param>
    /// <param name="amplification">How much more than usual the network makes of rounding.</param>
    /// <param name="largestAnswer">The largest entry of the whole answer.</param>
    /// <param name="entries">What was drawn: entries of the answer and the differences that they are held against.</param>
    /// <param name="differences">Takes differences again.</param>
    /// <param name="cancellation">Ends it between two of them.</param>
    public DifferenceJudge(Dtype dtype, double amplification, double largestAnswer, IReadOnlyList<(double Answer, Difference First)> entries,
        IDifferences differences, CancellationToken cancellation)
    {
        (_dtype, _amplification, _largestAnswer, _differences, _cancellation) = (dtype, amplification, largestAnswer, differences, cancellation);
        _answers = [.. entries.Select(entry => entry.Answer)];
        _taken = [.. entries.Select(entry => entry.First)];
        _errors = [.. entries.Select(entry => entry.First.Central - entry.Answer)
            .Select(error => Math.Abs(error) <= LostBelow * dtype.SmallestNormal() ? 0 : error)];
        _verdicts = [.. entries.Select(entry => entry.First.AcrossKink ? Verdict.AcrossKink : Verdict.Compared)];
    }

    private enum Verdict
    {
        Compared,
        AcrossKink,
        AtCorner,
        Unjudged,
    }

    private IEnumerable<int> Compared => Enumerable.Range(0, _answers.Length).Where(entry => _verdicts[entry] == Verdict.Compared);

    private double Agreement => _dtype == Dtype.Float32 ? AgreementInFloat32 : AgreementInFloat64;

    private double AnswerScale => Largest([_largestAnswer, .. Compared.Select(entry => _answers[entry])]);

    private double Scale => Largest([AnswerScale, .. Compared.Select(entry => _taken[entry].Central)]);

    /// <summary>The outcome.</summary>
    /// <param name="step">The largest step, as reported.</param>
    /// <param name="jumps">What jumps where differences reach across a kink, in words.</param>
    public FiniteDifferenceOutcome Outcome(double step, IReadOnlyCollection<string> jumps)
    {
        FindCorners();
        var (noise, largestValue) = (Largest(Compared.Select(entry => _taken[entry].Noise)), Largest(Compared.Select(entry => _taken[entry].Central)));

        // The answer has the rounding noise of its own precision: only where it is as small as that are both called zero.
        var own = 64 * _dtype.Epsilon() * _amplification * Math.Max(1, Largest(Compared.Select(entry => _taken[entry].Magnitude)));
        var belowNoise = Compared.Any() && largestValue <= noise && Largest(Compared.Select(entry => _answers[entry])) <= noise + own;
        if (!belowNoise)
        {
            Judge();
        }

        var (error, scale) = (Largest(Compared.Select(entry => _errors[entry])), Scale);
        var report = new FiniteDifferenceReport
        {
            Checked = Compared.Count(),
            Step = step,
            MaxAbsoluteError = belowNoise ? 0 : error,
            MaxRelativeError = belowNoise || error == 0 ? 0 : error / scale,
        };
        return new FiniteDifferenceOutcome(report, _answers.Length)
        {
            AcrossKinks = _verdicts.Count(verdict => verdict == Verdict.AcrossKink),
            AtCorners = _verdicts.Count(verdict => verdict == Verdict.AtCorner),
            Unjudged = _verdicts.Count(verdict => verdict == Verdict.Unjudged),
            Jumps = jumps,
            BelowNoise = belowNoise,
            Noise = belowNoise ? noise : _unjudgedNoise,
        };
    }

    /// <summary>The largest in size; NaN where one is NaN, which Enumerable.Max passes over as long as another number is there.</summary>
    public static double Largest(IEnumerable<double> values) => values.Aggregate(0.0, (largest, value) => Math.Max(largest, Math.Abs(value)));

    /// <summary>Where one-sided differences disagree, the central one is neither: it may agree with the answer and say nothing.</summary>
    private void FindCorners()
    {
        _budget = LeastBudget;
        var (agreement, threshold) = (Agreement * Scale, Coarse * Scale);
        foreach (var entry in Compared.Where(entry => Math.Abs(_errors[entry]) <= Math.Max(agreement, _taken[entry].Noise)
            && Math.Abs(_taken[entry].Apart) > Math.Max(threshold, 4 * _taken[entry].Noise)).ToList())
        {
            if (_budget < 2)
            {
                return;
            }

            var ladder = new SortedDictionary<double, Difference> { [1] = _taken[entry] };
            if (Add(ladder, entry, 1.0 / 8) && Add(ladder, entry, 1.0 / 64) && IsCorner(ladder, entry))
            {
                _verdicts[entry] = Verdict.AtCorner;
            }
        }
    }

    private void Judge()
    {
        _budget = Math.Max(LeastBudget, _answers.Length);
        var scale = AnswerScale;
        var (agreement, confirmed) = (scale * Agreement, 0.0);
        foreach (var entry in Compared.Where(entry => Math.Abs(_errors[entry]) > agreement).OrderByDescending(entry => Math.Abs(_errors[entry])).ToList())
        {
            var within = _taken[entry].Noise + Own(entry);
            if (Math.Abs(_errors[entry]) <= within)
            {
                Allow(entry, within, scale);
            }
            else if (Math.Abs(_errors[entry]) > confirmed && Examine(entry, agreement, scale))
            {
                // The largest that is confirmed is what is reported: smaller ones need no proof.
                confirmed = Math.Max(confirmed, Math.Abs(_errors[entry]));
            }
        }
    }

    /// <summary>What rounding makes of the answer, in its own precision.</summary>
    private double Own(int entry) => _amplification > 1
        ? 32 * _dtype.Epsilon() * _amplification * Math.Max(_taken[entry].Terms, AnswerScale)
        : 8 * _dtype.Epsilon() * _taken[entry].Terms;

    /// <summary>A disagreement that is no larger than the uncertainty: none where that is small, else it says nothing.</summary>
    private void Allow(int entry, double uncertainty, double scale)
    {
        if (uncertainty <= Coarse * scale)
        {
            _errors[entry] = 0;
            return;
        }

        _verdicts[entry] = Verdict.Unjudged;
        _unjudgedNoise = Math.Max(_unjudgedNoise, Math.Abs(_errors[entry]));
    }

    /// <summary>Takes the difference of an entry with other steps; returns whether it confirms that the answer is wrong.</summary>
    private bool Examine(int entry, double agreement, double scale)
    {
        var ladder = new SortedDictionary<double, Difference> { [1] = _taken[entry] };
        if (double.IsNaN(_taken[entry].Apart))
        {
            Add(ladder, entry, 1);
        }

        // What helped the entry before comes first.
        foreach (var factor in Factors.Prepend(_helped).Distinct())
        {
            if (!Add(ladder, entry, factor))
            {
                Allow(entry, double.PositiveInfinity, scale);
                return false;
            }

            if (IsCorner(ladder, entry))
            {
                _verdicts[entry] = Verdict.AtCorner;
                return false;
            }

            if (ladder.TryGetValue(factor, out var difference) && Math.Abs(difference.Central - _answers[entry]) <= agreement)
            {
                _helped = factor;
                Take(entry, difference);
                return false;
            }
        }

        return Decide(entry, [.. ladder], scale);
    }

    /// <summary>By the three neighbouring steps, from fine to coarse, whose differences are closest to each other.</summary>
    private bool Decide(int entry, IReadOnlyList<KeyValuePair<double, Difference>> rungs, double scale)
    {
        var rounding = 8 * Math.Abs(_differences.Perturbed(entry, 2 * Dtype.Float64.Epsilon()));
        var (best, doubt) = (-1, double.PositiveInfinity);
        for (var rung = 1; rung < rungs.Count - 1; rung++)
        {
            double[] three = [rungs[rung - 1].Value.Central, rungs[rung].Value.Central, rungs[rung + 1].Value.Central];
            var own = three.Max() - three.Min() + Noise(rungs[rung]);
            if (own < doubt)
            {
                (best, doubt) = (rung, own);
            }
        }

        if (best < 0)
        {
            Allow(entry, Math.Abs(_errors[entry]), scale);
            return false;
        }

        var (factor, difference) = rungs[best];
        var gap = Math.Abs(difference.Central - _answers[entry]);
        var uncertainty = (8 * doubt) + Own(entry);
        if (_dtype == Dtype.Float32)
        {
            uncertainty += 8 * Math.Abs(_differences.At(entry, factor, 2 * _dtype.Epsilon()).Central - difference.Central);
        }

        // Steps that are far too coarse agree with each other as well: finer ones then contradict them by more than noise. Where noise is large
        // and nothing says how far x may move, noise is no excuse.
        var contradicted = rungs.Take(best).Any(finer =>
            Math.Abs(finer.Value.Central - difference.Central) > (gap / 2) + (finer.Value.IsScaled || _amplification == 1 ? 4 * Noise(finer) : 0));
        if (gap <= uncertainty || contradicted)
        {
            Allow(entry, contradicted ? Math.Max(gap, uncertainty) : uncertainty, scale);
            return false;
        }

        Take(entry, difference);
        return true;

        double Noise(KeyValuePair<double, Difference> rung) => Math.Max(rung.Value.Noise, rounding / rung.Key);
    }

    private void Take(int entry, Difference better) => (_taken[entry], _errors[entry]) = (better, better.Central - _answers[entry]);

    /// <summary>Takes the difference at a step, if one more may be taken, and keeps it if it says anything.</summary>
    private bool Add(SortedDictionary<double, Difference> ladder, int entry, double factor)
    {
        _cancellation.ThrowIfCancellationRequested();
        if (_budget-- <= 0)
        {
            return false;
        }

        var difference = _differences.At(entry, factor, perturbation: 0);
        if (difference.IsUsable)
        {
            ladder[factor] = difference;
        }

        return true;
    }

    /// <summary>Whether one-sided differences are as far apart at smaller steps: where a function is smooth, they come together.</summary>
    private bool IsCorner(SortedDictionary<double, Difference> ladder, int entry)
    {
        var three = ladder.Where(rung => rung.Key <= 8).OrderByDescending(rung => rung.Key).Select(rung => rung.Value).Take(3).ToList();
        if (three.Count < 3)
        {
            return false;
        }

        var apart = three.Select(difference => Math.Abs(difference.Apart)).ToList();
        return apart.Max() <= 2 * apart.Min() && apart.Min() > 4 * three.Max(difference => difference.Noise)
            && Math.Abs(_errors[entry]) <= 0.55 * apart.Max();
    }
}
