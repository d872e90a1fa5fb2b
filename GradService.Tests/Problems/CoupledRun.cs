using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using static TorchSharp.torch;

namespace GradService.Tests.Problems;

/// <summary>A problem's run, made as the service makes it, for what the service does not hand out. Its tensors live as long as it does.</summary>
internal sealed class CoupledRun : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Network _network;

    public CoupledRun(Problem problem)
    {
        var shape = NetworkShape.Infer(problem.Network, new Limits());
        _network = Network.Of(ParameterValues.Of(problem.Network, shape));
        var plan = RunPlan.Of(shape, problem.Norm, problem.Samples, problem.DropoutSeed is { } seed ? new DropoutSpec { Seed = seed } : null);
        Size = plan.Size;
        Run = TorchRun.Of(plan, _network, new NdArray(problem.InputShape, problem.Inputs).ToTensor(shape.Dtype));
    }

    public TorchRun Run { get; }

    public ProblemSize Size { get; }

    /// <summary>Sweeps that a question takes on this run, the forward pass not among them.</summary>
    public long SweepsOf(Question question)
    {
        var before = Autograd.Sweeps.Value;
        question.Ask(Run, Size, CancellationToken.None);
        return Autograd.Sweeps.Value - before;
    }

    /// <summary>cotangentᵀ·J at other inputs; statistics are computed anew where the gradient flows through them, else held at those of this run.</summary>
    public double[] Vjp(NdArray cotangent, double[] inputs)
    {
        using var scope = NewDisposeScope();
        var moved = Run.Rerun(new NdArray(Size.Inputs, inputs).ToTensor(Dtype.Float64));
        return Autograd.VectorJacobianProduct(moved.Outputs, cotangent.ToTensor(Dtype.Float64), moved.Inputs).ToDoubles();
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }
}
