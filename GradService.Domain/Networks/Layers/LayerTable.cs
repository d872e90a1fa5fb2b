using GradService.Domain.Networks.Layers.Activations;

namespace GradService.Domain.Networks.Layers;

/// <summary>The layers that there are: reading, OpenAPI, capabilities and tests derive from this one list.</summary>
public static class LayerTable
{
    /// <summary>Names in the spec, and the records behind them.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>
    {
        ["linear"] = typeof(Linear),
        ["batchNorm"] = typeof(BatchNorm),
        ["layerNorm"] = typeof(LayerNorm),
        ["dropout"] = typeof(Dropout),
        ["flatten"] = typeof(Flatten),
        ["residual"] = typeof(Residual),
        ["tanh"] = typeof(Tanh),
        ["sigmoid"] = typeof(Sigmoid),
        ["relu"] = typeof(Relu),
        ["leakyRelu"] = typeof(LeakyRelu),
        ["elu"] = typeof(Elu),
        ["selu"] = typeof(Selu),
        ["gelu"] = typeof(Gelu),
        ["silu"] = typeof(Silu),
        ["mish"] = typeof(Mish),
        ["softplus"] = typeof(Softplus),
        ["sin"] = typeof(Sin),
        ["identity"] = typeof(Identity),
    };

    private static readonly Dictionary<Type, string> Names = All.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string NameOf(Type layer) => Names[layer];
}
