using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Tests.Laws;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>The safetensors format: read as PyTorch writes it, written as it reads it, refused where anything is odd.</summary>
public sealed class SafetensorsTests
{
    [Fact]
    public void A_file_of_PyTorch_is_read_as_it_is()
    {
        var tensors = Read(SafetensorsFile.OfPyTorch);
        Assert.Equal(["1.num_batches_tracked", "0.bias", "0.weight", "1.bias", "1.running_mean", "1.running_var", "1.weight"], tensors.Keys);
        Assert.Equal((0, 3.0, Dtype.Float64),
            (tensors["1.num_batches_tracked"].Shape.Rank, tensors["1.num_batches_tracked"][0], tensors["1.num_batches_tracked"].Dtype));
        Assert.Equal(new Shape(2, 1), tensors["0.weight"].Shape);
        Assert.Equal([1.5f, -2f], tensors["0.weight"].Singles.ToArray());
        Assert.Equal([0.9f, 1.1f], tensors["1.running_var"].Singles.ToArray());
    }

    [Theory]
    [InlineData("F64", "0000000000000440 000000000000F0BF", new[] { 2.5, -1.0 })]
    [InlineData("F32", "00002040 000080BF", new[] { 2.5, -1.0 })]
    [InlineData("F16", "0041 00BC", new[] { 2.5, -1.0 })]
    [InlineData("F16", "0100 007C", new[] { 5.9604644775390625e-08, double.PositiveInfinity })]
    [InlineData("BF16", "2040 80BF", new[] { 2.5, -1.0 })]
    [InlineData("BF16", "803F C07F", new[] { 1.0, double.NaN })]
    [InlineData("I64", "0700000000000000 FFFFFFFFFFFFFFFF", new[] { 7.0, -1.0 })]
    public void Numbers_of_every_type_are_what_their_bytes_say(string dtype, string hex, double[] values)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        var read = Read(SafetensorsFile.Of($$$"""{"a":{"dtype":"{{{dtype}}}","shape":[2],"data_offsets":[0,{{{bytes.Length}}}]}}""", bytes))["a"];
        Assert.Equal(values, Answers.Flat(read));
    }

    [Fact]
    public void What_is_written_is_read_back_bit_for_bit_in_its_order()
    {
        var arrays = new Dictionary<string, NdArray>
        {
            ["0.weight"] = new(new Shape(2, 1), [1.5f, float.NaN]),
            ["0.wide"] = new(new Shape(3), [1e-300, -0.0, double.NegativeInfinity]),
            ["1.num_batches_tracked"] = new(new Shape(), [(double)(1L << 53)]),
            ["none"] = new(new Shape(0, 4), Array.Empty<float>()),
        };
        var file = Written(arrays);
        var read = Read(file);
        Assert.Equal(arrays.Keys, read.Keys);
        Assert.All(arrays, pair =>
        {
            Assert.Equal(pair.Value.Shape, read[pair.Key].Shape);
            Assert.Equal(pair.Value.RawBytes.ToArray(), read[pair.Key].RawBytes.ToArray());
        });
    }

    /// <summary>PyTorch looks at the bytes where they are: each number must begin at a multiple of its size, the header included.</summary>
    [Fact]
    public void What_is_written_is_aligned_and_counts_in_integers()
    {
        var file = Written(new Dictionary<string, NdArray> { ["0.bias"] = new(new Shape(1), [1f]), ["1.num_batches_tracked"] = new(new Shape(), [5.0]) });
        var length = (int)BitConverter.ToUInt64(file);
        Assert.Equal(0, (8 + length) % 8);
        var header = JsonNode.Parse(Encoding.UTF8.GetString(file, 8, length))!;
        Assert.Equal(("I64", "[0,8]"), ((string)header["1.num_batches_tracked"]!["dtype"]!, header["1.num_batches_tracked"]!["data_offsets"]!.ToJsonString()));
        Assert.Equal(5, BitConverter.ToInt64(file, 8 + length));
        Assert.Equal("[8,12]", header["0.bias"]!["data_offsets"]!.ToJsonString());
        Assert.Equal("pt", (string)header["__metadata__"]!["format"]!);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "each name once")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""",
        "begins where the one before it ends, at 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", "ends with the bytes of its last tensor, 4 behind the header, got 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", "at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", "12 bytes, as shape [3] of F32 has, got 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "within the 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,2],"data_offsets":[0,8]}}""", "far more bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,8]}}""", "far more bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", "integers of at least 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}}""", "integers of at least 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1,1,2],"data_offsets":[0,8]}}""", "at most 10")]
    [InlineData("""{"a":{"dtype":"F32","shape":2,"data_offsets":[0,8]}}""", "a list of integers")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0]}}""", "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", "at 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""", "each once")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"shape":[2],"data_offsets":[0,8]}}""", "each once")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2]}}""", "no data_offsets")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", "one of F32, F64, F16, BF16, I64, got 'F8_E4M3'")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", "one of F32")]
    [InlineData("""{"a":[]}""", "an object with dtype")]
    [InlineData("""{"__metadata__":{"format":1},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "texts by name")]
    [InlineData("""{"__metadata__":"pt","a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "an object")]
    [InlineData("""[]""", "a JSON object")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", "well-formed JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} x""", "well-formed JSON")]
    [InlineData("", "well-formed JSON")]
    public void A_header_that_is_not_sound_is_refused_and_said_why(string header, string words) =>
        Assert.Contains(words, Refused(SafetensorsFile.Of(header, new byte[8])), StringComparison.Ordinal);

    [Fact]
    public void A_length_that_is_not_there_is_refused_before_anything_is_allocated()
    {
        Assert.Contains("got 0 bytes", Refused([]), StringComparison.Ordinal);
        Assert.Contains("ends in its header", Refused([.. SafetensorsFile.Length(3), (byte)'{', (byte)'}']), StringComparison.Ordinal);
        foreach (var length in new[] { ulong.MaxValue, 1UL << 63, 1UL << 40, 5UL << 20 })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Contains("a longer one", Refused([.. SafetensorsFile.Length(length), (byte)'{', (byte)'}']), StringComparison.Ordinal);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Fact]
    public void More_tensors_than_any_network_has_are_refused() =>
        Assert.Contains("at most 20000 tensors", Refused(SafetensorsFile.Of($"{{{string.Join(',', Enumerable.Range(0, 20_001).Select(index => $$"""
            "{{index}}":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}
            """.Trim()))}}}")), StringComparison.Ordinal);

    internal static byte[] Written(IReadOnlyDictionary<string, NdArray> arrays)
    {
        using var file = new MemoryStream();
        SafetensorsWriter.Write(file, [.. arrays.Select(pair => ArrayContent.Of(pair.Key, pair.Value))]);
        return file.ToArray();
    }

    private static Dictionary<string, NdArray> Read(byte[] file)
    {
        using var stream = new MemoryStream(file);
        return SafetensorsReader.Open(stream, FieldPath.Of("parameters")).ToDictionary(array => array.Name, array => array.ToArray());
    }

    private static string Refused(byte[] file)
    {
        var refusal = Assert.Throws<FaultException>(() => Read(file));
        Assert.All(refusal.Faults, fault => Assert.Equal(FaultCode.Invalid, fault.Code));
        Assert.StartsWith("parameters", refusal.Faults[0].Path, StringComparison.Ordinal);
        return refusal.Message;
    }
}
