namespace GradService.Domain.Runs;

/// <summary>Which dropout masks a request wants.</summary>
public sealed record DropoutSpec
{
    /// <summary>Draws the masks as PyTorch does after torch.manual_seed(seed), one per dropout layer in forward order.</summary>
    public required long Seed { get; init; }
}
