using GradService.Api.Networks;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Statistics;

namespace GradService.Api.Protocols.UmBridge;

/// <summary>What a caller chooses beside a model's inputs, as Python, C++, MATLAB and R write it.</summary>
/// <param name="BatchSize">N. A single sample has no variance, so it is two where nothing is said.</param>
/// <param name="Mode">The mode of all BatchNorm layers.</param>
internal sealed record UmBridgeConfig(long BatchSize, BatchNormMode Mode)
{
    private const string Field = "config";
    private const long DefaultBatchSize = 2;

    private static readonly string[] Known = ["batchSize", "mode"];

    /// <exception cref="FaultException">A field is unknown, or none of those that it can be.</exception>
    public static UmBridgeConfig Of(JsonFields request)
    {
        // R's jsonlite writes an empty list for a list without names.
        if (request[Field] is not { } json || json.Span.SequenceEqual("null"u8) || JsonFields.ElementsOf(json) is { Count: 0 })
        {
            return new UmBridgeConfig(DefaultBatchSize, ServedModes.Default);
        }

        var fields = JsonFields.Of(json) ?? throw new FaultException(Fault.Invalid(Field, "an object", JsonFields.Got(json)));
        if (fields.Names.FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            throw new FaultException(Fault.Invalid($"{Field}[{Fault.Quoted(unknown)}]", string.Join(" or ", Known), Fault.Quoted(unknown),
                NearestName.DidYouMean(unknown, Known)));
        }

        return new UmBridgeConfig(BatchSizeOf(Single(fields["batchSize"])), ModeOf(Single(fields["mode"])));
    }

    /// <summary>The element of a list of one: jsonlite writes every number and text as such.</summary>
    private static ReadOnlyMemory<byte>? Single(ReadOnlyMemory<byte>? json) => json is { } list && JsonFields.ElementsOf(list) is [var only] ? only : json;

    private static long BatchSizeOf(ReadOnlyMemory<byte>? json) => json is not { } given ? DefaultBatchSize
        : JsonFields.IntegerOf(given) is >= 1 and <= int.MaxValue and var size ? size
        : throw new FaultException(Fault.Invalid($"{Field}.batchSize", $"an integer from 1 to {int.MaxValue}", JsonFields.Got(json)));

    private static BatchNormMode ModeOf(ReadOnlyMemory<byte>? json) => json is not { } given ? ServedModes.Default
        : JsonFields.TextOf(given) is { } name && ServedModes.Find(name) is { } mode ? mode
        : throw new FaultException(Fault.Invalid($"{Field}.mode", $"one of {string.Join(", ", ServedModes.All)}", JsonFields.Got(json),
            JsonFields.TextOf(given) is { } unknown ? NearestName.DidYouMean(unknown, ServedModes.All.Select(each => each.Name)) : null));
}
