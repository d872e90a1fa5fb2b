using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Domain.Budget;

/// <summary>What work takes, estimated from sizes before anything is allocated.</summary>
/// <param name="NativeBytes">Size of all tensors alive at once.</param>
/// <param name="ResultBytes">Size of the arrays of the answer.</param>
/// <param name="Work">How long it takes, in nanoseconds of a usual core, to an order of magnitude: what tells short from long.</param>
public sealed record Cost(long NativeBytes, long ResultBytes, long Work)
{
    /// <summary>Each kept tensor once more as its gradient and once as a temporary of the operation that makes it.</summary>
    internal const long TensorsPerKept = 3;

    /// <summary>What takes nothing.</summary>
    public static Cost Nothing { get; } = new(0, 0, 0);

    /// <summary>How many numbers the arrays of the answer have.</summary>
    public long Numbers { get; init; }

    /// <summary>How long it takes to write them, in nanoseconds too. It is not the thread that computes which does it.</summary>
    public long Writing { get; init; }

    /// <summary>How long the caller's turn is.</summary>
    public long WorkAndWriting => Work.SaturatingPlus(Writing);

    /// <summary>Backward sweeps.</summary>
    public long Passes { get; init; }

    /// <summary>N²·M·order where second and higher derivatives go row by row, else 0.</summary>
    public long RowByRowWork { get; init; }

    /// <summary>Of both at once, or of one that needs what the other makes.</summary>
    public Cost Plus(Cost other) => other == Nothing ? this : After(other) with { NativeBytes = NativeBytes.SaturatingPlus(other.NativeBytes) };

    /// <summary>Of both, one after the other, the results of both being kept.</summary>
    public Cost Then(Cost next) => next.After(this);

    /// <summary>Of several, one after the other, the results of all being kept.</summary>
    public static Cost Sum(IEnumerable<Cost> costs) => costs.Aggregate(Nothing, (sum, each) => sum.Then(each));

    /// <exception cref="FaultException">Names each limit that is exceeded, the size asked for, and what to do.</exception>
    internal Cost Check(Limits limits, string path, string cheaper)
    {
        List<Fault> faults = [];
        AddIfOver(nameof(limits.MaxPasses), Passes, limits.MaxPasses, "sweeps over the network");
        AddIfOver(nameof(limits.MaxRowByRowWork), RowByRowWork, limits.MaxRowByRowWork,
            "of N²·M·order, as two or more coupled layers make higher derivatives go row by row");
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

    private Cost After(Cost before) =>
        new(Math.Max(before.NativeBytes, NativeBytes), before.ResultBytes.SaturatingPlus(ResultBytes), before.Work.SaturatingPlus(Work))
        {
            Numbers = before.Numbers.SaturatingPlus(Numbers),
            Writing = before.Writing.SaturatingPlus(Writing),
            Passes = before.Passes.SaturatingPlus(Passes),
            RowByRowWork = before.RowByRowWork.SaturatingPlus(RowByRowWork),
        };
}
