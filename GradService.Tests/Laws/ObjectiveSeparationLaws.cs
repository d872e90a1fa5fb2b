using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Objectives;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Laws;

/// <summary>
/// Own derivatives in a loss do not depend on how samples are told apart: with the statistics expanded they are what they are row by row,
/// and so are the parameter gradients of the loss, to the rounding of double precision.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class ObjectiveSeparationLaws
{
    private const double Tolerance = 1e-9;

    private static readonly Layer[] Activations = [new Tanh(), new Sin(), new Softplus()];

    private static readonly string[] FirstOrder = ["u_x - u^2", "sqrt(1 + u_x^2) + u_t*u", "u_t*u_x"];

    private static readonly string[] SecondOrder = ["u_xx + u*u_x", "u_xt - u", "u_t - 0.1*u_xx + u_tt"];

    [Fact]
    public void Expanded_is_row_by_row_to_first_order() => Hold(FirstOrder);

    [Fact]
    public void Expanded_is_row_by_row_to_second_order() => Hold(SecondOrder);

    [Fact]
    public void Expanded_is_row_by_row_beside_layers_that_do_not_couple() => Hold(SecondOrder, new() { ["2"] = TrainDetached.Mode });

    [Fact]
    public void Expanded_is_row_by_row_where_layers_correct_what_they_normalised() =>
        Hold(SecondOrder, new() { ["5"] = new Renorm { RMax = 1.2, DMax = 0.1 } });

    /// <param name="formulas">What terms are drawn from.</param>
    /// <param name="layers">Modes of single layers.</param>
    private static void Hold(string[] formulas, Dictionary<string, BatchNormMode>? layers = null) => Gen.Int[0, 1_000_000].Sample(
        salt =>
        {
            var random = new Random(salt);
            var request = Draw(random, formulas, layers, blocks: layers is null ? random.Next(2, 4) : 3);
            foreach (var live in (bool[])[false, true])
            {
                var (expanded, rows) = (Evaluate(request, Strategy.Structured, live), Evaluate(request, Strategy.RowByRow, live));
                foreach (var (read, values) in expanded.Derivatives)
                {
                    Close(rows.Derivatives[read], values, $"derivative {read}, seed {salt}");
                }

                foreach (var (name, gradient) in expanded.ParameterGradients ?? new Dictionary<string, NdArray>())
                {
                    Close(rows.ParameterGradients![name], gradient, $"gradient by {name}, seed {salt}", rows.GradientNorm!.Value);
                }
            }
        },
        iter: RandomCases.Count(20));

    private static void Close(NdArray expected, NdArray actual, string what, double scale = 0)
    {
        scale = Math.Max(scale, expected.MaxAbsolute());
        var difference = expected.MaxDifference(actual);
        Assert.True(difference <= Tolerance * scale, $"{what}: {difference:E2} beside {scale:E2}");
    }

    private static Loss Evaluate(ObjectiveRequest request, Strategy strategy, bool live)
    {
        var shape = NetworkShape.Infer(request.Spec(), new Limits());
        var variant = new ObjectiveVariant { Mode = request.BatchNorm.Mode };
        var setting = new ObjectiveSetting(Objective.Resolve(request, shape), shape, NormalizationPlan.Resolve(shape, request.BatchNorm), variant,
            request.BatchNorm.Batches)
        {
            Live = live,
            Strategy = strategy,
        };
        Assert.All(setting.Batches, batch => Assert.Equal(strategy, batch.Separated!.Strategy));
        using var scope = NewDisposeScope();
        using var network = Network.Of(ParameterValues.Of(request.Spec(), shape));
        using var trained = network.ToTrain();
        var before = Autograd.Sweeps.Value;
        var loss = Loss.Of(ObjectiveRun.Run(setting, live ? trained : network, live, CancellationToken.None), CancellationToken.None);
        Assert.Equal(setting.Sweeps(live), Autograd.Sweeps.Value - before);
        return loss;
    }

    private static ObjectiveRequest Draw(Random random, string[] formulas, Dictionary<string, BatchNormMode>? layers, int blocks)
    {
        var network = new NetworkSpec
        {
            InputShape = [2],
            Dtype = Dtype.Float64,
            Seed = random.Next(),
            Layers =
            [
                .. Enumerable.Range(0, blocks)
                    .SelectMany(_ => (Layer[])[new Linear { OutFeatures = random.Next(2, 4) }, Activations[random.Next(Activations.Length)], new BatchNorm()]),
                new Linear { OutFeatures = 1 },
            ],
        };
        return new ObjectiveRequest
        {
            Network = network,
            Variables = ["x", "t"],
            Points = [Points("interior", random.Next(4, 8)), Points("boundary", random.Next(4, 6))],
            Terms =
            [
                new() { Name = "pde", On = "interior", Residual = formulas[random.Next(formulas.Length)] },
                new() { Name = "bc", On = "boundary", Residual = formulas[random.Next(formulas.Length)], Weight = 0.5 },
            ],
            BatchNorm = new TrainingBatchNormSpec
            {
                Mode = Train.Mode,
                Layers = layers,
                Batches = random.Next(2) == 0 ? PointBatches.Joint : PointBatches.PerSet,
            },
        };

        PointSet Points(string name, int count) => new()
        {
            Name = name,
            Inputs = new NdArray(new Shape(count, 2), [.. Enumerable.Range(0, 2 * count).Select(_ => (2 * random.NextDouble()) - 1)]),
        };
    }
}
