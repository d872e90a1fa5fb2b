using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Domain.Networks.Layers;

/// <summary>The layers that there are: reading, OpenAPI, capabilities and tests derive from this one list.</summary>
public static class LayerTable
{
    /// <summary>Names in the spec, and the records behind them.</summary>
    public static IReadOnlyDictionary<string, Type> All { get; } = new Dictionary<string, Type>
    {
        ["linear"] = typeof(Linear),
        ["conv1d"] = typeof(Conv1d),
        ["conv2d"] = typeof(Conv2d),
        ["conv3d"] = typeof(Conv3d),
        ["convTranspose1d"] = typeof(ConvTranspose1d),
        ["convTranspose2d"] = typeof(ConvTranspose2d),
        ["convTranspose3d"] = typeof(ConvTranspose3d),
        ["batchNorm"] = typeof(BatchNorm),
        ["layerNorm"] = typeof(LayerNorm),
        ["rmsNorm"] = typeof(RmsNorm),
        ["groupNorm"] = typeof(GroupNorm),
        ["instanceNorm"] = typeof(InstanceNorm),
        ["dropout"] = typeof(Dropout),
        ["maxPool1d"] = typeof(MaxPool1d),
        ["maxPool2d"] = typeof(MaxPool2d),
        ["maxPool3d"] = typeof(MaxPool3d),
        ["avgPool1d"] = typeof(AvgPool1d),
        ["avgPool2d"] = typeof(AvgPool2d),
        ["avgPool3d"] = typeof(AvgPool3d),
        ["adaptiveAvgPool1d"] = typeof(AdaptiveAvgPool1d),
        ["adaptiveAvgPool2d"] = typeof(AdaptiveAvgPool2d),
        ["adaptiveAvgPool3d"] = typeof(AdaptiveAvgPool3d),
        ["adaptiveMaxPool1d"] = typeof(AdaptiveMaxPool1d),
        ["adaptiveMaxPool2d"] = typeof(AdaptiveMaxPool2d),
        ["adaptiveMaxPool3d"] = typeof(AdaptiveMaxPool3d),
        ["upsample"] = typeof(Upsample),
        ["pixelShuffle"] = typeof(PixelShuffle),
        ["pad"] = typeof(Pad),
        ["flatten"] = typeof(Flatten),
        ["unflatten"] = typeof(Unflatten),
        ["permute"] = typeof(Permute),
        ["softmax"] = typeof(Softmax),
        ["logSoftmax"] = typeof(LogSoftmax),
        ["glu"] = typeof(Glu),
        ["prelu"] = typeof(Prelu),
        ["scale"] = typeof(Scale),
        ["fourierFeatures"] = typeof(FourierFeatures),
        ["residual"] = typeof(Residual),
        ["branches"] = typeof(Branches),
        ["tanh"] = typeof(Tanh),
        ["softsign"] = typeof(Softsign),
        ["tanhshrink"] = typeof(Tanhshrink),
        ["sigmoid"] = typeof(Sigmoid),
        ["hardsigmoid"] = typeof(Hardsigmoid),
        ["logSigmoid"] = typeof(LogSigmoid),
        ["relu"] = typeof(Relu),
        ["relu6"] = typeof(Relu6),
        ["hardtanh"] = typeof(Hardtanh),
        ["leakyRelu"] = typeof(LeakyRelu),
        ["elu"] = typeof(Elu),
        ["selu"] = typeof(Selu),
        ["celu"] = typeof(Celu),
        ["gelu"] = typeof(Gelu),
        ["silu"] = typeof(Silu),
        ["hardswish"] = typeof(Hardswish),
        ["mish"] = typeof(Mish),
        ["softplus"] = typeof(Softplus),
        ["softshrink"] = typeof(Softshrink),
        ["hardshrink"] = typeof(Hardshrink),
        ["sin"] = typeof(Sin),
        ["cos"] = typeof(Cos),
        ["exp"] = typeof(Exp),
        ["square"] = typeof(Square),
        ["identity"] = typeof(Identity),
    };

    private static readonly Dictionary<Type, string> Names = All.ToDictionary(pair => pair.Value, pair => pair.Key);

    public static string NameOf(Type layer) => Names[layer];
}
