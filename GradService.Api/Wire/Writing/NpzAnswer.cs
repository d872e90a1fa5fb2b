using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using GradService.Domain.Arrays;

namespace GradService.Api.Wire.Writing;

/// <summary>
/// A result as an archive of arrays that numpy.load reads: "outputs.npy", "gradients.npy", "batch_norm/2/mean.npy", and as "response.npy"
/// the rest, in JSON. Members are named after the fields that lead to them, entries of lists by their name or else their index.
/// </summary>
internal sealed class NpzAnswer : AnswerWalk
{
    /// <summary>What is left out of the names, as what stands around it says enough.</summary>
    private static readonly string[] Unnamed = ["factors", "layers"];
    private readonly List<(string Name, NdArray Array)> _arrays = [];

    private NpzAnswer(Utf8JsonWriter writer, JsonSerializerOptions json)
        : base(writer, json)
    {
    }

    /// <exception cref="OperationCanceledException">The reader went away.</exception>
    public static async Task WriteAsync(object value, PipeWriter output, JsonSerializerOptions json, CancellationToken aborted)
    {
        var rest = new ArrayBufferWriter<byte>();
        await using var writer = new Utf8JsonWriter(rest, new JsonWriterOptions { Encoder = json.Encoder, SkipValidation = true });
        var answer = new NpzAnswer(writer, json);
        await answer.WriteAsync(value);
        await writer.FlushAsync(aborted);

        await using var archive = await NpzArchive.CreateAsync(output, aborted);
        foreach (var (name, array) in answer._arrays)
        {
            await archive.WriteAsync(name, array);
        }

        await archive.WriteTextAsync("response", rest.WrittenMemory);
    }

    protected override ValueTask WriteArrayAsync(string? field, NdArray array)
    {
        _arrays.Add((NameOf(Path), array));
        return ValueTask.CompletedTask;
    }

    private static string NameOf(IReadOnlyList<Step> path) => path is [.., { Name: "terms", IsEntry: false }, var term, var field]
        ? NameOf([.. path.SkipLast(3), field, term])
        : string.Join('/', path.Where(step => step.IsEntry || !Unnamed.Contains(step.Name))
            .Select(step => step.IsEntry ? step.Name : JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Name)));
}
