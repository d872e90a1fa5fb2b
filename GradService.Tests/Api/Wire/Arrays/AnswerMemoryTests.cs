using System.IO.Pipelines;
using System.Text.Json;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>However large an answer is, it is never in memory as text.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class AnswerMemoryTests
{
    private const long Megabyte = 1_000_000;
    private static readonly JsonSerializerOptions Json =
        new ServiceCollection().AddJson().BuildServiceProvider().GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
    private static readonly NdArray Large = new(new Shape(10_000_000, 2), [.. Enumerable.Range(0, 20_000_000).Select(i => (i + 1) / 3f)]);

    public static TheoryData<string, int> Forms { get; } = new() { { "json", 180 }, { "base64", 106 }, { "npz", 80 } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Writing_twenty_million_numbers_takes_few_megabytes_beside_them(string form, int megabytes)
    {
        var output = new Sink(long.MaxValue);
        await WriteAsync(form, new Holder(Large), output);
        var (allocated, written) = (GC.GetTotalAllocatedBytes(precise: true), output.Written);
        await WriteAsync(form, new Holder(Large), output);
        Assert.True(output.Written - written > megabytes * Megabyte, $"{output.Written - written} bytes were written");
        Assert.InRange(GC.GetTotalAllocatedBytes(precise: true) - allocated, 0, 4 * Megabyte);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Once_the_reader_is_gone_nothing_more_is_written(string form, int megabytes)
    {
        using var away = new CancellationTokenSource();
        var output = new Sink(5 * Megabyte, away);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => WriteAsync(form, new Holder(Large), output, away.Token));
        Assert.InRange(output.Written, 5 * Megabyte, 6 * Megabyte);
        Assert.True(megabytes > 6);
    }

    private static async Task WriteAsync(string form, Holder answer, Stream stream, CancellationToken aborted = default)
    {
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        await (form == "npz"
            ? NpzAnswer.WriteAsync(answer, output, Json, aborted)
            : JsonAnswer.WriteAsync(answer, output, Json, form == "json" ? ArrayEncoding.Json : ArrayEncoding.Base64, aborted));
        await output.CompleteAsync();
    }

    private sealed record Holder(NdArray Gradients);

    /// <summary>Counts, and after so many bytes the caller goes away.</summary>
    private sealed class Sink(long until, CancellationTokenSource? away = null) : Stream
    {
        public long Written { get; private set; }

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) =>
            throw new NotSupportedException("Only asynchronous writing does not hold a thread.");

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Written += buffer.Length;
            if (Written >= until)
            {
                away?.Cancel();
            }

            return ValueTask.CompletedTask;
        }
    }
}
