namespace GradService.Domain.Networks.Parameters;

/// <summary>Float32 numbers as PyTorch's CPU generator gives them after manual_seed, one draw behind the other.</summary>
internal abstract class SeededNumbers : IDisposable
{
    /// <summary>A generator for values of these kinds: without libtorch, if that gives the same bits.</summary>
    public static SeededNumbers For(long seed, IEnumerable<Initializer> values) =>
        values.Any(value => value is Initializer.Normal) ? new LibTorchNumbers(seed) : new ManagedNumbers(seed);

    /// <summary>As <c>torch.empty(count).uniform_(-bound, bound)</c>.</summary>
    public abstract float[] Uniform(long count, double bound);

    /// <summary>As <c>torch.randn(count) * deviation</c>.</summary>
    public abstract float[] Normal(long count, double deviation);

    public abstract void Dispose();
}
