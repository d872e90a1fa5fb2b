using GradService.Domain.Arrays;
using GradService.Domain.Runs;

namespace GradService.Domain.Findings.Rules;

/// <summary>A channel that hardly varies is divided by √eps, or by rounding, instead of its deviation.</summary>
internal static class ZeroVarianceChannel
{
    public static FindingRule Rule { get; } = new("zero-variance-channel", Severity.Warning, EvidenceKinds.None, Examine);

    private static string? Examine(Evidence evidence)
    {
        var layers = evidence.Layers.Where(MayHaveAny).Select(layer => new Layer(layer, evidence.Dtype))
            .Where(layer => layer.BelowEps.Count + layer.Rounding.Count > 0).ToList();
        if (layers.Count == 0)
        {
            return null;
        }

        string[] advice =
        [
            layers.Any(layer => layer.IsNegative) ? "A running variance is never negative: give the one that training left. " : "",
            layers.Any(layer => layer.IsConstant) ? "Look for constant inputs, dead units or a batch of equal samples. " : "",
            layers.Any(layer => layer.Rounding.Count > 0) ? "Subtract such an offset from the inputs before they are sent, or leave the column out. " : "",
            layers.Any(layer => layer.IsSmall) ? "Look for inputs of a very small scale or units that hardly respond. " : "",
            layers.Any(layer => layer.IsWeak) ? "PyTorch's eps is 1e-5: take a smaller one unless this is wanted." : "",
        ];
        return $"{string.Join(" ", layers.Take(20).Select(layer => layer.Sentence))} {string.Concat(advice).TrimEnd()}";
    }

    /// <summary>A glance that spares most layers a closer look.</summary>
    private static bool MayHaveAny(LayerTrace layer)
    {
        var (variance, eps) = (layer.Used.Variance, layer.Site.Layer.Eps);
        for (var channel = 0; channel < variance.Count; channel++)
        {
            if (variance[channel] < eps || variance[channel] == 0 || layer.RangeOf(channel) is not null)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>What is to be said of a layer.</summary>
    private sealed class Layer
    {
        private readonly LayerTrace _trace;
        private readonly Dtype _dtype;

        public Layer(LayerTrace trace, Dtype dtype)
        {
            (_trace, _dtype) = (trace, dtype);
            var channels = Enumerable.Range(0, Variance.Count).ToList();
            BelowEps = [.. channels.Where(channel => Variance[channel] < Eps || Variance[channel] == 0)];
            Rounding = [.. channels.Except(BelowEps).Where(IsRounding)];
        }

        /// <summary>Channels whose variance is below eps, or zero.</summary>
        public IReadOnlyList<int> BelowEps { get; }

        /// <summary>The others whose variance is made of rounding.</summary>
        public IReadOnlyList<int> Rounding { get; }

        public bool IsConstant => Rounding.Count > 0 || BelowEps.Any(channel => Variance[channel] == 0 || IsRounding(channel));

        public bool IsNegative => BelowEps.Any(channel => Variance[channel] < 0);

        /// <summary>Whether some channel varies, but so little that what leaves is multiplied by a large number.</summary>
        public bool IsSmall => BelowEps.Any(channel => Variance[channel] > 0 && !IsRounding(channel) && Factor(channel) > 1);

        /// <summary>Whether eps is so large that what leaves is weak.</summary>
        public bool IsWeak => BelowEps.Any(channel => Variance[channel] > 0 && !IsRounding(channel) && Factor(channel) <= 1);

        public string Sentence => string.Join(" ", new[] { OfBelowEps, OfRounding }.Where(sentence => sentence.Length > 0));

        private NdArray Variance => _trace.Used.Variance;

        private double Eps => _trace.Site.Layer.Eps;

        private string OfBelowEps
        {
            get
            {
                if (BelowEps.Count == 0)
                {
                    return "";
                }

                var lowest = BelowEps.MinBy(channel => Variance[channel]);
                return $"{Channels(BelowEps)} {(BelowEps.Count == 1 ? "has" : "have")} a variance below the layer's eps {Words.Of(Eps)} (the lowest: "
                    + $"{Words.Of(Variance[lowest])}): {Effect(lowest)}.";
            }
        }

        private string OfRounding
        {
            get
            {
                if (Rounding.Count == 0)
                {
                    return "";
                }

                var most = Rounding.MaxBy(Factor);
                return $"{Channels(Rounding)} {(Rounding.Count == 1 ? "is" : "are")} constant as far as {Words.Of(_dtype)} can tell: a variance of "
                    + $"{Words.Of(Variance[most])} is no more than rounding makes of a mean of {Words.Of(_trace.Used.Mean[most])}. What leaves is "
                    + $"rounding scaled by {Scale(most)}, and gradients through it are scaled by as much.";
            }
        }

        private string Effect(int lowest)
        {
            if (Variance[lowest] + Eps <= 0)
            {
                return Variance[lowest] < 0 ? "it is negative, and variance + eps has no square root" : "it is divided by zero";
            }

            var effect = $"it is normalised by eps rather than by its own deviation, scaled by {Scale(lowest)}";
            return Factor(lowest) > 1
                ? $"{effect}, and gradients through it are as large and as fragile"
                : $"{effect}; what leaves it is weak rather than large, with a deviation of "
                    + $"{Words.Of(Math.Sqrt(Math.Max(0, Variance[lowest])) * Factor(lowest))} instead of 1";
        }

        /// <summary>
        /// Whether the values are equal to the last two digits: their mean is off by a few of them, and the variance about it is the square of
        /// that. What was measured elsewhere is not looked at, nor is what a moving average was made of.
        /// </summary>
        private bool IsRounding(int channel)
        {
            const double LastDigits = 2;
            return _trace.RangeOf(channel) <= LastDigits * _dtype.Epsilon() * Math.Abs(_trace.Used.Mean[channel]);
        }

        private double Factor(int channel) => 1 / Math.Sqrt(Variance[channel] + Eps);

        private string Scale(int channel) => $"1/√(variance + eps) = {Words.Of(Factor(channel))}";

        private string Channels(IReadOnlyList<int> channels) =>
            $"Channel {Words.Names(channels.Select(channel => $"{channel}"))} of BatchNorm layer {_trace.Name}";
    }
}
