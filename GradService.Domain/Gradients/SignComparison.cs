using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Domain.Gradients;

/// <summary>
/// The same gradient under the modes that a model is trained, differentiated and used in, for whoever steps along its sign. Layers that the
/// request's "layers" names keep their own mode, and every mode starts from the request's running statistics.
/// </summary>
internal sealed class SignComparison
{
    private static readonly IReadOnlyList<BatchNormMode> Modes = [Train.Mode, TrainDetached.Mode, Eval.Mode];
    private static readonly IReadOnlyList<Type> Kinds = [typeof(Sum), typeof(PerSample), typeof(Vjp)];

    private readonly BatchNormMode _own;
    private readonly IReadOnlyList<string> _leftOut;

    private SignComparison(BatchNormMode own, IReadOnlyList<(BatchNormMode Mode, RunPlan Plan)> plans, IReadOnlyList<string> leftOut)
    {
        (_own, Plans, _leftOut) = (own, plans, leftOut);
        Further = [.. plans.Where(each => each.Mode != own).Select(each => each.Plan)];
    }

    /// <summary>What has to be run beside the request.</summary>
    public IReadOnlyList<RunPlan> Further { get; }

    /// <summary>What is compared; nothing where all modes are the same.</summary>
    private IReadOnlyList<(BatchNormMode Mode, RunPlan Plan)> Plans { get; }

    /// <returns>Null where it is not asked for.</returns>
    /// <exception cref="FaultException">The kind has no entries to step along.</exception>
    public static SignComparison? Of(GradientRequest request, RunPlan plan)
    {
        if (!request.Diagnostics.CompareSigns)
        {
            return null;
        }

        if (!Kinds.Contains(request.Gradient.GetType()))
        {
            request.Diagnostics.RefuseSigns($"kind {request.Gradient.Kind}", $"Ask for kind {string.Join(" or ", Kinds.Select(QuestionTable.NameOf))}, "
                + "whose entries tell which way to move an input.");
        }

        var modesMatter = plan.Normalization.Sites.Any(site => request.BatchNorm.Layers?.ContainsKey(site.Node.Path.Name) != true);
        var (plans, leftOut) = (new List<(BatchNormMode, RunPlan)>(), new List<string>());
        foreach (var mode in modesMatter ? Modes : [])
        {
            try
            {
                plans.Add((mode, mode == request.BatchNorm.Mode ? plan
                    : GradientService.Plan(request with { BatchNorm = request.BatchNorm.ForEntry(mode) }, plan.Shape)));
            }
            catch (FaultException fault) when (fault.Faults[0].Code == FaultCode.NotComputable)
            {
                leftOut.Add($"Mode {mode.Name} is left out: it needs {fault.Faults[0].Expected}, and there is {fault.Faults[0].Got}.");
            }
        }

        return new SignComparison(request.BatchNorm.Mode, plans, leftOut);
    }

    /// <summary>How often signs differ.</summary>
    /// <param name="own">The request's own answer.</param>
    /// <param name="further">Those of <see cref="Further"/>.</param>
    public SignEvidence Compare(NdArray own, IReadOnlyList<NdArray> further)
    {
        var rest = new Queue<NdArray>(further);
        var answers = Plans.Select(each => (each.Mode, each.Plan.Size, Values: each.Mode == _own ? own : rest.Dequeue())).ToList();
        var largest = answers.Count > 0 ? answers.Max(each => each.Values.MaxAbsolute()) : 0;
        var signed = answers.Select(each => (each.Mode, each.Values, Floor: Floor(each.Values, each.Size, largest))).ToList();
        var pairs =
            from first in Enumerable.Range(0, signed.Count)
            from second in Enumerable.Range(first + 1, signed.Count - first - 1)
            select Pair(signed[first], signed[second]);
        return new SignEvidence(own.Count, [.. pairs], _leftOut);
    }

    /// <summary>
    /// Below it an entry is rounding: 256·eps of the largest in any mode, as what is small in one may be a sum that cancels. Where batch
    /// statistics couple the samples, N influences may cancel, and leave √N times as much.
    /// </summary>
    private static double Floor(NdArray values, ProblemSize size, double largest) =>
        256 * values.Dtype.Epsilon() * (size.Coupled ? Math.Sqrt(size.Samples) : 1) * largest;

    private static SignPair Pair((BatchNormMode Mode, NdArray Values, double Floor) first, (BatchNormMode Mode, NdArray Values, double Floor) second)
    {
        var (compared, changed) = (0L, 0L);
        for (var entry = 0L; entry < first.Values.Count; entry++)
        {
            var (a, b) = (first.Values[entry], second.Values[entry]);
            if (Math.Abs(a) > first.Floor && Math.Abs(b) > second.Floor)
            {
                compared++;
                changed += a > 0 == b > 0 ? 0 : 1;
            }
        }

        return new SignPair(first.Mode, second.Mode, compared, changed);
    }
}

/// <summary>How often the signs of a gradient differ between modes.</summary>
/// <param name="Entries">Entries of the gradient.</param>
/// <param name="Pairs">Every two modes; none where all modes are the same, or fewer than two can be computed.</param>
/// <param name="LeftOut">For each mode that cannot be computed a sentence that says why.</param>
internal sealed record SignEvidence(long Entries, IReadOnlyList<SignPair> Pairs, IReadOnlyList<string> LeftOut);

/// <summary>The signs of a gradient in two modes.</summary>
/// <param name="First">The one mode.</param>
/// <param name="Second">The other.</param>
/// <param name="Compared">Entries that are above rounding in both.</param>
/// <param name="Changed">Those of them that have opposite signs.</param>
internal sealed record SignPair(BatchNormMode First, BatchNormMode Second, long Compared, long Changed);
