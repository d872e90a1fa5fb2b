using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GradService.Benchmarks;

/// <summary>A hundred thousand numbers in and out as JSON: divide by that for the time of one.</summary>
[MemoryDiagnoser]
[InProcess]
public class ArrayBenchmarks
{
    private const int Count = 100_000;
    private JsonSerializerOptions _json = null!;
    private byte[] _request = [];
    private NdArray _array = null!;

    /// <summary>As Python writes double precision, as it writes single precision, and short ones.</summary>
    [Params("double", "single", "short")]
    public string Digits { get; set; } = "double";

    [GlobalSetup]
    public void Prepare()
    {
        var random = new Random(1);
        var numbers = Enumerable.Range(0, Count).Select(_ => (random.NextDouble() * 2) - 1)
            .Select(x => Digits == "single" ? (float)x : Digits == "short" ? Math.Round(x, 3) : x).ToArray();
        var rows = string.Join(", ",
            numbers.Select(x => $"[{(Digits == "single" ? ((float)x).ToString(CultureInfo.InvariantCulture) : x.ToString(CultureInfo.InvariantCulture))}]"));
        _request = Encoding.UTF8.GetBytes(
            $$"""{ "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }] }, "inputs": [{{rows}}] }""");
        _array = Digits == "single" ? new NdArray(new Shape(Count, 1), [.. numbers.Select(x => (float)x)]) : new NdArray(new Shape(Count, 1), numbers);
        _json = new ServiceCollection().AddJson().BuildServiceProvider().GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
    }

    [Benchmark]
    public NdArray In() => RequestReader.Read<ForwardRequest>(_request).Inputs;

    [Benchmark]
    public async Task Out()
    {
        var pipe = PipeWriter.Create(Stream.Null);
        await JsonAnswer.WriteAsync(_array, pipe, _json, ArrayEncoding.Json, CancellationToken.None);
        await pipe.CompleteAsync();
    }
}
