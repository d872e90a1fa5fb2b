using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Domain.Objectives;
using GradService.Tests.Api;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Networks;

/// <summary>
/// Prices of work beside the time that it takes: the one test that measures time. It counts what the thread itself was given of a
/// processor, so that others on the machine do not make it wait.
/// </summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class WorkEstimateTests
{
    private const int Shapes = 200;

    /// <summary>How far a price may be from the time, either way, beside other shapes on the same machine.</summary>
    private const double Apart = 3;

    /// <summary>How far the machine may be from the usual core.</summary>
    private const double Machine = 4;

    // A busy neighbour takes caches away as well, which the clock of a thread does not see.
    private const int MostStragglers = Shapes / 25;

    [FactOnLinux]
    public void Prices_of_200_shapes_are_within_3_times_of_what_they_take()
    {
        LibTorch.PrepareThread();

        // Without optimisation the dense engine is 20 times slower than what runs in production; then the same requests go by tensors.
        var optimised = typeof(GradientService).Assembly.GetCustomAttribute<DebuggableAttribute>()?.IsJITOptimizerDisabled != true;
        var limits = new Limits { MaxOperationSeconds = 3600 };
        using var built = DomainServices.Networks(limits, new EngineOptions { Dense = optimised });
        var catalog = DomainServices.Catalog(built, limits);
        var measured = new TimedShapes(new GradientService(limits, catalog), new ObjectiveService(limits, catalog)).Take(Shapes)
            .Select(shape => (shape.Name, Ratio: Least(shape.Compute) / shape.Work)).OrderBy(shape => shape.Ratio).ToList();
        Assert.Equal(Shapes, measured.Select(shape => shape.Name).Distinct().Count());
        var median = measured[Shapes / 2].Ratio;
        Assert.InRange(median, 1 / Machine, Machine);
        var stragglers = measured.Where(shape => shape.Ratio / median is < 1 / Apart or > Apart).ToList();
        var said = string.Join("\n", stragglers.Select(shape => $"{shape.Ratio:F2} {shape.Name}"));
        Assert.True(stragglers.Count <= MostStragglers, $"{stragglers.Count} beyond {Apart} times (median {median:F2}):\n{said}");
        Assert.All(stragglers, shape => Assert.InRange(shape.Ratio / median, 1 / (3 * Apart), 3 * Apart));
    }

    /// <summary>Nanoseconds of this thread, the least of some repetitions.</summary>
    private static double Least(Action compute)
    {
        var (least, all) = (double.MaxValue, 0.0);
        for (var i = 0; i < 2 || (all < 120e6 && i < 40); i++)
        {
            var before = OfThisThread();
            compute();
            var took = OfThisThread() - before;
            (least, all) = (Math.Min(least, took), all + took);
        }

        return least;
    }

    private static double OfThisThread() =>
        GetTime(ClockOfThread, out var time) == 0 ? (time.Seconds * 1e9) + time.Nanoseconds : throw new InvalidOperationException("The thread has no clock.");

    private const int ClockOfThread = 3;

#pragma warning disable SYSLIB1054 // what is generated instead would be unsafe code
    [DllImport("libc", EntryPoint = "clock_gettime"), DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int GetTime(int clock, out Time time);
#pragma warning restore SYSLIB1054

    [StructLayout(LayoutKind.Sequential)]
    private struct Time
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    private sealed class FactOnLinuxAttribute : FactAttribute
    {
        public FactOnLinuxAttribute() => Skip = OperatingSystem.IsLinux() ? null : "The clock of a single thread is read as Linux has it.";
    }
}
