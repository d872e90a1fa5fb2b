using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Tests.Laws;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Gradients;

/// <summary>The dense engine where numbers, threads or callers are unkind.</summary>
public sealed class DenseEvaluationTests
{
    private static readonly GradientService Dense = DomainServices.Gradients();
    private static readonly int[] Samples = [3, 100, 5_000];
    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false });

    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Eight_threads_get_the_same_bits_call_by_call(Dtype dtype)
    {
        var requests = Samples.SelectMany(samples => new Question[] { new Sum(), new PerSample() },
            (samples, question) => Ask(samples, question, "train", dtype)).ToList();
        var alone = requests.Select(Bits).ToList();
        Parallel.For(0, 64, new ParallelOptions { MaxDegreeOfParallelism = 8 },
            round => Assert.Equal(alone[round % alone.Count], Bits(requests[round % alone.Count])));
    }

    [Theory]
    [InlineData("0.weight", double.NaN)]
    [InlineData("0.bias", double.PositiveInfinity)]
    [InlineData("2.weight", double.NegativeInfinity)]
    [InlineData("2.running_var", double.NaN)]
    [InlineData("3.weight", double.NaN)]
    public void What_is_no_number_spoils_what_it_spoils_with_tensors(string parameter, double value)
    {
        foreach (var mode in BatchNormMode.All.Where(mode => mode.Name != "reference"))
        {
            foreach (var question in new Question[] { new Sum(), new PerSample(), new Sum { Outputs = [1] } })
            {
                var request = Ask(7, question, mode.Name, Dtype.Float64);
                var shape = parameter switch { "0.weight" => new Shape(4, 1), "3.weight" => new Shape(2, 4), _ => new Shape(4) };
                var values = Enumerable.Repeat(0.3, (int)shape.Elements).ToArray();
                values[1] = value;
                request = request with { Network = request.Spec() with
                {
                    Seed = 3,
                    Parameters = new Dictionary<string, NdArray> { [parameter] = new(shape, values) },
                } };
                var (dense, tensors) = (Dense.Differentiate(request, CancellationToken.None), Tensors.Differentiate(request, CancellationToken.None));
                Assert.Equal(("dense", "tensor"), (dense.Diagnostics.Engine.Name, tensors.Diagnostics.Engine.Name));
                Assert.Equal(NotFinite(tensors.Outputs), NotFinite(dense.Outputs));
                Assert.Equal(NotFinite(tensors.Gradients!), NotFinite(dense.Gradients!));
                Assert.Equal(tensors.Diagnostics.NonFinite, dense.Diagnostics.NonFinite);
                Assert.Equal(tensors.Diagnostics.Findings.Select(finding => finding.Code), dense.Diagnostics.Findings.Select(finding => finding.Code));
            }
        }
    }

    [Fact]
    public void Who_gives_up_is_not_computed_for() =>
        Assert.Throws<OperationCanceledException>(() => Dense.Forward(Ask(100, new Sum(), "train", Dtype.Float32), new CancellationToken(canceled: true)));

    [Fact]
    public void Dropout_is_handed_through_where_no_mask_is_drawn_and_goes_by_tensors_where_one_is()
    {
        var request = Ask(9, new Sum(), "train", Dtype.Float64);
        request = request with { Network = request.Spec() with { Layers = [.. request.Spec().Layers, new Dropout()] } };
        Assert.Equal("dense", Dense.Differentiate(request, CancellationToken.None).Diagnostics.Engine.Name);
        Assert.Equal("tensor", Dense.Differentiate(request with { Dropout = new GradService.Domain.Runs.DropoutSpec { Seed = 1 } },
            CancellationToken.None).Diagnostics.Engine.Name);
    }

    [Fact]
    public void A_network_that_does_nothing_hands_its_inputs_through()
    {
        var request = Ask(5, new PerSample(), "train", Dtype.Float64) with
        {
            Network = new NetworkSpec { InputShape = [1], Layers = [new Identity()], Dtype = Dtype.Float64 },
        };
        var answer = Dense.Differentiate(request, CancellationToken.None);
        Assert.Equal("dense", answer.Diagnostics.Engine.Name);
        Assert.Equal(Answers.Flat(request.Inputs), Answers.Flat(answer.Outputs));
        Assert.All(Answers.Flat(answer.Gradients), entry => Assert.Equal(1, entry));
    }

    // Whether NaN or infinite depends on the order of operations.
    private static bool[] NotFinite(NdArray array) => [.. Answers.Flat(array).Select(entry => !double.IsFinite(entry))];

    private static string Bits(GradientRequest request)
    {
        var answer = Dense.Differentiate(request, CancellationToken.None);
        return string.Join(' ', new[] { answer.Outputs, answer.Gradients!, answer.BatchNorm.Layers[0].Mean, answer.BatchNorm.Layers[0].Variance }
            .SelectMany(Answers.Flat).Select(BitConverter.DoubleToInt64Bits));
    }

    private static GradientRequest Ask(int samples, Question question, string mode, Dtype dtype) => new()
    {
        Network = new NetworkSpec
        {
            InputShape = [1],
            Layers = [new Linear { OutFeatures = 4 }, new Tanh(), new BatchNorm(), new Linear { OutFeatures = 2 }],
            Dtype = dtype,
            Seed = 3,
        },
        Inputs = new NdArray(new Shape(samples, 1), [.. Enumerable.Range(0, samples).Select(i => Math.Sin(i))]),
        BatchNorm = new BatchNormSpec { Mode = BatchNormMode.Find(mode)! },
        Gradient = question,
    };
}
