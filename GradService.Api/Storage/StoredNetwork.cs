namespace GradService.Api.Storage;

/// <summary>A network that is stored.</summary>
/// <param name="Number">Its place in the order in which networks came.</param>
/// <param name="Id">Its content's hash.</param>
/// <param name="Spec">Its spec without parameters, in JSON; null where it was not asked for.</param>
/// <param name="Names">The names that point to it.</param>
/// <param name="InputShape">Shape of a sample.</param>
/// <param name="OutputShape">Shape of an output.</param>
/// <param name="ParameterCount">How many numbers are trained.</param>
/// <param name="CreatedAt">When it came.</param>
internal sealed record StoredNetwork(long Number, string Id, string? Spec, IReadOnlyList<string> Names, IReadOnlyList<long> InputShape,
    IReadOnlyList<long> OutputShape, long ParameterCount, DateTimeOffset CreatedAt)
{
    public static StoredNetwork Of(NetworkRow row, IEnumerable<string> names) =>
        Of(row.Number, row.Id, row.Spec, names, row.InputShape, row.OutputShape, row.ParameterCount, row.CreatedAt);

    public static StoredNetwork Of(long number, string id, string? spec, IEnumerable<string> names, string inputShape, string outputShape, long parameterCount,
        long createdAt) => new(
        number, id, spec, [.. names.Order(StringComparer.Ordinal)], Sizes(inputShape), Sizes(outputShape), parameterCount,
        DateTimeOffset.FromUnixTimeMilliseconds(createdAt));

    private static IReadOnlyList<long> Sizes(string text) => [.. text.Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Size)];

    private static long Size(string text) => long.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var size) ? size
        : throw new StorageUnavailableException(
            "The shape of a stored network is not what was stored: the database is damaged. Whoever runs the service can restore it from a backup.",
            StorageUnavailableException.DatabaseDamaged);
}

/// <summary>A name of a stored network.</summary>
/// <param name="Name">The name.</param>
/// <param name="Id">The network that it points to.</param>
/// <param name="Version">Another one after every move.</param>
/// <param name="MovedAt">When it was last moved.</param>
internal sealed record StoredName(string Name, string Id, Guid Version, DateTimeOffset MovedAt)
{
    public static StoredName Of(NameRow row) => new(row.Name, row.NetworkId, row.Version, DateTimeOffset.FromUnixTimeMilliseconds(row.MovedAt));
}
