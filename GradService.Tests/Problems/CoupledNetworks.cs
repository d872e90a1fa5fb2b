using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>Three BatchNorm layers of 2, 3 and 4 channels, of which the last few couple the samples and the others hold their statistics constant.</summary>
internal static class CoupledNetworks
{
    public static IReadOnlyList<int> Channels { get; } = [2, 3, 4];

    private static readonly string[] Normalizing = ["1", "4", "7"];

    /// <param name="coupled">How many layers couple the samples, 0 to 3.</param>
    /// <param name="positions">Whether each sample has several values of a channel.</param>
    /// <param name="outputs">M.</param>
    /// <param name="samples">N.</param>
    public static Problem Of(int coupled, bool positions, int outputs, int samples)
    {
        Layer[] layers =
        [
            Mix(2), new BatchNorm(), new Tanh(),
            Mix(3), new BatchNorm { Affine = false }, new Silu(),
            Mix(4), new BatchNorm(), new Sin(),
            new Flatten(), new Linear { OutFeatures = outputs }, new Tanh(),
        ];
        var network = new NetworkSpec { InputShape = positions ? [1, 3] : [2], Layers = layers, Dtype = Dtype.Float64, Seed = 3 };
        var held = Normalizing[..(3 - coupled)].ToDictionary(name => name, _ => TrainDetached.Mode);
        return new Problem(network, RandomProblems.Batch(new Random(11), network, samples).Doubles.ToArray(), samples, new BatchNormSpec
        {
            Mode = Train.Mode,
            Layers = held,
        });

        Layer Mix(int channels) => positions
            ? new Conv1d { OutChannels = channels, KernelSize = new PerAxis(2), Padding = new ConvolutionPadding(Amount: null) }
            : new Linear { OutFeatures = channels };
    }
}
