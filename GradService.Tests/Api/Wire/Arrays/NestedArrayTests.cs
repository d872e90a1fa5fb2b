using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Arrays as nested lists, in and out.</summary>
public sealed class NestedArrayTests
{
    private static readonly Gen<Shape> Shapes = Gen.Long[0, 4].Array[1, 5].Select(sizes => new Shape(sizes));

    private static readonly Gen<NdArray> Arrays =
        Gen.Select(Shapes, Gen.Bool, Gen.Int).Select((shape, single, seed) => Filled(shape, single ? Dtype.Float32 : Dtype.Float64, seed));

    [Fact]
    public void The_text_is_that_of_the_serialiser_however_little_space_there_is() =>
        Gen.Select(Arrays, Gen.Int[0, 200]).Sample((array, space) => Assert.Equal(Serialised(array), Written(new NestedArrayText(array), space)));

    [Fact]
    public void What_is_written_reads_back_to_the_same_numbers_in_the_same_shape_up_to_an_axis_of_size_0() =>
        Arrays.Sample(array =>
        {
            var text = Encoding.UTF8.GetBytes(Written(new NestedArrayText(array), 0) + ", 1]");
            var read = NestedArrayParser.TryParse(text, out var length)!;
            Assert.Equal(text.Length - 4, length);
            var sizes = array.Shape.Dimensions.ToArray();
            Assert.Equal(sizes.Take(Array.IndexOf(sizes, 0) is >= 0 and var empty ? empty + 1 : sizes.Length), read.Shape.Dimensions.ToArray());
            Assert.Equal(Enumerable.Range(0, array.Count)
                .Select(i => array.Dtype == Dtype.Float32
                    ? double.Parse(((float)array[i]).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
                    : array[i]), read.Doubles.ToArray());
        });

    [Theory]
    [InlineData(" [ [ 1 , 2.5 ] ,\r\n\t[ -3e1 , \"NaN\" ] ] ", "[2, 2]", "1 2.5 -30 NaN")]
    [InlineData("[\"Infinity\", \"-Infinity\"]", "[2]", "Infinity -Infinity")]
    [InlineData("[[], []]", "[2, 0]", "")]
    [InlineData("[[[1]]]", "[1, 1, 1]", "1")]
    public void Good_arrays_are_read_at_once(string text, string shape, string numbers)
    {
        var read = NestedArrayParser.TryParse(Encoding.UTF8.GetBytes(text), out _)!;
        Assert.Equal(shape, read.Shape.ToString());
        Assert.Equal(numbers, string.Join(' ', read.Doubles.ToArray().Select(number => number.ToString(CultureInfo.InvariantCulture))));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[")]
    [InlineData("[1")]
    [InlineData("[1,")]
    [InlineData("[1,]")]
    [InlineData("[,1]")]
    [InlineData("[1 2]")]
    [InlineData("[[1],]")]
    [InlineData("[[1],2]")]
    [InlineData("[1,[2]]")]
    [InlineData("[[1],[2,3]]")]
    [InlineData("[[[1]],[]]")]
    [InlineData("[[],[1]]")]
    [InlineData("[1}")]
    [InlineData("[null]")]
    [InlineData("[1e400]")]
    [InlineData("[\"nan\"]")]
    [InlineData("[[[[[[[[[[[1]]]]]]]]]]]")]
    public void What_is_not_regular_is_left_to_the_reader_that_explains(string text) =>
        Assert.Null(NestedArrayParser.TryParse(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Escaped_names_of_numbers_are_understood()
    {
        var request = RequestReader.Read<ForwardRequest>(Encoding.UTF8.GetBytes(
            GoodRequests.Forward().With("inputs", "[[7], [1]]").ToJsonString().Replace("[7]", "[\"\\u004eaN\"]", StringComparison.Ordinal)));
        Assert.True(double.IsNaN(request.Inputs[0]));
    }

    [Theory]
    [InlineData("{\"inputs\": [[1], [2]],\n \"network\" {}}", "See line 2, byte 12.")]
    [InlineData("{\"inputs\":\n[[1],\n[2]], \"inputs\": [[1],\n [x]]}", "See line 4, byte 3.")]
    public void Where_a_text_goes_wrong_behind_an_array_is_told_from_its_beginning(string text, string place)
    {
        var wrong = Assert.Throws<FaultException>(() => RequestReader.Read<ForwardRequest>(Encoding.UTF8.GetBytes(text)));
        Assert.EndsWith(place, wrong.Faults[0].Message, StringComparison.Ordinal);
    }

    internal static string Written(ArrayText text, int space)
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(text.FirstByte);
        while (!text.IsWhole)
        {
            // In pieces: each begins where the one before ended.
            var piece = new SmallWriter(space);
            text.WriteOn(piece, 1);
            output.Write(piece.Written);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    internal static NdArray Filled(Shape shape, Dtype dtype, int seed)
    {
        var random = new Random(seed);
        var numbers = Enumerable.Range(0, (int)shape.Elements).Select(_ => random.Next(12) switch
        {
            0 => double.NaN,
            1 => double.PositiveInfinity,
            2 => double.NegativeInfinity,
            3 => -0.0,
            4 => random.Next(-1000, 1000),
            < 8 => random.NextDouble() - 0.5,
            _ => BitConverter.Int64BitsToDouble(random.NextInt64()),
        });
        return dtype == Dtype.Float32 ? new NdArray(shape, [.. numbers.Select(number => (float)number)]) : new NdArray(shape, [.. numbers]);
    }

    /// <summary>By System.Text.Json, number by number.</summary>
    private static string Serialised(NdArray array)
    {
        var next = 0;
        return Node(0)
            .ToJsonString(new JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals });

        JsonNode Node(int axis) => axis < array.Shape.Rank ? new JsonArray([.. Enumerable.Range(0, (int)array.Shape[axis]).Select(_ => Node(axis + 1))])
            : !double.IsFinite(array[next]) ? JsonValue.Create(array[next++].ToString(CultureInfo.InvariantCulture))
            : array.Dtype == Dtype.Float32 ? JsonValue.Create(array.Singles[next++]) : JsonValue.Create(array.Doubles[next++]);
    }

    /// <summary>Gives as little space as it may, and a little more.</summary>
    private sealed class SmallWriter(int more) : IBufferWriter<byte>
    {
        private byte[] _space = [];
        private int _written;

        public ReadOnlySpan<byte> Written => _space.AsSpan(0, _written);

        public void Advance(int count) => _written += count;

        public Memory<byte> GetMemory(int sizeHint = 0) => _space = new byte[sizeHint + more];

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
