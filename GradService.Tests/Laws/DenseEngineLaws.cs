using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>The dense engine beside tensors, on random chains of layers over vectors, in every mode and both precisions.</summary>
[Trait("Lane", "Slow")]
public sealed class DenseEngineLaws
{
    private static readonly GradientService Dense = DomainServices.Gradients();
    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false });

    /// <summary>Two engines round.</summary>
    private const double Roundings = 2;

    /// <summary>
    /// Float64 to 1e-12 of the largest entry. Float32 to 2e-5 beside what single precision itself loses, as tensors in both precisions
    /// show. Gradients of sums that cancel, or through saturated units, to what rounding may do to them.
    /// </summary>
    [Fact]
    public void It_agrees_with_tensors_on_a_thousand_networks() => RandomProblems.Chains.Any.Sample(problem =>
    {
        // What couples the samples, or a sum over outputs, may cancel what is held constant, and leave rounding of its size.
        var held = Answers.Largest(Answers.Flat(Ask(Tensors, problem.Detached().In(Dtype.Float64), new PerSample()).Gradients));
        var rounding = new RoundingBound(problem);
        foreach (var question in Questions(problem))
        {
            var (dense, tensors, exact) = (Ask(Dense, problem, question), Ask(Tensors, problem, question), Ask(Tensors, problem.In(Dtype.Float64), question));
            var byTensors = question is PerSample && CoupledLayers(problem) > 1;
            Assert.Equal(byTensors ? "tensor" : "dense", dense.Diagnostics.Engine.Name);
            Assert.Equal("tensor", tensors.Diagnostics.Engine.Name);
            Assert.Equal((tensors.Diagnostics.Strategy, tensors.Diagnostics.Passes, tensors.Diagnostics.Reason),
                (dense.Diagnostics.Strategy, dense.Diagnostics.Passes, dense.Diagnostics.Reason));

            AssertAgree(problem, exact.Gradients!, tensors.Gradients!, dense.Gradients!, Math.Max(held, exact.Gradients!.MaxAbsolute()),
                $"{question.Kind} gradients", Cotangents(problem, question).Max(rounding.Of));
            AssertAgree(problem, exact.Outputs, tensors.Outputs, dense.Outputs, Math.Max(1, exact.Outputs.MaxAbsolute()), "outputs");
            AssertStatisticsAgree(problem, exact, tensors, dense);
        }
    }, iter: RandomCases.Count(1_000), print: problem => $"{problem}");

    /// <summary>
    /// tanh(w·x) by its closed slope w/cosh²(w·x), from units that are alive to those where 1 − tanh² is nothing but rounding, one at a time:
    /// none is beside another that is larger.
    /// </summary>
    [Fact]
    public void Through_a_saturated_unit_it_errs_by_what_1_is_rounded_to()
    {
        const double Weight = 9;
        foreach (var x in Enumerable.Range(0, 240).Select(step => step / 100.0))
        {
            var network = new NetworkSpec
            {
                InputShape = [1],
                Layers = [new Linear { OutFeatures = 1, Bias = false }, new Tanh()],
                Dtype = Dtype.Float64,
                Parameters = new Dictionary<string, NdArray> { ["0.weight"] = new(new Shape(1, 1), [Weight]) },
            };
            var problem = new Problem(network, [x], 1, new BatchNormSpec { Mode = GradService.Domain.Statistics.Modes.Eval.Mode });
            var bound = Roundings * Dtype.Float64.Epsilon() * new RoundingBound(problem).Of([1]);
            Assert.InRange(bound, 0, 2e-14);
            foreach (var engine in new[] { Dense, Tensors })
            {
                Assert.Equal(Weight / Math.Pow(Math.Cosh(Weight * x), 2), Ask(engine, problem, new PerSample()).Gradients![0], bound);
            }
        }
    }

    [Fact]
    public void A_forward_pass_gives_the_outputs_and_statistics_of_a_gradient() => RandomProblems.Chains.Any.Sample(problem =>
    {
        var request = problem.Ask(new Sum());
        var (forward, gradient) = (Dense.Forward(request, CancellationToken.None), Ask(Dense, problem, new Sum()));
        Assert.Equal(Answers.Flat(gradient.Outputs), Answers.Flat(forward.Outputs));
        Assert.Equal(gradient.BatchNorm.Layers.Select(layer => layer.Mean[0]), forward.BatchNorm.Layers.Select(layer => layer.Mean[0]));
    }, iter: RandomCases.Count(100), print: problem => $"{problem}");

    /// <summary>With the statistics held, what a sample gets does not depend on who else is in the batch, but for the last bits.</summary>
    [Fact]
    public void Half_a_batch_under_held_statistics_gets_what_it_gets_in_the_whole() => RandomProblems.Chains.Double.Sample(problem =>
    {
        var held = problem.InMode(GradService.Domain.Statistics.Modes.Reference.Mode, RandomProblems.Batch(problem.Draws(), problem.Network, 5));
        held = problem.BatchNorms.Any() ? held : problem.InMode(GradService.Domain.Statistics.Modes.Eval.Mode);
        var half = Math.Max(2, problem.Samples / 2);
        var (whole, part) = (Ask(Dense, held, new PerSample()),
            Ask(Dense, held with { Inputs = held.Inputs[..(half * problem.InputElements)], Samples = half }, new PerSample()));
        var expected = Answers.Flat(whole.Gradients)[..part.Gradients!.Count];
        Answers.AssertClose(expected, Answers.Flat(part.Gradients), 1e-14, Math.Max(1e-300, Answers.Largest(expected)), "gradients");
    }, iter: RandomCases.Count(200), print: problem => $"{problem}");

    private static IEnumerable<Question> Questions(Problem problem)
    {
        var random = problem.Draws();
        var (n, m) = (problem.Samples, problem.OutputElements);
        yield return new Sum();
        yield return new Sum { Outputs = [m - 1] };
        yield return new Vjp { Cotangent = Problem.Draw(random, n, m) };
        yield return new Vjp { Cotangent = Problem.Draw(random, 3, n, m) };

        // Row by row would be the cheapest way, and not the dense engine's, where two samples meet two coupled layers.
        if (n * m < 600)
        {
            yield return new PerSample();
            yield return new PerSample { Outputs = [random.Next(m)] };
        }
    }

    private static GradientResult Ask(GradientService service, Problem problem, Question question) =>
        service.Differentiate(problem.Ask(question), CancellationToken.None);

    private static int CoupledLayers(Problem problem) =>
        problem.BatchNorms.Count(
            placed => problem.WithModes((other, mode) => other.Name == placed.Name ? mode : GradService.Domain.Statistics.Modes.TrainDetached.Mode).Coupled);

    private static void AssertStatisticsAgree(Problem problem, GradientResult exact, GradientResult tensors, GradientResult dense)
    {
        Assert.Equal(tensors.BatchNorm.Layers.Select(layer => (layer.Name, layer.Mode, layer.BatchesTracked)),
            dense.BatchNorm.Layers.Select(layer => (layer.Name, layer.Mode, layer.BatchesTracked)));
        foreach (var (index, layer) in dense.BatchNorm.Layers.Index())
        {
            var (expected, other) = (exact.BatchNorm.Layers[index], tensors.BatchNorm.Layers[index]);
            Assert.Equal(other.RunningMean is null, layer.RunningMean is null);
            foreach (var array in new Func<GradService.Domain.Runs.BatchNormLayerReport, NdArray?>[] { of => of.Mean, of => of.Variance, of => of.RunningMean,
                of => of.RunningVariance })
            {
                if (array(layer) is { } values)
                {
                    AssertAgree(problem, array(expected)!, array(other)!, values, Math.Max(1, array(expected)!.MaxAbsolute()),
                        $"statistics of layer {layer.Name}");
                }
            }
        }
    }

    /// <summary>What is put to the outputs for the answer's parts, [N, M] flat each.</summary>
    private static IEnumerable<double[]> Cotangents(Problem problem, Question question)
    {
        var (n, m) = (problem.Samples, problem.OutputElements);
        IEnumerable<int> all = Enumerable.Range(0, m);
        double[] Ones(Func<int, bool> output) => [.. Enumerable.Range(0, n * m).Select(i => output(i % m) ? 1.0 : 0.0)];
        return question switch
        {
            Sum sum => [Ones(output => sum.Outputs?.Contains(output) ?? true)],
            PerSample own => (own.Outputs ?? all).Select(chosen => Ones(output => output == chosen)),
            Vjp vjp => Answers.Flat(vjp.Cotangent).Chunk(n * m),
            _ => throw new NotSupportedException($"Say here what {question} puts to the outputs."),
        };
    }

    private static void AssertAgree(Problem problem, NdArray exact, NdArray tensors, NdArray dense, double scale, string what, double rounding = 0)
    {
        Assert.Equal(tensors.Shape, dense.Shape);
        Assert.Equal(tensors.Dtype, dense.Dtype);
        // Where a relu lets nothing through all is zero, and so is the scale.
        var positive = Math.Max(scale, 1e-300);
        var tolerance = problem.IsDouble ? 1e-12 : 2e-5 + (4 * tensors.MaxDifference(exact) / positive);
        var rounded = Roundings * problem.Network.Dtype.Epsilon() * rounding / positive;
        Answers.AssertClose(Answers.Flat(exact), Answers.Flat(dense), Math.Max(tolerance, rounded), positive, what);
    }
}
