using System.IO.Pipelines;
using System.Text.Json;
using GradService.Api.Arrays;
using GradService.Domain;

namespace GradService.Api.Answers;

/// <summary>A result as JSON, written as it goes: however large its arrays are, their text is never in memory as a whole.</summary>
internal sealed class JsonAnswer : AnswerWalk
{
    private const int FlushedAt = 64 * 1024;
    private readonly PipeWriter _output;
    private readonly ArrayEncoding _encoding;
    private readonly CancellationToken _aborted;
    private long _unflushed;

    private JsonAnswer(PipeWriter output, Utf8JsonWriter writer, JsonSerializerOptions json, ArrayEncoding encoding, CancellationToken aborted)
        : base(writer, json)
    {
        (_output, _encoding, _aborted) = (output, encoding, aborted);
    }

    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public static async Task WriteAsync(object value, PipeWriter output, JsonSerializerOptions json, ArrayEncoding encoding, CancellationToken aborted)
    {
        await using var writer = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true });
        var answer = new JsonAnswer(output, writer, json, encoding, aborted);
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
        ArrayText text = _encoding == ArrayEncoding.Base64 ? new Base64ArrayText(array) : new NestedArrayText(array);
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
