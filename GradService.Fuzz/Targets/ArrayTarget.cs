using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;

namespace GradService.Fuzz.Targets;

/// <summary>Nested lists of numbers: the fast reader and the one that tells what is wrong, each against a parsed document.</summary>
internal static class ArrayTarget
{
    public static void Run(byte[] input)
    {
        if (input is not [(byte)'[', ..])
        {
            return;
        }

        var fast = NestedArrayParser.TryParse(input, out var length);
        if (fast is not null)
        {
            using var prefix = ParsedJson.Of(input.AsMemory(0, length));
            MisreadException.ThrowIf(prefix is null || PlainArray.Of(prefix.RootElement)?.Is(fast) != true, "The fast reader read something else.");
        }

        using var whole = ParsedJson.Of(input);
        var expected = whole is null ? null : PlainArray.Of(whole.RootElement);
        var slow = TokenByToken(input, out var fault);
        MisreadException.ThrowIf(slow is null == fault is null, "Neither an array nor a fault, or both.");
        MisreadException.ThrowIf(expected is null ? slow is not null : slow is null || !expected.Is(slow),
            $"Token by token it is {(slow is null ? fault : slow.Shape)} instead of {(expected is null ? "no array" : string.Join(", ", expected.Sizes))}.");
    }

    /// <summary>The array if it is the whole text.</summary>
    private static NdArray? TokenByToken(byte[] input, out string? fault)
    {
        string? reported = null;
        fault = null;
        try
        {
            var reader = new Utf8JsonReader(input, new JsonReaderOptions { MaxDepth = RequestReader.MaxDepth });
            reader.Read();
            var array = NestedArrayReader.Read(ref reader, (below, expected, got, _) => reported = $"{below}: {expected}, {got}");
            MisreadException.ThrowIf(array is null == reported is null, "Neither an array nor a report, or both.");
            MisreadException.ThrowIf(reader.TokenType != JsonTokenType.EndArray || reader.CurrentDepth != 0, "It does not stand on the last bracket.");
            reader.Read();
            fault = reported;
            return array;
        }
        catch (JsonException malformed)
        {
            fault = malformed.Message;
            return null;
        }
    }
}
