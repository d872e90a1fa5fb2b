using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>Smooth networks for the matrix of modes, kinds and precisions: three inputs, two outputs, seven samples.</summary>
internal static class MatrixNetworks
{
    private static readonly Dictionary<string, Layer[]> Layers = new()
    {
        ["none"] = [new Linear { OutFeatures = 4 }, new Tanh(), new Linear { OutFeatures = 2 }],
        ["one"] = [new Linear { OutFeatures = 4 }, new Tanh(), new BatchNorm(), new Silu(), new Linear { OutFeatures = 2 }],
        ["three"] =
        [
            new BatchNorm(), new Linear { OutFeatures = 4 }, new Tanh(),
            new BatchNorm { Momentum = null }, new Linear { OutFeatures = 3 }, new Gelu(),
            new BatchNorm { Affine = false }, new Sin(), new Linear { OutFeatures = 2 },
        ],
        ["residual"] =
        [
            new Linear { OutFeatures = 3 },
            new Residual
            {
                Layers = [new BatchNorm(), new Tanh(), new Linear { OutFeatures = 2 }],
                Shortcut = [new BatchNorm { Momentum = 0.4 }, new Linear { OutFeatures = 2 }],
            },
            new Softplus(),
        ],
        ["untracked"] = [new Linear { OutFeatures = 4 }, new BatchNorm { TrackRunningStats = false }, new Mish(), new Linear { OutFeatures = 2 }],
    };

    public static IEnumerable<string> Names => [.. Layers.Keys, "mixed"];

    /// <summary>The network under a mode; "mixed" has other modes on two of its three layers.</summary>
    public static Problem Of(string name, BatchNormMode mode)
    {
        var network = RandomParameters.Fill(new NetworkSpec { InputShape = [3], Layers = Layers[name == "mixed" ? "three" : name] }, seed: 17);
        var random = new Random(23);
        var (inputs, reference) = (RandomProblems.Batch(random, network, 7), RandomProblems.Batch(random, network, 4));
        var overrides = name != "mixed" ? null : new Dictionary<string, BatchNormMode>
        {
            ["3"] = mode == Train.Mode ? Reference.Mode : Train.Mode,
            ["6"] = mode == Eval.Mode ? TrainDetached.Mode : Eval.Mode,
        };
        var needsReference = (mode == Reference.Mode && name != "none") || (overrides?.ContainsValue(Reference.Mode) ?? false);
        return new Problem(network, inputs.Doubles.ToArray(), 7, new BatchNormSpec
        {
            Mode = mode,
            Layers = overrides,
            ReferenceInputs = needsReference ? reference : null,
        });
    }
}
