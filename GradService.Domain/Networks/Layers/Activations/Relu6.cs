using GradService.Domain.Arrays;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers.Activations;

/// <summary>min(max(0, x), 6).</summary>
public sealed record Relu6 : Activation
{
    private protected override IReadOnlyList<(double At, int Order)> Kinks => [(0, 1), (6, 1)];

    private protected override (double Forward, double Backward, int Operations) ElementWork => (0.15, 0.3, 1);

    internal override Linearity Linearity => Linearity.PiecewiseLinear;

    private protected override Tensor Apply(Tensor x) => x.relu6();

    internal override IDenseKernel<T> Dense<T>(LayerNode node, Func<string, NdArray?> parameter) =>
        Elementwise<Hardtanh.Function, T>(node, new Hardtanh.Function(0, 6));
}
