using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Text.Json;
using GradService.Api.Arrays;
using GradService.Domain;

namespace GradService.Api.Answers;

/// <summary>
/// A result as an archive of arrays that numpy.load reads: "outputs.npy", "gradients.npy", "batch_norm/2/mean.npy", and as "response.npy"
/// the rest, in JSON. Members are named after the fields that lead to them, entries of lists by their name or else their index.
/// </summary>
internal sealed class NpzAnswer : AnswerWalk
{
    private const int Chunk = 64 * 1024;

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

        // Stored: archives are chosen for speed. What deflating would save is told in CompressionServices.
        await using var archive = await ZipArchive.CreateAsync(output.AsStream(leaveOpen: true), ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, aborted);
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            foreach (var (name, array) in answer._arrays)
            {
                await using var member = await archive.CreateEntry(name + ".npy", CompressionLevel.NoCompression).OpenAsync(aborted);
                await member.WriteAsync(NpyWriter.HeaderOf(array), aborted);
                for (var at = 0; at < array.RawBytes.Length; at += Chunk)
                {
                    var length = Math.Min(Chunk, array.RawBytes.Length - at);
                    array.RawBytes.Slice(at, length).CopyTo(buffer);
                    await member.WriteAsync(buffer.AsMemory(0, length), aborted);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        await using var response = await archive.CreateEntry("response.npy", CompressionLevel.NoCompression).OpenAsync(aborted);
        await response.WriteAsync(NpyWriter.HeaderOfText(rest.WrittenCount), aborted);
        await response.WriteAsync(rest.WrittenMemory, aborted);
    }

    protected override ValueTask WriteArrayAsync(string? field, NdArray array)
    {
        _arrays.Add((NameOf(Path), array));
        return ValueTask.CompletedTask;
    }

    private static string NameOf(IReadOnlyList<Step> path) => path is [.., { Name: "terms", IsEntry: false }, var term, var field]
        ? NameOf([.. path.SkipLast(3), field, term])
        : string.Join('/', path.Where(step => step.IsEntry || !Unnamed.Contains(step.Name)).Select(step => step.IsEntry ? step.Name : JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Name)));
}
