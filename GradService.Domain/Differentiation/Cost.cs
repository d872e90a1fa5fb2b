using GradService.Domain.Differentiation.Questions;
using GradService.Domain.Networks;

namespace GradService.Domain.Differentiation;

/// <summary>What a request takes, estimated from its sizes before anything is allocated.</summary>
/// <param name="Passes">Backward sweeps.</param>
/// <param name="RowByRowWork">N²·M·order where second and higher derivatives go row by row, else 0.</param>
/// <param name="ResultBytes">Size of the arrays of the answer.</param>
/// <param name="NativeBytes">Size of all tensors alive at once.</param>
/// <param name="Work">How long it takes, in nanoseconds of a usual core, to an order of magnitude.</param>
internal sealed record Cost(long Passes, long RowByRowWork, long ResultBytes, long NativeBytes, long Work)
{
    /// <summary>Losses or forward passes that finite differences take: two for each of 64 entries.</summary>
    public const long DifferencedPasses = 128;

    // Of a pass as it is and two with an entry moved, outputs alone; one of them is differentiated as the answer was.
    private const long DifferencedAtOnce = 3;

    /// <summary>Each kept tensor once more as its gradient and once as a temporary of the operation that makes it.</summary>
    public const long TensorsPerKept = 3;

    /// <param name="shape">The network.</param>
    /// <param name="samples">N.</param>
    /// <param name="referenceSamples">R, 0 without a reference batch.</param>
    /// <param name="question">What is asked; null for a forward pass.</param>
    /// <param name="size">The question's size.</param>
    /// <param name="finiteDifferences">Whether a float64 copy will be made.</param>
    public static Cost Of(NetworkShape shape, long samples, long referenceSamples, Question? question, ProblemSize size, bool finiteDifferences)
    {
        var itemSize = shape.Dtype.SizeInBytes();
        var outputs = shape.Output.After(samples).Elements;
        var statistics = shape.All.Where(node => node.Layer is Networks.Layers.BatchNorm).Sum(node => node.Input[0]);
        var answer = question?.ResultElements(size) ?? 0;
        var results = outputs.SaturatingPlus(answer).SaturatingPlus(4 * statistics).SaturatingTimes(itemSize);

        var kept = shape.KeptElements.SaturatingTimes(question?.TensorsPerKept(size) ?? TensorsPerKept);

        // On the way back a layer needs as much again as on the way there.
        var scratch = shape.ScratchElements.SaturatingTimes(samples);
        var alive = shape.ParameterElements
            .SaturatingPlus(kept.SaturatingTimes(samples.SaturatingPlus(referenceSamples)))
            .SaturatingPlus(question?.WorkingElements(size) ?? 0)
            .SaturatingPlus(scratch.SaturatingTimes(2))
            .SaturatingTimes(itemSize);
        var copy = finiteDifferences
            ? shape.ParameterElements
                .SaturatingPlus(shape.KeptElements.SaturatingTimes(DifferencedAtOnce).SaturatingPlus(kept).SaturatingTimes(samples))
                .SaturatingPlus(scratch).SaturatingTimes(sizeof(double))
            : 0;
        var passes = question?.Choose(size).Passes ?? 0;
        return new Cost(passes, question?.RowByRowWork(size) ?? 0, results, alive.SaturatingPlus(copy), Work: 0);
    }

    /// <summary>Of several answers made one after another and handed out together.</summary>
    public static Cost Sum(IEnumerable<Cost> costs) => costs.Aggregate((a, b) => new Cost(
        a.Passes.SaturatingPlus(b.Passes),
        a.RowByRowWork.SaturatingPlus(b.RowByRowWork),
        a.ResultBytes.SaturatingPlus(b.ResultBytes),
        Math.Max(a.NativeBytes, b.NativeBytes),
        a.Work.SaturatingPlus(b.Work)));

    /// <summary>What of it others need to know.</summary>
    public Price ToPrice() => new(NativeBytes, ResultBytes, Work);

    /// <exception cref="FaultException">Names each limit that is exceeded, the size asked for, and what to do.</exception>
    public Cost Check(Limits limits, string path, string cheaper)
    {
        List<Fault> faults = [];
        AddIfOver(nameof(limits.MaxPasses), Passes, limits.MaxPasses, "sweeps over the network");
        AddIfOver(nameof(limits.MaxRowByRowWork), RowByRowWork, limits.MaxRowByRowWork, "of N²·M·order, as two or more coupled layers make higher derivatives go row by row");
        AddIfOver(nameof(limits.MaxResultBytes), ResultBytes, limits.MaxResultBytes, "bytes of results");
        AddIfOver(nameof(limits.MaxNativeBytes), NativeBytes, limits.MaxNativeBytes, "bytes of tensors at once, as estimated");
        if (faults.Count > 0)
        {
            throw new FaultException(faults);
        }

        return this;

        void AddIfOver(string name, long asked, long limit, string what)
        {
            if (asked > limit)
            {
                faults.Add(Fault.TooLarge(path, $"at most {limit} {what} (limit {name})", asked == long.MaxValue ? "far more" : $"{asked}", cheaper));
            }
        }
    }
}
