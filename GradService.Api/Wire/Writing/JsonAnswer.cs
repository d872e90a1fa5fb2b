using System.IO.Pipelines;
using System.Text.Json;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Writing;

/// <summary>A result as JSON, written as it goes: however large its arrays are, their text is never in memory as a whole.</summary>
internal sealed class JsonAnswer : AnswerWalk
{
    private const int FlushedAt = 64 * 1024;
    private readonly PipeWriter _output;
    private readonly Func<NdArray, ArrayText> _textOf;
    private readonly CancellationToken _aborted;
    private long _unflushed;

    private JsonAnswer(PipeWriter output, Utf8JsonWriter writer, JsonSerializerOptions json, Func<NdArray, ArrayText> textOf, CancellationToken aborted)
        : base(writer, json)
    {
        (_output, _textOf, _aborted) = (output, textOf, aborted);
    }

    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public static Task WriteAsync(object value, PipeWriter output, JsonSerializerOptions json, ArrayEncoding encoding, CancellationToken aborted) =>
        WriteAsync(value, output, json, encoding == ArrayEncoding.Base64 ? InBase64 : InLists, aborted);

    /// <param name="value">The result.</param>
    /// <param name="output">Where it is written.</param>
    /// <param name="json">How all but its arrays is written.</param>
    /// <param name="textOf">How its arrays are.</param>
    /// <param name="aborted">The reader went away.</param>
    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public static async Task WriteAsync(object value, PipeWriter output, JsonSerializerOptions json, Func<NdArray, ArrayText> textOf, CancellationToken aborted)
    {
        await using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true });
        var answer = new JsonAnswer(output, writer, json, textOf, aborted);
        await answer.WriteAsync(value);
        writer.Flush();
        await answer.FlushAsync();
    }

    protected override async ValueTask WriteArrayAsync(string? field, NdArray array)
    {
        if (field is not null)
        {
            Writer.WritePropertyName(field);
        }

        if (array.Shape.Rank == 0)
        {
            Writer.WriteNumberValue(array[0]);
            return;
        }

        // The writer is told the value's first byte, so that it knows of a value here; the rest goes past it.
        var text = _textOf(array);
        Writer.WriteRawValue(text.FirstByte, skipInputValidation: true);
        Writer.Flush();
        while (!text.IsWhole)
        {
            _unflushed += text.WriteOn(_output, FlushedAt);
            if (_unflushed >= FlushedAt)
            {
                await FlushAsync();
            }
        }
    }

    internal static NestedArrayText InLists(NdArray array) => new(array);

    internal static FramedArrayText InBase64(NdArray array) => new($"{{{FramedArrayText.ShapeAndDtype(array)},\"base64\":", new Base64Text(array), "}");

    private async ValueTask FlushAsync()
    {
        _unflushed = 0;
        var flushed = await _output.FlushAsync(_aborted);
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new OperationCanceledException("The reader of the answer went away.", _aborted);
        }
    }
}
