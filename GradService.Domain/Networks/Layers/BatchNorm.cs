using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Networks.Parameters;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>
/// weight · (h − mean) / √(variance + eps) + bias for each channel: BatchNorm1d, 2d or 3d by the shape that reaches it, axis 0 of
/// a sample being the channel. Where the statistics come from, and whether the gradient flows through them, is the mode's.
/// Ioffe and Szegedy, "Batch Normalization", 2015.
/// </summary>
public sealed record BatchNorm : Layer
{
    /// <summary>Whether weight and bias, one of each per channel, are there.</summary>
    public bool Affine { get; init; } = true;

    /// <summary>Added to the variance.</summary>
    [Range(0, double.MaxValue)]
    public double Eps { get; init; } = 1e-5;

    /// <summary>Weight of the new batch in the running statistics (in mode movingAverage: of the old value); null: the cumulative average.</summary>
    [Range(0, 1)]
    public double? Momentum { get; init; } = 0.1;

    /// <summary>Whether running statistics are kept; without, mode eval uses the batch's own, as PyTorch does.</summary>
    public bool TrackRunningStats { get; init; } = true;

    internal override Linearity Linearity => Linearity.Affine;

    internal override long KeptCopies => 3;

    internal override LayerWork Work(LayerNode node, Dtype dtype) =>
        LayerWork.Elementwise(node.Output.Elements, dtype, 1.3, 2.5, 10);

    internal override (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) =>
        (1.2 * node.Output.Elements * LayerWork.Width(dtype), node.Output.Elements * LayerWork.Width(dtype));

    internal override bool TreatsSamplesAlone => false;

    internal override LayerNode Place(LayerPath path, Shape input, ShapeInference inference)
    {
        if (input.Rank > 4)
        {
            throw Refuse(path, "1 to 4 axes per sample", input);
        }

        var channels = new Shape(input[0]);
        var parameters = new List<ParameterSpec>();
        if (Affine)
        {
            parameters.Add(new ParameterSpec("weight", channels, new Initializer.Constant(1)));
            parameters.Add(new ParameterSpec("bias", channels, new Initializer.Constant(0)));
        }

        if (TrackRunningStats)
        {
            parameters.Add(new ParameterSpec("running_mean", channels, new Initializer.Constant(0), ParameterRole.Buffer));
            parameters.Add(new ParameterSpec("running_var", channels, new Initializer.Constant(1), ParameterRole.Buffer));
            parameters.Add(new ParameterSpec("num_batches_tracked", new Shape(), new Initializer.Constant(0), ParameterRole.Counter));
        }

        return Node(path, input, input, parameters);
    }

    internal override Tensor Forward(LayerNode node, Tensor x, IForward pass)
    {
        var scaled = pass.Normalize(node, x, pass.Parameter(node, "weight"));
        return Affine ? scaled.Plus(PerChannel(pass.Parameter(node, "bias")!, node)) : scaled;
    }

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) => new NormalizationKernel<T>(
        parameter("weight")?.Buffer<T>(), parameter("bias")?.Buffer<T>(), parameter("running_mean"), parameter("running_var"),
        parameter("num_batches_tracked")?[0] ?? 0);

    /// <summary>[C] as [1, C, 1, …], or one set per sample, [N, C], as [N, C, 1, …], so that it broadcasts over positions.</summary>
    internal static Tensor PerChannel(Tensor values, LayerNode node) =>
        values.view([values.dim() == 2 ? values.shape[0] : 1, node.Input[0], .. Enumerable.Repeat(1L, node.Input.Rank - 1)]);

    /// <summary>All axes of [N, C, …] but the channel's.</summary>
    internal static long[] StatisticsAxes(LayerNode node) => [0, .. Enumerable.Range(2, node.Input.Rank - 1).Select(axis => (long)axis)];
}
