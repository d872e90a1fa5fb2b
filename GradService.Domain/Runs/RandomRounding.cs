using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Runs;

/// <summary>
/// Moves every number up or down by a relative eps. An answer computed once more, with this done to all that layers give on and to the statistics
/// that they take, differs from the first by about as much as rounding makes of either (D. S. Parker, "Monte Carlo Arithmetic", 1997). As in rounding,
/// equal numbers move alike: samples that are the same stay the same. Nothing is left to chance: a request has the same findings each time.
/// </summary>
internal sealed class RandomRounding
{
    private uint _call;

    /// <summary>Moves the numbers in place.</summary>
    public void Move<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (up, down) = Factors<T>();
        var salt = ++_call * 0x85EBCA6B;
        foreach (ref var value in values)
        {
            value *= IsUp(value, salt) ? up : down;
        }
    }

    /// <summary>The tensor with its numbers moved; gradients that come back through it are, too.</summary>
    public Tensor Move(Tensor x)
    {
        var factors = x.detach().clone().contiguous();
        if (x.dtype == ScalarType.Float32)
        {
            ToFactors(MemoryMarshal.Cast<byte, float>(factors.bytes));
        }
        else
        {
            ToFactors(MemoryMarshal.Cast<byte, double>(factors.bytes));
        }

        return x.Times(factors);
    }

    private void ToFactors<T>(Span<T> values)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var (up, down) = Factors<T>();
        var salt = ++_call * 0x85EBCA6B;
        foreach (ref var value in values)
        {
            value = IsUp(value, salt) ? up : down;
        }
    }

    private static (T Up, T Down) Factors<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var eps = T.CreateTruncating(DenseArrays.DtypeOf<T>().Epsilon());
        return (T.One + eps, T.One - eps);
    }

    /// <summary>A bit that hangs on all of the number's (the finalizer of A. Appleby's MurmurHash3).</summary>
    private static bool IsUp<T>(T value, uint salt)
        where T : unmanaged
    {
        var bits = Unsafe.SizeOf<T>() == sizeof(uint) ? Unsafe.BitCast<T, uint>(value) : Fold(Unsafe.BitCast<T, ulong>(value));
        bits ^= salt;
        bits = (bits ^ (bits >> 16)) * 0x85EBCA6B;
        bits = (bits ^ (bits >> 13)) * 0xC2B2AE35;
        return (bits & 0x10000) == 0;
    }

    private static uint Fold(ulong bits) => (uint)(bits ^ (bits >> 32));
}
