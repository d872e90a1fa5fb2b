using GradService.Api.Networks;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Statistics;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>What a caller chooses beside a model's inputs; unknown fields are for other servers, and passed over.</summary>
/// <param name="BatchSize">N. A single sample has no variance, so it is two where nothing is said.</param>
/// <param name="Mode">The mode of all BatchNorm layers.</param>
internal sealed record UmBridgeConfig(long BatchSize, BatchNormMode Mode)
{
    private const string Field = "config";
    private const long DefaultBatchSize = 2;

    /// <exception cref="FaultException">A field is none of those that it can be.</exception>
    public static UmBridgeConfig Of(JsonFields request)
    {
        if (request[Field] is not { } json || json.Span.SequenceEqual("null"u8))
        {
            return new UmBridgeConfig(DefaultBatchSize, ServedModes.Default);
        }

        var fields = JsonFields.Of(json) ?? throw new FaultException(Fault.Invalid(Field, "an object", JsonFields.Got(json)));
        return new UmBridgeConfig(BatchSizeOf(fields["batchSize"]), ModeOf(fields["mode"]));
    }

    private static long BatchSizeOf(ReadOnlyMemory<byte>? json) => json is not { } given ? DefaultBatchSize
        : JsonFields.IntegerOf(given) is >= 1 and <= int.MaxValue and var size ? size
        : throw new FaultException(Fault.Invalid($"{Field}.batchSize", $"an integer from 1 to {int.MaxValue}", JsonFields.Got(json)));

    private static BatchNormMode ModeOf(ReadOnlyMemory<byte>? json) => json is not { } given ? ServedModes.Default
        : JsonFields.TextOf(given) is { } name && ServedModes.Find(name) is { } mode ? mode
        : throw new FaultException(Fault.Invalid($"{Field}.mode", $"one of {string.Join(", ", ServedModes.All)}", JsonFields.Got(json),
            JsonFields.TextOf(given) is { } unknown ? NearestName.DidYouMean(unknown, ServedModes.All.Select(each => each.Name)) : null));
}
