using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;

namespace GradService.Tests.Problems;

/// <summary>
/// u″ = −π² sin πx on (0, 1) with u(0) = u(1) = 0, and a network Linear–activation–BatchNorm, several times, then Linear;
/// without BatchNorm for none.
/// </summary>
internal static class PoissonProblem
{
    public static ObjectiveRequest Request(ObjectiveVariant variant, int blocks = 1, int points = 16, PointBatches batches = PointBatches.Joint,
        Dtype dtype = Dtype.Float64, Layer? activation = null) => new()
    {
        Network = Network(blocks, dtype, activation ?? new Tanh()),
        Points =
        [
            new() { Name = "interior", Inputs = Column([.. Enumerable.Range(0, points).Select(i => (i + 0.5) / points)]) },
            new() { Name = "boundary", Inputs = Column([0, 1]) },
        ],
        Terms =
        [
            new() { Name = "pde", On = "interior", Residual = "u_xx + pi^2*sin(pi*x)" },
            new() { Name = "bc", On = "boundary", Residual = "u", Weight = 100 },
        ],
        BatchNorm = new TrainingBatchNormSpec { Mode = variant.Mode, ThroughStatistics = variant.ThroughStatistics, Batches = batches },
        Derivative = variant.Derivative,
        Return = [ObjectivePart.ParameterGradients, ObjectivePart.Residuals],
    };

    public static NdArray Column(double[] values) => new(new Shape(values.Length, 1), values);

    private static NetworkSpec Network(int blocks, Dtype dtype, Layer activation) => new()
    {
        InputShape = [1],
        Layers = blocks == 0
            ? [new Linear { OutFeatures = 8 }, activation, new Linear { OutFeatures = 1 }]
            : [.. Enumerable.Range(0, blocks).SelectMany(_ => (Layer[])[new Linear { OutFeatures = 8 }, activation, new BatchNorm()]),
                new Linear { OutFeatures = 1 }],
        Dtype = dtype,
        Seed = 11,
    };

    /// <summary>The answer, by limits that nothing here reaches.</summary>
    public static ObjectiveResult Answer(this ObjectiveRequest request) => DomainServices.Objectives().Evaluate(request, CancellationToken.None);

    /// <summary>The variant with that letter.</summary>
    public static ObjectiveVariant Variant(string letter) => ObjectiveVariant.All.Single(variant => variant.Letter == letter);

    /// <summary>The same request with a network's parameters given.</summary>
    public static ObjectiveRequest With(this ObjectiveRequest request, params (string Name, NdArray Value)[] parameters) =>
        request with { Network = request.Spec() with { Parameters = parameters.ToDictionary(pair => pair.Name, pair => pair.Value) } };

    /// <summary>The same terms alone.</summary>
    public static ObjectiveRequest Only(this ObjectiveRequest request, string term) =>
        request with { Terms = [.. request.Terms.Where(each => each.Name == term)] };

    /// <summary>The norm of a parameter gradient.</summary>
    public static double GradientNorm(this ObjectiveResult result) =>
        Math.Sqrt(result.ParameterGradients!.Values.Sum(gradient => gradient.Norm() * gradient.Norm()));
}
