using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Parameters;

/// <summary>By libtorch, from a generator of its own, so that the process-wide one is neither used nor moved.</summary>
internal sealed class LibTorchNumbers : SeededNumbers
{
    private readonly Generator _generator;

    public LibTorchNumbers(long seed)
    {
        LibTorch.PrepareThread();
        _generator = new Generator(unchecked((ulong)seed));
    }

    public override float[] Uniform(long count, double bound)
    {
        using var scope = NewDisposeScope();
        return Values(Tensors.Uniform(count, ScalarType.Float32, bound, _generator));
    }

    public override float[] Normal(long count, double deviation)
    {
        using var scope = NewDisposeScope();
        return Values(Tensors.Normal(count, ScalarType.Float32, _generator).Times(deviation));
    }

    public override void Dispose() => _generator.Dispose();

    private static float[] Values(Tensor drawn) => (float[])drawn.ToNdArray().Buffer;
}
