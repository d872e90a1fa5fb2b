using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Budget;

/// <summary>What a request takes, estimated from its sizes before anything is allocated.</summary>
/// <param name="Passes">Backward sweeps.</param>
/// <param name="RowByRowWork">N²·M·order where second and higher derivatives go row by row, else 0.</param>
/// <param name="ResultBytes">Size of the arrays of the answer.</param>
/// <param name="NativeBytes">Size of all tensors alive at once.</param>
/// <param name="Work">How long it takes, in nanoseconds of a usual core, to an order of magnitude.</param>
internal sealed record Cost(long Passes, long RowByRowWork, long ResultBytes, long NativeBytes, long Work)
{
    /// <summary>Each kept tensor once more as its gradient and once as a temporary of the operation that makes it.</summary>
    public const long TensorsPerKept = 3;

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
