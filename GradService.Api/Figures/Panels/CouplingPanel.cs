using GradService.Domain.Faults;
using GradService.Domain.Gradients;

namespace GradService.Api.Figures.Panels;

/// <summary>How much each sample moves each other's output.</summary>
/// <param name="Title">The mode.</param>
/// <param name="Finding">The share of it in the whole Jacobian.</param>
internal sealed record CouplingPanel(string Title, string Finding) : Panel(Title, Finding)
{
    /// <summary>Cells [j, i], NaN where there is nothing to show.</summary>
    public required double[,] Map { get; init; }

    /// <summary>N.</summary>
    public required long Samples { get; init; }

    public override string Description => $"{Title}: {Finding}. A map of {Map.GetLength(0)} by {Map.GetLength(1)} cells. {Caption}.";

    public override string Caption => Block == 1 ? "‖∂yⱼ/∂xᵢ‖ of each pair of samples, own ones left out"
        : $"root mean square of ‖∂yⱼ/∂xᵢ‖, j ≠ i, over blocks of {Block} samples{(Samples % Block == 0 ? "" : $", the last of {Samples % Block}")}";

    /// <summary>Samples behind a cell; the last may have fewer.</summary>
    public long Block => CouplingMap.BlockOf(Samples);

    /// <exception cref="FaultException">It would take too long.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CouplingPanel Of(GradientResult result, string? title, CancellationToken cancellation)
    {
        var finding = result.Diagnostics.Coupling is not { Share: var share } ? FindingHeadlines.Of(result.Diagnostics.Findings, "")
            : share == 0 ? "samples do not move each other's outputs" : $"{Amount.Percent(share)} of the squared Jacobian is between samples";
        return new CouplingPanel(title ?? $"{result.BatchNorm.Mode.Name}, {result.Kind}", finding)
        {
            Map = CouplingMap.Of(result.Factors!, cancellation),
            Samples = result.Outputs.Shape[0],
        };
    }
}
