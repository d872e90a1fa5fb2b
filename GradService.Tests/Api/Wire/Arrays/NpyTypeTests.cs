using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Tests.Docs;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>Every type of real numbers that NumPy writes, in every order of bytes, is read as NumPy and .NET convert it.</summary>
public sealed class NpyTypeTests
{
    /// <summary>The numbers of bytes, the lowest first, by .NET's own conversion.</summary>
    private static readonly Dictionary<string, (int Size, Func<byte[], double> Number)> Types = new()
    {
        ["f2"] = (2, bytes => (double)BitConverter.ToHalf(bytes)),
        ["f4"] = (4, bytes => BitConverter.ToSingle(bytes)),
        ["f8"] = (8, bytes => BitConverter.ToDouble(bytes)),
        ["i1"] = (1, bytes => unchecked((sbyte)bytes[0])),
        ["i2"] = (2, bytes => BitConverter.ToInt16(bytes)),
        ["i4"] = (4, bytes => BitConverter.ToInt32(bytes)),
        ["i8"] = (8, bytes => BitConverter.ToInt64(bytes)),
        ["u1"] = (1, bytes => bytes[0]),
        ["u2"] = (2, bytes => BitConverter.ToUInt16(bytes)),
        ["u4"] = (4, bytes => BitConverter.ToUInt32(bytes)),
        ["u8"] = (8, bytes => BitConverter.ToUInt64(bytes)),
        ["b1"] = (1, bytes => bytes[0] == 0 ? 0 : 1),
    };

    public static TheoryData<string> Descrs { get; } = [.. new[] { "<", ">", "=", "|", "" }.SelectMany(order => Types.Keys, (order, type) => order + type)];

    [Theory]
    [MemberData(nameof(Descrs))]
    public void Random_bytes_are_the_numbers_that_DotNet_makes_of_them(string descr)
    {
        var (random, (size, number)) = (new Random(5), Types[descr[^2..]]);
        for (var i = 0; i < RandomCases.Count(20); i++)
        {
            var bytes = new byte[size * random.Next(1, 200)];
            random.NextBytes(bytes);
            var expected = bytes.Chunk(size).Select(one => number(descr[0] == '>' ? [.. one.Reverse()] : one));
            Assert.Equal(expected, Answers.Flat(Read($"'{descr}'", $"({bytes.Length / size},)", bytes)));
        }
    }

    /// <summary>What single precision holds, however many are read, needs no double.</summary>
    [Fact]
    public void Numbers_that_single_precision_holds_are_single() =>
        Assert.Equal(["f2", "f4", "i1", "i2", "u1", "u2", "b1"],
            Types.Keys.Where(type => Read($"'<{type}'", "(1,)", new byte[Types[type].Size]).Dtype == Dtype.Float32));

    [Theory]
    [InlineData("<i8", 9007199254740993, 9007199254740992.0)]
    [InlineData("<i8", 9007199254740995, 9007199254740996.0)]
    [InlineData("<i8", long.MaxValue, 9223372036854775808.0)]
    [InlineData("<u8", -1, 18446744073709551616.0)]
    [InlineData("<u8", unchecked((long)9223372036854776833), 9223372036854777856.0)]
    [InlineData("<u8", unchecked((long)9223372036854776832), 9223372036854775808.0)]
    public void Integers_beyond_the_53_bits_of_a_double_go_to_the_nearest_the_even_one_of_two(string type, long bits, double expected)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, bits);
        Assert.Equal(expected, Read($"'{type}'", "()", bytes)[0]);
    }

    [Theory]
    [InlineData("'|O'", "Python objects (a pickle), which are never read ('|O')",
        "Make numbers of them first: x.astype(\"float64\"). numpy.save(file, x, allow_pickle=False) refuses what is still none.")]
    [InlineData("'<c8'", "complex numbers ('<c8')", "Send what is real: x.real.astype(\"float64\").")]
    [InlineData("'>c16'", "complex numbers ('>c16')", "Send what is real: x.real.astype(\"float64\").")]
    [InlineData("'<U3'", "texts ('<U3')", "Make numbers of them first, where they are numbers in digits: x.astype(\"float64\").")]
    [InlineData("'|S8'", "texts ('|S8')", "Make numbers of them first, where they are numbers in digits: x.astype(\"float64\").")]
    [InlineData("'<M8[ns]'", "times ('<M8[ns]')", "Make numbers of them first: x.astype(\"float64\").")]
    [InlineData("'<m8[s]'", "times ('<m8[s]')", "Make numbers of them first: x.astype(\"float64\").")]
    [InlineData("'<f16'", "another type ('<f16')", "Convert the array first: x.astype(\"float64\").")]
    [InlineData("'<V2'", "another type ('<V2')", "Convert the array first: x.astype(\"float64\").")]
    [InlineData("'<<f4'", "another type ('<<f4')", "Convert the array first: x.astype(\"float64\").")]
    [InlineData("''", "another type ('')", "Convert the array first: x.astype(\"float64\").")]
    [InlineData("[('x', '<f4')]", "records with fields ('[('x', '<f4')]')", "Send each field as an array of its own: x[\"name\"].astype(\"float64\").")]
    public void What_is_no_real_number_is_told_what_it_is_and_what_to_run(string descr, string got, string remedy)
    {
        var refused = Assert.Throws<FaultException>(() => Read(descr, "(1,)", new byte[16]));
        Assert.Equal($"Expected real numbers: float16 to float64, int8 to int64, uint8 to uint64 or bool, got {got}. {remedy}",
            Assert.Single(refused.Faults).Message);
    }

    /// <summary>NumPy writes random bits as every type, and the same as float64: what astype makes of them.</summary>
    [FactNeedsNumPy]
    public async Task Random_numbers_of_NumPy_are_what_its_astype_makes_of_them()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        var rounds = RandomCases.Count(10);
        await Tool.NumPy.RunAsync("-c", string.Create(CultureInfo.InvariantCulture, $$"""
            import warnings, numpy as np
            warnings.simplefilter("ignore")
            random = np.random.default_rng(6)
            for i in range({{rounds}}):
                for letter in "efdbhilqBHILQ?":
                    for order in "<>":
                        dtype = np.dtype(letter).newbyteorder(order)
                        shape = tuple(random.integers(0 if i else 1, 6, random.integers(0, 4)))
                        count = int(np.prod(shape))
                        bits = random.integers(0, 2 if letter == "?" else 256, count * dtype.itemsize, np.uint8)
                        x = np.asarray(bits.view(dtype).reshape(shape), order="CF"[random.integers(2)])
                        name = f"{{folder.Path}}/{i}-{dtype.char}-{order == '>'}"
                        np.save(name + ".npy", x, allow_pickle=False)
                        np.save(name + ".double", np.ascontiguousarray(x.astype("float64")).reshape(shape))
            """));
        var files = Directory.GetFiles(folder.Path, "*.npy").Where(file => !file.EndsWith(".double.npy", StringComparison.Ordinal)).ToList();
        Assert.Equal(rounds * 14 * 2, files.Count);
        Assert.All(files, file =>
        {
            var read = NpyReader.Read(File.ReadAllBytes(file), "inputs.npy");
            var expected = NpyReader.Read(File.ReadAllBytes(Path.ChangeExtension(file, ".double.npy")), "inputs.npy");
            Assert.Equal(expected.Shape, read.Shape);
            Assert.Equal(Answers.Flat(expected), Answers.Flat(read));
        });
    }

    /// <summary>An array may take more than its file: of bytes four times as much.</summary>
    [Fact]
    public void What_an_array_takes_beyond_its_file_is_told_before_there_is_one()
    {
        var told = new List<long>();
        var file = NpyFile("'|i1'", "(1000,)", new byte[1000]);
        NpyReader.Read(file, "inputs.npy", told.Add);
        NpyReader.Read(NpyFile("'<f8'", "(1000,)", new byte[8000]), "inputs.npy", told.Add);
        Assert.Equal([4000 - file.Length, 0], told);
    }

    private static NdArray Read(string descr, string shape, byte[] numbers) => NpyReader.Read(NpyFile(descr, shape, numbers), "inputs.npy");

    private static byte[] NpyFile(string descr, string shape, byte[] numbers)
    {
        var header = Encoding.ASCII.GetBytes($"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}, }}\n");
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, (byte)(header.Length >> 8), .. header, .. numbers];
    }
}
