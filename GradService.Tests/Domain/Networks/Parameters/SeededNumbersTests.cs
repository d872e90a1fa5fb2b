using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Networks.Parameters;

/// <summary>What is drawn in managed memory is what libtorch's own generator draws, to the last bit.</summary>
public sealed class SeededNumbersTests
{
    public static TheoryData<string> Layers() => [.. LayerTable.All.Keys];

    [Fact]
    public void Uniform_numbers_one_draw_behind_the_other_are_those_of_libtorch() =>
        Gen.Select(Gen.Long, Gen.Select(Gen.Int[0, 2_000], Gen.Double[1e-4, 1.0]).Array[1, 6]).Sample(
            (seed, draws) =>
            {
                using var scope = NewDisposeScope();
                using var generator = new Generator(unchecked((ulong)seed));
                using var numbers = new ManagedNumbers(seed);
                foreach (var (count, bound) in draws)
                {
                    AssertSameBits(empty([count], ScalarType.Float32).uniform_(-bound, bound, generator), numbers.Uniform(count, bound));
                }
            },
            iter: RandomCases.Count(2_000));

    /// <summary>Each seed of one bit, and those at the ends.</summary>
    [Fact]
    public void Every_bit_of_a_seed_counts_as_in_libtorch() =>
        Assert.All(Enumerable.Range(0, 64).Select(bit => 1L << bit).Concat([0, -1, long.MaxValue, uint.MaxValue]), seed =>
        {
            using var scope = NewDisposeScope();
            using var generator = new Generator(unchecked((ulong)seed));
            using var numbers = new ManagedNumbers(seed);
            AssertSameBits(empty([700], ScalarType.Float32).uniform_(-1, 1, generator), numbers.Uniform(700, 1));
        });

    [Fact]
    public void Millions_of_numbers_are_those_of_libtorch()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(9UL);
        using var numbers = new ManagedNumbers(9);
        AssertSameBits(empty([3_000_001], ScalarType.Float32).uniform_(-0.07, 0.07, generator), numbers.Uniform(3_000_001, 0.07));
    }

    /// <summary>
    /// Every case of the layer, between two others that draw, in both precisions: a generator of the test's own, asked in the
    /// order of the state_dict.
    /// </summary>
    [Theory]
    [MemberData(nameof(Layers))]
    public void A_layers_parameters_are_what_libtorch_draws(string layer) =>
        Assert.All(LayerCases.All.Where(each => each.Type == layer), each => Assert.All(new[] { Dtype.Float32, Dtype.Float64 }, dtype =>
        {
            var spec = new NetworkSpec
            {
                InputShape = each.InputShape,
                Layers = [new Linear { OutFeatures = each.InputShape[^1] }, .. each.Layers, new Linear { OutFeatures = 3 }],
                Dtype = dtype,
                Seed = 1_234_567_890_123,
            };
            var shape = NetworkShape.Infer(spec, new Limits());
            var values = ParameterValues.Of(spec, shape).All.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
            Assert.Equal(shape.Parameters.Select(parameter => parameter.Name), values.Keys);

            using var scope = NewDisposeScope();
            using var generator = new Generator(1_234_567_890_123UL);
            foreach (var (name, parameter) in shape.Parameters)
            {
                var drawn = Drawn(parameter, generator);
                Assert.Equal(parameter.Shape, values[name].Shape);
                Assert.Equal(parameter.Role == ParameterRole.Counter ? Dtype.Float64 : dtype, values[name].Dtype);
                Assert.Equal(drawn.ToDoubles().Select(BitConverter.DoubleToInt64Bits),
                    Enumerable.Range(0, values[name].Count).Select(i => BitConverter.DoubleToInt64Bits(values[name][i])));
            }
        }));

    /// <summary>Normal numbers, whose last bits only libtorch has, and uniform ones around them.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(16)]
    [InlineData(21)]
    public void Normal_numbers_come_from_libtorch_and_leave_the_next_ones_where_they_are_in_PyTorch(int count)
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(5UL);
        using var numbers = SeededNumbers.For(5, [new Initializer.Normal(2)]);
        AssertSameBits(empty([4], ScalarType.Float32).uniform_(-1, 1, generator), numbers.Uniform(4, 1));
        AssertSameBits(randn([count], ScalarType.Float32, generator: generator).Times(2), numbers.Normal(count, 2));
        AssertSameBits(empty([4], ScalarType.Float32).uniform_(-1, 1, generator), numbers.Uniform(4, 1));
    }

    private static Tensor Drawn(ParameterSpec parameter, Generator generator)
    {
        var size = parameter.Shape.Dimensions;
        return parameter.Initializer switch
        {
            Initializer.Constant constant => full(size.ToArray(), (float)constant.Value, ScalarType.Float32),
            Initializer.Normal normal => randn(size, ScalarType.Float32, generator: generator).Times(normal.Deviation),

            // nn.init.kaiming_uniform_ with a = √5: the gain is √(2 / (1 + a²)), the bound √3 · gain / √fanIn.
            Initializer.KaimingUniform kaiming =>
                Uniform(size, Math.Sqrt(3.0) * (Math.Sqrt(2.0 / (1 + Math.Pow(Math.Sqrt(5), 2))) / Math.Sqrt(kaiming.FanIn)), generator),
            Initializer.UniformByFanIn byFanIn => Uniform(size, 1 / Math.Sqrt(byFanIn.FanIn), generator),
            var other => throw new NotSupportedException($"Say here how PyTorch draws {other}."),
        };
    }

    private static Tensor Uniform(ReadOnlySpan<long> size, double bound, Generator generator) =>
        empty(size, ScalarType.Float32).uniform_(-bound, bound, generator);

    private static void AssertSameBits(Tensor expected, float[] actual) =>
        Assert.True(expected.ToNdArray().Singles.ToArray().Select(BitConverter.SingleToInt32Bits).SequenceEqual(actual.Select(BitConverter.SingleToInt32Bits)),
            $"{expected.shape[0]} numbers differ");
}
