using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Tests.Oracles;

namespace GradService.Tests.Problems;

/// <summary>Random values for every parameter and buffer of a network, numbers that float32 can hold.</summary>
internal static class RandomParameters
{
    /// <summary>The network with its parameters.</summary>
    /// <param name="network">The network.</param>
    /// <param name="seed">Determines the values.</param>
    /// <param name="buffers">Whether running statistics are given too, or begin at 0, 1 and 0.</param>
    public static NetworkSpec Fill(NetworkSpec network, int seed, bool buffers = true)
    {
        var random = new Random(seed);
        var values = new Dictionary<string, NdArray>();
        foreach (var (name, layer, input) in PlacedLayer.All(network))
        {
            switch (layer)
            {
                case Linear linear:
                    // Variance-preserving, so that deep networks neither die nor saturate.
                    values[$"{name}.weight"] = Draw(random, -1.7, 1.7, 1 / Math.Sqrt(input[^1]), linear.OutFeatures, input[^1]);
                    if (linear.Bias)
                    {
                        values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, linear.OutFeatures);
                    }

                    break;
                case LayerNorm { Affine: true }:
                    values[$"{name}.weight"] = Draw(random, 0.5, 1.5, 1, [.. input]);
                    values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, [.. input]);
                    break;
                case Convolution convolution:
                    var kernel = SlidingWindow.Of(convolution, input)!.Kernel;
                    var fanIn = input[0] / convolution.Groups * PlacedLayer.Elements(kernel);
                    values[$"{name}.weight"] =
                        Draw(random, -1.7, 1.7, 1 / Math.Sqrt(fanIn), [convolution.OutChannels, input[0] / convolution.Groups, .. kernel]);
                    if (convolution.Bias)
                    {
                        values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, convolution.OutChannels);
                    }

                    break;
                case ConvTranspose transpose:
                    int[] received = [transpose.OutChannels / transpose.Groups, .. PerAxisOf(transpose.KernelSize, input.Length - 1)];
                    var added = input[0] / transpose.Groups * PlacedLayer.Elements(received[1..]);
                    values[$"{name}.weight"] = Draw(random, -1.7, 1.7, 1 / Math.Sqrt(added), [input[0], .. received]);
                    if (transpose.Bias)
                    {
                        values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, transpose.OutChannels);
                    }

                    break;
                case GroupNorm { Affine: true } or InstanceNorm { Affine: true }:
                    values[$"{name}.weight"] = Draw(random, 0.5, 1.5, 1, input[0]);
                    values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, input[0]);
                    break;
                case RmsNorm { Affine: true }:
                    values[$"{name}.weight"] = Draw(random, 0.5, 1.5, 1, [.. input]);
                    break;
                case Prelu prelu:
                    values[$"{name}.weight"] = Draw(random, 0.1, 0.4, 1, prelu.Count);
                    break;
                case Scale { Learnable: true }:
                    values[$"{name}.weight"] = Draw(random, 0.5, 1.5, 1, 1);
                    break;
                case FourierFeatures features:
                    values[$"{name}.frequencies"] = Draw(random, -0.3, 0.3, 1, features.Count, input[^1]);
                    break;
                case BatchNorm batchNorm:
                    if (batchNorm.Affine)
                    {
                        values[$"{name}.weight"] = Draw(random, 0.5, 1.5, random.Next(2) == 0 ? 1 : -1, input[0]);
                        values[$"{name}.bias"] = Draw(random, -0.5, 0.5, 1, input[0]);
                    }

                    if (batchNorm.TrackRunningStats && buffers)
                    {
                        values[$"{name}.running_mean"] = Draw(random, -0.5, 0.5, 1, input[0]);
                        values[$"{name}.running_var"] = Draw(random, 0.3, 1.5, 1, input[0]);
                        values[$"{name}.num_batches_tracked"] = new NdArray(new Shape(), new double[] { random.Next(6) });
                    }

                    break;
            }
        }

        return network with { Parameters = values };
    }

    private static IEnumerable<int> PerAxisOf(PerAxis values, int axes) => values.Values.Count == 1 ? Enumerable.Repeat(values.Values[0], axes) : values.Values;

    private static NdArray Draw(Random random, double least, double most, double scale, params int[] sizes)
    {
        var shape = new Shape([.. sizes.Select(size => (long)size)]);
        return new NdArray(shape,
            [.. Enumerable.Range(0, (int)shape.Elements).Select(_ => (double)(float)(scale * (least + ((most - least) * random.NextDouble()))))]);
    }
}
