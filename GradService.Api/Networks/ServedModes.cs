using GradService.Domain.Statistics;

namespace GradService.Api.Networks;

/// <summary>The BatchNorm modes of a network that is served by its name: those that take no more than the batch.</summary>
internal static class ServedModes
{
    public static BatchNormMode Default { get; } = new BatchNormSpec().Mode;

    public static IReadOnlyList<BatchNormMode> All { get; } = [.. BatchNormMode.All.Where(mode => !mode.NeedsReference)];

    /// <summary>The mode of a name, in any case; null where there is none.</summary>
    public static BatchNormMode? Find(string name) => All.FirstOrDefault(mode => mode.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
}
