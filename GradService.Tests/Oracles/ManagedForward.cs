using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Oracles;

/// <summary>
/// A forward pass in plain loops over doubles. Of the service it knows the records of the request and nothing else: no tensor, no
/// engine, no shape inference, no initialisation (all learnable parameters must be given).
/// </summary>
internal sealed class ManagedForward(NetworkSpec network, BatchNormSpec norm, long? dropoutSeed)
{
    /// <param name="inputs">[N, D…] flat.</param>
    /// <param name="samples">N.</param>
    /// <param name="held">Statistics that layers take over instead of their own, by layer name.</param>
    /// <param name="corrected">Statistics whose corrections layers take over instead of their own, by layer name.</param>
    public ManagedPass Run(
        double[] inputs, int samples, IReadOnlyDictionary<string, ManagedStatistics>? held = null,
        IReadOnlyDictionary<string, ManagedStatistics>? corrected = null)
    {
        IReadOnlyDictionary<string, ManagedStatistics>? reference = null;
        if (norm.ReferenceInputs is { } batch)
        {
            // Dropout is the identity for the reference batch, which is its own reference.
            var count = (int)batch.Shape[0];
            var run = new Walk(network, norm, ManagedDropout.Masks(network, count, null), null, null, null, count);
            run.Through(network.Layers, "", new ManagedBatch([.. network.InputShape], Values(batch)));
            reference = run.Statistics;
        }

        var walk = new Walk(network, norm, ManagedDropout.Masks(network, samples, dropoutSeed), reference, held, corrected, samples);
        var outputs = walk.Through(network.Layers, "", new ManagedBatch([.. network.InputShape], inputs));
        return new ManagedPass(outputs.Values, walk.Statistics, walk.Branches);
    }

    private static double[] Values(NdArray array) => [.. Enumerable.Range(0, array.Count).Select(i => array[i])];

    private sealed class Walk(
        NetworkSpec network,
        BatchNormSpec norm,
        IReadOnlyDictionary<string, double[]> masks,
        IReadOnlyDictionary<string, ManagedStatistics>? reference,
        IReadOnlyDictionary<string, ManagedStatistics>? held,
        IReadOnlyDictionary<string, ManagedStatistics>? corrected,
        int samples)
    {
        public Dictionary<string, ManagedStatistics> Statistics { get; } = [];

        public List<int> Branches { get; } = [];

        public ManagedBatch Through(IEnumerable<Layer> layers, string prefix, ManagedBatch x) =>
            layers.Index().Aggregate(x, (h, at) => Apply(at.Item, $"{prefix}{at.Index}", h));

        private ManagedBatch Apply(Layer layer, string name, ManagedBatch x) => layer switch
        {
            Linear linear => Multiply(linear, name, x),
            BatchNorm batchNorm => Normalize(batchNorm, name, x),
            LayerNorm layerNorm => x.NormalizeRuns(x.Elements, layerNorm.Eps, Affine(name, layerNorm.Affine, place => place)),
            GroupNorm groupNorm => x.NormalizeRuns(x.Elements / groupNorm.Groups, groupNorm.Eps, Affine(name, groupNorm.Affine, place => place / x.Positions)),
            InstanceNorm instanceNorm => x.NormalizeRuns(x.Positions, instanceNorm.Eps, Affine(name, instanceNorm.Affine, place => place / x.Positions)),
            Convolution convolution =>
                ManagedSpatial.Convolve(convolution, x, network.Parameters![$"{name}.weight"], network.Parameters.GetValueOrDefault($"{name}.bias")),
            ConvTranspose transpose =>
                ManagedResizing.Transpose(transpose, x, network.Parameters![$"{name}.weight"], network.Parameters.GetValueOrDefault($"{name}.bias")),
            AveragePool pool => ManagedSpatial.Average(pool, x),
            AdaptiveAveragePool => ManagedSpatial.Adapt(x, PlacedLayer.Output([layer], x.Sample)[1..]),
            MaxPool pool => Largest(ManagedSpatial.Largest(pool, x)),
            AdaptiveMaxPool => Largest(ManagedSpatial.AdaptLargest(x, PlacedLayer.Output([layer], x.Sample)[1..])),
            Upsample upsample => ManagedResizing.Interpolate(upsample, x),
            Pad pad => ManagedResizing.Surround(pad, x),
            PixelShuffle shuffle => ManagedResizing.Shuffle(shuffle, x),
            Permute permute => ManagedResizing.Permuted(permute, x),
            RmsNorm rmsNorm => OfUnitMeanSquare(rmsNorm, name, x),
            Prelu prelu => Bend(x, place => network.Parameters![$"{name}.weight"][prelu.Count == 1 ? 0 : place / x.Positions]),
            Scale scale => x.Map((value, _) => value * (scale.Learnable ? network.Parameters![$"{name}.weight"][0] : scale.Value)),
            Softmax softmax => x.Softmax(softmax.Dim < 0 ? softmax.Dim + x.Sample.Length : softmax.Dim),
            LogSoftmax softmax => x.LogSoftmax(softmax.Dim < 0 ? softmax.Dim + x.Sample.Length : softmax.Dim),
            Glu glu => x.Gate(glu.Dim < 0 ? glu.Dim + x.Sample.Length : glu.Dim),
            FourierFeatures features => Wave(features, name, x),
            Dropout => masks.TryGetValue(name, out var mask) ? x.Map((value, i) => value * mask[i]) : x,
            Flatten or Unflatten => x with { Sample = PlacedLayer.Output([layer], x.Sample) },
            Residual residual =>
                Add(Through(residual.Layers, $"{name}.layers.", x), residual.Shortcut is { } shortcut ? Through(shortcut, $"{name}.shortcut.", x) : x),
            Branches branches => branches.Layers.Select((layers, branch) => Through(layers, $"{name}.branches.{branch}.", x))
                .Aggregate((a, b) => Combine(branches, a, b)),
            _ => Activate(layer, x),
        };

        private static ManagedBatch Combine(Branches branches, ManagedBatch a, ManagedBatch b)
        {
            var samples = a.Values.Length / PlacedLayer.Elements(a.Sample);
            var along = branches.Combine == BranchCombination.Concat ? (branches.Axis + a.Sample.Length) % a.Sample.Length : -1;
            int[] shape = [.. a.Sample.Select((size, axis) => axis == along ? size + b.Sample[axis] : Math.Max(size, b.Sample[axis]))];
            var result = new double[samples * PlacedLayer.Elements(shape)];
            for (var i = 0; i < result.Length; i++)
            {
                var (place, left) = (new int[shape.Length], i % PlacedLayer.Elements(shape));
                for (var axis = shape.Length - 1; axis >= 0; axis--)
                {
                    (place[axis], left) = (left % shape[axis], left / shape[axis]);
                }

                var sample = i / PlacedLayer.Elements(shape);
                if (along >= 0)
                {
                    var (first, at) = (place[along] < a.Sample[along], place[along]);
                    place[along] = first ? at : at - a.Sample[along];
                    result[i] = first ? At(a) : At(b);
                }
                else
                {
                    result[i] = branches.Combine == BranchCombination.Add ? At(a) + At(b) : At(a) * At(b);
                }

                // An axis of size 1 is spread out.
                double At(ManagedBatch batch) => batch.Values[place.Zip(batch.Sample)
                    .Aggregate(sample, (index, axis) => (index * axis.Second) + (axis.Second == 1 ? 0 : axis.First))];
            }

            return new ManagedBatch(shape, result);
        }

        private static ManagedBatch Add(ManagedBatch a, ManagedBatch b) => a.Map((value, i) => value + b.Values[i]);

        private ManagedBatch Activate(Layer layer, ManagedBatch x)
        {
            var function = ScalarFunctions.Of(layer) ?? throw new NotSupportedException($"The oracle does not know {layer}.");
            foreach (var kink in ScalarFunctions.Kinks(layer))
            {
                Branches.AddRange(x.Values.Select(value => value > kink ? 1 : 0));
            }

            return x.Map((value, _) => function(value));
        }

        private ManagedBatch Multiply(Linear linear, string name, ManagedBatch x)
        {
            var (wide, narrow) = (x.Sample[^1], linear.OutFeatures);
            var (weight, bias) = (network.Parameters![$"{name}.weight"], linear.Bias ? network.Parameters[$"{name}.bias"] : null);
            var result = new double[x.Values.Length / wide * narrow];
            for (var i = 0; i < result.Length; i++)
            {
                var (row, column) = (i / narrow, i % narrow);
                result[i] = bias?[column] ?? 0;
                for (var k = 0; k < wide; k++)
                {
                    result[i] += weight[(column * wide) + k] * x.Values[(row * wide) + k];
                }
            }

            return new ManagedBatch([.. x.Sample[..^1], narrow], result);
        }

        /// <summary>Weight and bias by the element's place in its sample, where the layer has them.</summary>
        private Func<int, (double Weight, double Bias)> Affine(string name, bool affine, Func<int, int> parameter) =>
            affine ? place => (network.Parameters![$"{name}.weight"][parameter(place)], network.Parameters[$"{name}.bias"][parameter(place)]) : _ => (1, 0);

        private ManagedBatch Largest((ManagedBatch Output, IReadOnlyList<int> Taken) pooled)
        {
            Branches.AddRange(pooled.Taken);
            return pooled.Output;
        }

        /// <summary>Slopes by the element's place in its sample.</summary>
        private ManagedBatch Bend(ManagedBatch x, Func<int, double> slope)
        {
            Branches.AddRange(x.Values.Select(value => value > 0 ? 1 : 0));
            return x.Map((value, i) => value > 0 ? value : slope(i % x.Elements) * value);
        }

        private ManagedBatch OfUnitMeanSquare(RmsNorm layer, string name, ManagedBatch x)
        {
            var eps = layer.Eps ?? (network.Dtype == Dtype.Float64 ? Math.Pow(2, -52) : Math.Pow(2, -23));
            return x.Map((value, i) =>
            {
                var (size, place) = (x.Elements, i % x.Elements);
                var square = Enumerable.Range(i - place, size).Average(k => x.Values[k] * x.Values[k]);
                return (layer.Affine ? network.Parameters![$"{name}.weight"][place] : 1) * value / Math.Sqrt(square + eps);
            });
        }

        private ManagedBatch Wave(FourierFeatures features, string name, ManagedBatch x)
        {
            var (wide, frequencies) = (x.Sample[^1], network.Parameters![$"{name}.frequencies"]);
            var result = new double[x.Values.Length / wide * 2 * features.Count];
            for (var i = 0; i < result.Length; i++)
            {
                var (row, column) = (i / 2 / features.Count, i % (2 * features.Count));
                var phase = 2 * Math.PI * Enumerable.Range(0, wide).Sum(k => frequencies[(column % features.Count * wide) + k] * x.Values[(row * wide) + k]);
                result[i] = column < features.Count ? Math.Sin(phase) : Math.Cos(phase);
            }

            return new ManagedBatch([.. x.Sample[..^1], 2 * features.Count], result);
        }

        private ManagedBatch Normalize(BatchNorm layer, string name, ManagedBatch x)
        {
            var (channels, positions) = (x.Sample[0], PlacedLayer.Elements(x.Sample[1..]));
            var used = held?.GetValueOrDefault(name) ?? Collect(layer, name, x, channels, positions);
            used = corrected?.GetValueOrDefault(name)?.Correction is { } correction ? used with { Correction = correction } : used;
            Statistics[name] = used;
            return x.Map((value, i) =>
            {
                var channel = i / positions % channels;
                var normal = (value - used.Mean[channel]) / Math.Sqrt(used.Variance[channel] + layer.Eps);
                normal = used.Correction is { } by ? (by[channel].R * normal) + by[channel].D : normal;
                return layer.Affine ? (network.Parameters![$"{name}.weight"][channel] * normal) + network.Parameters[$"{name}.bias"][channel] : normal;
            });
        }

        private ManagedStatistics Collect(BatchNorm layer, string name, ManagedBatch x, int channels, int positions)
        {
            var asked = norm.Layers?.GetValueOrDefault(name) ?? norm.Mode;
            var mode = asked.Name;
            var old = layer.TrackRunningStats
                ? (Mean: Buffer($"{name}.running_mean", channels, 0), Variance: Buffer($"{name}.running_var", channels, 1),
                    Count: (long)Buffer($"{name}.num_batches_tracked", 1, 0)[0])
                : (Mean: new double[channels], Variance: [.. Enumerable.Repeat(1.0, channels)], Count: 0);
            var (mean, variance) = ManagedStatistics.Moments(x.Values, channels, positions);
            double count = samples * positions;

            // The share of this batch in the running statistics.
            var share = layer.Momentum is not { } momentum ? 1.0 / (old.Count + 1) : mode == "movingAverage" ? 1 - momentum : momentum;
            double[] newMean = [.. old.Mean.Select((value, c) => value + (share * (mean[c] - value)))];
            double[] newVariance = [.. old.Variance.Select((value, c) => value + (share * ((variance[c] * count / (count - 1)) - value)))];
            var updates = mode is "train" or "trainDetached" or "movingAverage" or "renorm";
            var (usedMean, usedVariance, coupled) = mode switch
            {
                "train" or "renorm" => (mean, variance, true),
                "trainDetached" => (mean, variance, false),
                "eval" => layer.TrackRunningStats ? (old.Mean, old.Variance, false) : (mean, variance, true),
                "movingAverage" => (newMean, newVariance, false),
                "reference" => reference is null ? (mean, variance, false) : (reference[name].Mean, reference[name].Variance, false),
                _ => throw new NotSupportedException($"The oracle does not know mode {mode}."),
            };
            (double, double)[]? correction = asked is Renorm renorm && layer.TrackRunningStats
                ? [.. Enumerable.Range(0, channels)
                    .Select(c => Renormalised(renorm, mean[c], variance[c] + layer.Eps, old.Mean[c], old.Variance[c] + layer.Eps))]
                : null;
            return !layer.TrackRunningStats ? new ManagedStatistics(usedMean, usedVariance, null, null, null, coupled)
                : updates ? new ManagedStatistics(usedMean, usedVariance, newMean, newVariance, old.Count + 1, coupled) { Correction = correction }
                : new ManagedStatistics(usedMean, usedVariance, old.Mean, old.Variance, old.Count, coupled);
        }

        private static (double R, double D) Renormalised(Renorm mode, double mean, double variance, double runningMean, double runningVariance)
        {
            var (r, d) = (Math.Sqrt(variance / runningVariance), (mean - runningMean) / Math.Sqrt(runningVariance));
            return (Math.Min(Math.Max(r, 1 / mode.RMax), mode.RMax), Math.Min(Math.Max(d, -mode.DMax), mode.DMax));
        }

        private double[] Buffer(string name, int size, double otherwise) =>
            [.. Enumerable.Range(0, size).Select(i => network.Parameters?.GetValueOrDefault(name)?[i] ?? otherwise)];
    }
}

/// <summary>What a managed pass gave.</summary>
/// <param name="Outputs">[N, M] flat.</param>
/// <param name="Statistics">By BatchNorm layer, in forward order.</param>
/// <param name="Branches">Which side of its kink each element of each kinked activation was on, and which element each maximum was.</param>
internal sealed record ManagedPass(double[] Outputs, IReadOnlyDictionary<string, ManagedStatistics> Statistics, IReadOnlyList<int> Branches);
