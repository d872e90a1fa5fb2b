using TorchSharp;

namespace GradService.Tests.Domain.Native;

/// <summary>Tensors that have been made and not disposed of: by one thread, so that a test sees its own only, whatever runs beside it.</summary>
internal static class LivingTensors
{
    /// <summary>Those of the calling thread. What is left to the garbage collector counts as alive.</summary>
    public static long OfThisThread => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    /// <summary>How many the calling thread has made until now.</summary>
    public static long MadeByThisThread => DisposeScopeManager.Statistics.CreatedInScopeCount + DisposeScopeManager.Statistics.CreatedOutsideScopeCount;

    /// <summary>Those of all threads, for tests that run one at a time. What nobody holds is collected before.</summary>
    public static long OfTheProcess()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return torch.Tensor.TotalCount;
    }

    /// <summary>Counts those of the calling thread, for another thread that watches it.</summary>
    public static Func<long> Watched()
    {
        var statistics = DisposeScopeManager.Statistics;
        return () => statistics.ThreadTotalLiveCount;
    }
}
