namespace GradService.Domain.Networks.Parameters;

/// <summary>First values as PyTorch draws them: always in float32, from a generator of the request's own.</summary>
internal abstract record Initializer
{
    /// <summary>So many numbers.</summary>
    public abstract float[] Draw(long count, SeededNumbers numbers);

    /// <summary>The same number everywhere; draws nothing.</summary>
    public sealed record Constant(double Value) : Initializer
    {
        public override float[] Draw(long count, SeededNumbers numbers)
        {
            var values = new float[count];
            Array.Fill(values, (float)Value);
            return values;
        }
    }

    /// <summary>
    /// Uniform in ±1/√fanIn, as <c>nn.Linear.reset_parameters</c> has it for weights: kaiming_uniform_ with a = √5. The bound
    /// is computed in PyTorch's own order of operations, as the last bit counts.
    /// </summary>
    public sealed record KaimingUniform(long FanIn) : Initializer
    {
        public override float[] Draw(long count, SeededNumbers numbers)
        {
            var gain = Math.Sqrt(2 / (1 + Math.Pow(Math.Sqrt(5), 2)));
            return numbers.Uniform(count, Math.Sqrt(3) * (gain / Math.Sqrt(FanIn)));
        }
    }

    /// <summary>Uniform in ±1/√fanIn, as <c>nn.Linear.reset_parameters</c> has it for biases.</summary>
    public sealed record UniformByFanIn(long FanIn) : Initializer
    {
        public override float[] Draw(long count, SeededNumbers numbers) => numbers.Uniform(count, 1 / Math.Sqrt(FanIn));
    }

    /// <summary>Normal with mean 0, as <c>torch.randn(shape) * deviation</c>.</summary>
    public sealed record Normal(double Deviation) : Initializer
    {
        public override float[] Draw(long count, SeededNumbers numbers) => numbers.Normal(count, Deviation);
    }
}
