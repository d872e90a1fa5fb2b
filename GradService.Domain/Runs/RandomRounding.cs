using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Runs;

/// <summary>
/// Moves every number up or down by a relative eps. An answer computed once more, with this done to all that layers give on, differs from the
/// first by about as much as rounding makes of either (D. S. Parker, "Monte Carlo Arithmetic", 1997). The signs have no pattern, and are always the
/// same, so that a request has the same findings each time.
/// </summary>
internal sealed class RandomRounding
{
    private ulong _state = 0x9E3779B97F4A7C15;

    /// <summary>Moves the numbers in place.</summary>
    public void Move<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var eps = T.CreateTruncating(DenseArrays.DtypeOf<T>().Epsilon());
        var (signs, up, down) = (0UL, T.One + eps, T.One - eps);
        for (var i = 0; i < values.Length; i++)
        {
            signs = i % 64 == 0 ? Next() : signs >> 1;
            values[i] *= (signs & 1) == 0 ? up : down;
        }
    }

    /// <summary>The tensor with its numbers moved; gradients that come back through it are, too.</summary>
    public Tensor Move(Tensor x)
    {
        var dtype = x.dtype == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64;
        var factors = NdArray.AllocateUninitialized(new Shape(x.shape), dtype);
        if (dtype == Dtype.Float32)
        {
            Fill(factors.Values<float>());
        }
        else
        {
            Fill(factors.Values<double>());
        }

        return x.Times(factors.ToTensor(dtype));
    }

    private void Fill<T>(Span<T> factors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        factors.Fill(T.One);
        Move(factors);
    }

    /// <summary>G. Marsaglia, "Xorshift RNGs", 2003, times a constant, as its last bits alone are weak.</summary>
    private ulong Next()
    {
        _state ^= _state >> 12;
        _state ^= _state << 25;
        _state ^= _state >> 27;
        return _state * 0x2545F4914F6CDD1D;
    }
}
