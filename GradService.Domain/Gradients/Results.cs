using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients;

/// <summary>What leaves the network.</summary>
public sealed record ForwardResult : IDiagnosed
{
    /// <summary>What leaves the network, [N, M…].</summary>
    public required NdArray Outputs { get; init; }

    /// <summary>What the BatchNorm layers did.</summary>
    public required BatchNormReport BatchNorm { get; init; }

    /// <summary>What explains the outputs; they do not travel with them.</summary>
    internal IReadOnlyList<Finding> Findings { get; init; } = [];

    // No sweep made it.
    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => [];

    IEnumerable<Finding> IDiagnosed.Findings => Findings;
}

/// <summary>A gradient with what it means.</summary>
public sealed record GradientResult : IDiagnosed
{
    /// <summary>The kind of gradient.</summary>
    public required string Kind { get; init; }

    /// <summary>What leaves the network, [N, M…].</summary>
    public required NdArray Outputs { get; init; }

    /// <summary>The answer; its shape is the kind's. Absent where "factors" is there.</summary>
    public NdArray? Gradients { get; init; }

    /// <summary>The factors of the batch Jacobian, for form factored.</summary>
    public JacobianFactors? Factors { get; init; }

    /// <summary>What the BatchNorm layers did.</summary>
    public required BatchNormReport BatchNorm { get; init; }

    /// <summary>What the numbers mean and how they were found.</summary>
    public required DiagnosticsReport Diagnostics { get; init; }

    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => [Diagnostics];
}

/// <summary>What the numbers mean and how they were found.</summary>
public sealed record DiagnosticsReport
{
    /// <summary>What explains the result, in sentences.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>The answer beside central differences, where that was asked for.</summary>
    public FiniteDifferenceReport? FiniteDifferences { get; init; }

    /// <summary>How much the samples influence each other, where the answer shows it.</summary>
    public CouplingReport? Coupling { get; init; }

    /// <summary>How the answer was found; "direct" where the kind is itself a product with the Jacobian.</summary>
    public required Strategy Strategy { get; init; }

    /// <summary>Backward sweeps that made the answer, not those for findings or finite differences.</summary>
    public required long Passes { get; init; }

    /// <summary>Why it was found that way.</summary>
    public required string Reason { get; init; }

    /// <summary>Frobenius norm of the answer; of all parameter gradients together for an objective, absent where none were asked for.</summary>
    public required double? GradientNorm { get; init; }

    /// <summary>NaN and infinities in outputs, gradients and statistics.</summary>
    public required int NonFinite { get; init; }

    /// <summary>Where the time went.</summary>
    public required TimingsReport Timings { get; init; }

    /// <summary>What computed it.</summary>
    public required EngineReport Engine { get; init; }
}

/// <summary>Where the time went.</summary>
public sealed record TimingsReport
{
    /// <summary>The forward pass, milliseconds.</summary>
    public required double ForwardMs { get; init; }

    /// <summary>The sweeps that made the answer, milliseconds.</summary>
    public required double GradientMs { get; init; }
}

/// <summary>What computed an answer.</summary>
public sealed record EngineReport
{
    /// <summary>The engine: dense, for chains of layers over vectors in managed memory, or tensor, for everything else.</summary>
    public required string Name { get; init; }

    /// <summary>Version of this service.</summary>
    public required string Service { get; init; }

    /// <summary>Version of TorchSharp.</summary>
    public required string TorchSharp { get; init; }

    /// <summary>Version of libtorch.</summary>
    public required string? LibTorch { get; init; }

    /// <summary>Threads used by one operation.</summary>
    public required int Threads { get; init; }

    private static readonly string Version = typeof(EngineReport).Assembly.GetName().Version!.ToString(3);

    internal static EngineReport Of(string name) => new()
    {
        Name = name,
        Service = Version,
        TorchSharp = Native.LibTorch.TorchSharpVersion,
        LibTorch = Native.LibTorch.Version,
        Threads = 1,
    };
}

/// <summary>Gradients side by side.</summary>
public sealed record ComparisonResult : IDiagnosed
{
    /// <summary>One per entry of the request, in its order.</summary>
    public required IReadOnlyList<GradientResult> Results { get; init; }

    /// <summary>What explains the differences.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>For each pair of comparable results, how far apart they are.</summary>
    public required IReadOnlyList<PairwiseDifference> Differences { get; init; }

    IEnumerable<DiagnosticsReport> IDiagnosed.Reports => Results.Select(result => result.Diagnostics);

    IEnumerable<Finding> IDiagnosed.Findings => Results.SelectMany(result => result.Diagnostics.Findings).Concat(Findings);
}

/// <summary>How far two results of a comparison are apart.</summary>
public sealed record PairwiseDifference
{
    /// <summary>Index of the one result.</summary>
    public required int First { get; init; }

    /// <summary>Index of the other.</summary>
    public required int Second { get; init; }

    /// <summary>The largest difference of an output.</summary>
    public required double MaxOutputDifference { get; init; }

    /// <summary>
    /// The largest difference of a gradient entry; per-sample gradients are summed over the outputs beside a sum. Absent where the
    /// kinds have nothing in common.
    /// </summary>
    public required double? MaxGradientDifference { get; init; }

    /// <summary>The same, relative to the largest entry of both.</summary>
    public required double? MaxRelativeGradientDifference { get; init; }
}

/// <summary>
/// An answer that says how it was found and what it means, whatever its form: whoever counts or repeats that need not know the forms. Answers
/// implement it explicitly, as their properties are what travels.
/// </summary>
public interface IDiagnosed
{
    /// <summary>How each of its results was found.</summary>
    IEnumerable<DiagnosticsReport> Reports { get; }

    /// <summary>What explains its results, and then the differences between them.</summary>
    IEnumerable<Finding> Findings => Reports.SelectMany(report => report.Findings);
}
