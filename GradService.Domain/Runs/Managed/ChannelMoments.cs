using System.Numerics;
using GradService.Domain.Networks.Dense;

namespace GradService.Domain.Runs.Managed;

/// <summary>
/// Mean and variance of each channel, block by block: each block's own in its precision, then put together in double precision (Chan,
/// Golub and LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances", 1979).
/// </summary>
internal sealed class ChannelMoments(int channels)
{
    private readonly double[] _means = new double[channels];
    private readonly double[] _squares = new double[channels];
    private long _count;

    /// <summary>Takes a block [C, B] in, of which so many samples are there.</summary>
    public void Add<T>(ReadOnlySpan<T> block, int samples)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var size = block.Length / _means.Length;
        var total = _count + samples;
        for (var channel = 0; channel < _means.Length; channel++)
        {
            var unit = block.Slice(channel * size, samples);
            var mean = T.CreateTruncating(double.CreateTruncating(Sums.Of(unit)) / samples);
            var squares = double.CreateTruncating(Sums.OfSquaredDeviations(unit, mean));
            var apart = double.CreateTruncating(mean) - _means[channel];
            _means[channel] += apart * samples / total;
            _squares[channel] += squares + (apart * apart * _count * samples / total);
        }

        _count = total;
    }

    public T[] Means<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(_means, T.CreateTruncating);

    /// <summary>Biased: Σ (h − mean)² / n.</summary>
    public T[] Variances<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Array.ConvertAll(_squares, squares => T.CreateTruncating(squares / _count));
}
