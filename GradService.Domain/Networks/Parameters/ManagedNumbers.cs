namespace GradService.Domain.Networks.Parameters;

/// <summary>In managed memory.</summary>
internal sealed class ManagedNumbers(long seed) : SeededNumbers
{
    private readonly MersenneTwister _generator = new(seed);

    public override float[] Uniform(long count, double bound)
    {
        // The lower 24 bits, all that single precision holds, and product and sum rounded once, as in libtorch's kernels for AVX2 and
        // later; for older processors it has others, with other last bits.
        var values = GC.AllocateUninitializedArray<float>((int)count);
        var (from, width) = ((float)-bound, (float)bound - (float)-bound);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = MathF.FusedMultiplyAdd((_generator.Next() & 0xffffffu) * (1f / (1 << 24)), width, from);
        }

        return values;
    }

    public override float[] Normal(long count, double deviation) =>
        throw new NotSupportedException("PyTorch makes normal numbers by a logarithm and a cosine of its own, whose last bits only libtorch has.");

    public override void Dispose()
    {
    }
}
