using System.Globalization;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Catalog;

/// <summary>The same content has the same hash, other content another.</summary>
public sealed class SpecHashTests
{
    private static NetworkSpec Spec => new()
    {
        InputShape = [2, 3],
        Layers = [new Linear { OutFeatures = 3 }, new BatchNorm(), new Residual { Layers = [new Linear { OutFeatures = 3 }] }],
        Seed = 4,
        Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Values(1, 2), ["0.bias"] = Values(3) },
    };

    private static readonly NetworkSpec[] Others =
    [
        Spec with { InputShape = [2, 4] },
        Spec with { InputShape = [2, 3, 1] },
        Spec with { Dtype = Dtype.Float64 },
        Spec with { Seed = 5 },
        Spec with { Seed = null },
        Spec with { Layers = [new Linear { OutFeatures = 4 }, new BatchNorm(), new Residual { Layers = [new Linear { OutFeatures = 3 }] }] },
        Spec with { Layers = [new Linear { OutFeatures = 3, Bias = false }, new BatchNorm(), new Residual { Layers = [new Linear { OutFeatures = 3 }] }] },
        Spec with { Layers = [new Linear { OutFeatures = 3 }, new BatchNorm { Momentum = null }, new Residual { Layers = [new Linear { OutFeatures = 3 }] }] },
        Spec with { Layers = [new Linear { OutFeatures = 3 }, new BatchNorm { Eps = 1e-4 }, new Residual { Layers = [new Linear { OutFeatures = 3 }] }] },
        Spec with { Layers = [new Linear { OutFeatures = 3 }, new BatchNorm(), new Residual { Layers = [new Linear { OutFeatures = 4 }] }] },
        Spec with
        {
            Layers = [new Linear { OutFeatures = 3 }, new BatchNorm(), new Residual { Layers = [new Linear { OutFeatures = 3 }], Shortcut = [new Tanh()] }],
        },
        Spec with { Layers = [new Linear { OutFeatures = 3 }, new Residual { Layers = [new BatchNorm(), new Linear { OutFeatures = 3 }] }] },
        Spec with { Layers = [new Conv1d { OutChannels = 3, KernelSize = new PerAxis(1) }] },
        Spec with { Layers = [new Conv1d { OutChannels = 3, KernelSize = new PerAxis(1), Padding = new ConvolutionPadding(null) }] },
        Spec with { Layers = [new Conv2d { OutChannels = 3, KernelSize = new PerAxis(1, 2) }] },
        Spec with { Layers = [new Conv2d { OutChannels = 3, KernelSize = new PerAxis(2, 1) }] },
        Spec with { Layers = [new ConvTranspose1d { OutChannels = 3, KernelSize = new PerAxis(1) }] },
        Spec with { Layers = [new Upsample { Size = new PerAxis(2) }] },
        Spec with { Layers = [new Upsample { ScaleFactor = new ScaleFactors(2) }] },
        Spec with { Layers = [new Upsample { ScaleFactor = new ScaleFactors(2, 1.5) }] },
        Spec with { Layers = [new Upsample { ScaleFactor = new ScaleFactors(2), Mode = UpsampleMode.Linear }] },
        Spec with { Layers = [new Pad { Padding = new PadAmounts(1) }] },
        Spec with { Layers = [new Pad { Padding = new PadAmounts(1, 2) }] },
        Spec with { Layers = [new Unflatten { Shape = [3, 2] }] },
        Spec with { Layers = [new Permute { Dims = [1, 0] }] },
        Spec with { Layers = [new Gelu()] },
        Spec with { Layers = [new Gelu { Approximate = GeluApproximation.Tanh }] },
        Spec with { Layers = [new Silu()] },
        Spec with { Parameters = null },
        Spec with { Parameters = new Dictionary<string, NdArray>() },
        Spec with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Values(1, 2), ["0.bias"] = Values(4) } },
        Spec with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Values(1, 2), ["0.biases"] = Values(3) } },
        Spec with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Values(1), ["0.bias"] = Values(2, 3) } },
        Spec with { Parameters = new Dictionary<string, NdArray> { ["0.weight"] = Values(1, 2).Reshape(new Shape(1, 2)), ["0.bias"] = Values(3) } },
    ];

    [Fact]
    public void The_same_content_has_the_same_hash_in_whatever_order_parameters_stand() =>
        Assert.Equal(SpecHash.Of(Spec),
            SpecHash.Of(Spec with { Parameters = new Dictionary<string, NdArray> { ["0.bias"] = Values(3), ["0.weight"] = Values(1, 2) } }));

    [Fact]
    public void Whatever_differs_makes_another_hash() =>
        Assert.Equal(Others.Length + 1, Others.Append(Spec).Select(SpecHash.Of).Distinct().Count());

    [Fact]
    public void Without_parameters_no_seed_is_seed_zero() =>
        Assert.Equal(SpecHash.Of(Spec with { Parameters = null, Seed = 0 }), SpecHash.Of(Spec with { Parameters = null, Seed = null }));

    [Fact]
    public void One_number_for_all_axes_is_that_number_for_each() =>
        Assert.Equal(SpecHash.Of(Spec with { Layers = [new Upsample { ScaleFactor = new ScaleFactors(1.5) }] }),
            SpecHash.Of(Spec with { Layers = [new Upsample { ScaleFactor = new ScaleFactors(1.5, 1.5) }] }));

    [Fact]
    public void A_hash_is_SHA_256_in_hexadecimal_digits()
    {
        Assert.Equal(64, SpecHash.Of(Spec).Length);
        Assert.All(SpecHash.Of(Spec), digit => Assert.True(char.IsAsciiHexDigitLower(digit)));
    }

    /// <summary>Every layer with its every field: those that differ in one field, and no others, have other hashes.</summary>
    [Fact]
    public void Every_case_of_every_layer_has_a_hash_of_its_own()
    {
        var hashes = LayerCases.All.Select(layer => SpecHash.Of(Spec with { InputShape = layer.InputShape, Layers = layer.Layers })).ToList();
        Assert.True(hashes.Count > 30, hashes.Count.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(hashes.Count, hashes.Distinct().Count());
    }

    private static NdArray Values(params double[] values) => new(new Shape(values.Length), values);
}
