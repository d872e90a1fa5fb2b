using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Parameters;

/// <summary>
/// First values as PyTorch draws them: always in float32, from a generator of the request's own, so that the process-wide one
/// is neither used nor moved.
/// </summary>
internal abstract record Initializer
{
    /// <summary>A float32 tensor of the given shape.</summary>
    public abstract Tensor Draw(Shape shape, Generator generator);

    /// <summary>The same number everywhere; draws nothing.</summary>
    public sealed record Constant(double Value) : Initializer
    {
        public override Tensor Draw(Shape shape, Generator generator) => TensorOperations.Filled(shape.Dimensions, ScalarType.Float32, Value);
    }

    /// <summary>
    /// Uniform in ±1/√fanIn, as <c>nn.Linear.reset_parameters</c> has it for weights: kaiming_uniform_ with a = √5. The bound
    /// is computed in PyTorch's own order of operations, as the last bit counts.
    /// </summary>
    public sealed record KaimingUniform(long FanIn) : Initializer
    {
        public override Tensor Draw(Shape shape, Generator generator)
        {
            var gain = Math.Sqrt(2 / (1 + Math.Pow(Math.Sqrt(5), 2)));
            var bound = Math.Sqrt(3) * (gain / Math.Sqrt(FanIn));
            return empty(shape.Dimensions, ScalarType.Float32).uniform_(-bound, bound, generator);
        }
    }

    /// <summary>Uniform in ±1/√fanIn, as <c>nn.Linear.reset_parameters</c> has it for biases.</summary>
    public sealed record UniformByFanIn(long FanIn) : Initializer
    {
        public override Tensor Draw(Shape shape, Generator generator)
        {
            var bound = 1 / Math.Sqrt(FanIn);
            return empty(shape.Dimensions, ScalarType.Float32).uniform_(-bound, bound, generator);
        }
    }

    /// <summary>Normal with mean 0, as <c>torch.randn(shape) * deviation</c>.</summary>
    public sealed record Normal(double Deviation) : Initializer
    {
        public override Tensor Draw(Shape shape, Generator generator) => randn(shape.Dimensions, ScalarType.Float32, generator: generator).Times(Deviation);
    }
}
