using GradService.Domain.Arrays;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;

namespace GradService.Tests.Problems;

/// <summary>
/// Small networks and batches that bring findings about: piecewise linear, dead, saturated, ending in BatchNorm or not; inputs with offsets, scales and
/// constant columns, two samples and more. All numbers are such that single precision can hold them.
/// </summary>
/// <param name="salt">What everything is drawn from.</param>
internal sealed class ExtremeNetworks(int salt)
{
    private readonly Random _random = new(salt);

    public Random Random => _random;

    public int Elements { get; private set; }

    public NetworkSpec Network(int elements)
    {
        Elements = elements;
        var (layers, parameters, size) = (new List<Layer>(), new Dictionary<string, NdArray>(), elements);
        var (smooth, fault) = (_random.Next(3) > 0, _random.Next(6));
        if (_random.Next(8) == 0)
        {
            layers.Add(new BatchNorm { Affine = false });
        }

        for (var remaining = _random.Next(1, 3); remaining > 0; remaining--)
        {
            var width = _random.Next(2, 7);
            var first = parameters.Count == 0;
            var scale = first && fault == 0 ? 300 : 1.5;
            Fill(parameters, $"{layers.Count}.weight", scale, width, size);
            Fill(parameters, $"{layers.Count}.bias", 0.5, width);
            if (first && fault == 0)
            {
                Shift(parameters, $"{layers.Count}.bias", 3_000);
            }
            else if (first && fault == 1)
            {
                Shift(parameters, $"{layers.Count}.bias", -3_000);
            }

            layers.Add(new Linear { OutFeatures = width });
            layers.Add(fault == 1 && first ? new Relu() : Activation(smooth));
            if (_random.Next(10) < 7)
            {
                layers.Add(new BatchNorm { Affine = _random.Next(2) == 0 });
            }

            size = width;
        }

        if (_random.Next(10) < 8)
        {
            var outputs = _random.Next(1, 3);
            Fill(parameters, $"{layers.Count}.weight", _random.Next(8) == 0 ? 0.008 : 1.5, outputs, size);
            Fill(parameters, $"{layers.Count}.bias", 0.5, outputs);
            layers.Add(new Linear { OutFeatures = outputs });
            if (_random.Next(3) == 0)
            {
                layers.Add(Activation(smooth));
            }
        }

        return new NetworkSpec { InputShape = [elements], Layers = layers, Parameters = parameters, Seed = 1, Dtype = Dtype.Float32 };
    }

    /// <summary>[N, D]: columns of one offset and scale, some of them constant.</summary>
    public NdArray Inputs(int samples)
    {
        double[] offsets = [0, 0, 0, 1, 30, 1e3, 1e5], scales = [1, 1, 1, 1e-2, 1e2];
        var (offset, scale) = (offsets[_random.Next(offsets.Length)], scales[_random.Next(scales.Length)]);
        var constant = _random.Next(8) == 0 ? _random.Next(Elements) : -1;
        return new NdArray(new Shape(samples, Elements), [.. Enumerable.Range(0, samples * Elements).Select(i =>
            (double)(float)(offset + (scale * (i % Elements == constant ? 0.3 : (2 * _random.NextDouble()) - 1))))]);
    }

    public int Samples() => ((int[])[2, 3, 4, 5, 8, 12, 24])[_random.Next(7)];

    public BatchNormMode Mode() => ((BatchNormMode[])[Train.Mode, Train.Mode, Train.Mode, TrainDetached.Mode, Eval.Mode, Renorm.Mode])[_random.Next(6)];

    private Layer Activation(bool smooth) => smooth
        ? ((Layer[])[new Tanh(), new Sigmoid(), new Softplus(), new Silu(), new Gelu(), new Elu()])[_random.Next(6)]
        : ((Layer[])[new Relu(), new LeakyRelu()])[_random.Next(2)];

    private void Fill(Dictionary<string, NdArray> parameters, string name, double scale, params ReadOnlySpan<long> shape)
    {
        var array = new Shape(shape);
        parameters[name] = new NdArray(array, [.. Enumerable.Range(0, (int)array.Elements)
            .Select(_ => (double)(float)(scale * (0.2 + (0.8 * _random.NextDouble())) * ((2 * _random.Next(2)) - 1)))]);
    }

    private static void Shift(Dictionary<string, NdArray> parameters, string name, double by)
    {
        var old = parameters[name];
        parameters[name] = new NdArray(old.Shape, [.. Enumerable.Range(0, old.Count).Select(i => (double)(float)(old[i] + by))]);
    }
}
