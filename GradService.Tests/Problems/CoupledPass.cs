using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Tests.Problems;

/// <summary>A problem's forward pass, made as the service makes it, for what the service does not hand out. Its tensors live as long as it does.</summary>
internal sealed class CoupledPass : IDisposable
{
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();
    private readonly Network _network;

    public CoupledPass(Problem problem)
    {
        var shape = NetworkShape.Infer(problem.Network, new Limits());
        _network = Network.Of(ParameterValues.Of(problem.Network, shape));
        var plan = NormalizationPlan.Resolve(shape, problem.Norm);
        var masks = problem.DropoutSeed is { } seed ? DropoutMasks.Draw(shape, problem.Samples, new DropoutSpec { Seed = seed }, shape.Dtype, CancellationToken.None) : null;
        Size = ProblemSize.Of(shape, plan, problem.Samples);
        Pass = ForwardPass.Run(_network, new NdArray(problem.InputShape, problem.Inputs).ToTensor(shape.Dtype), plan, masks, problem.Norm.ReferenceInputs?.ToTensor(shape.Dtype));
    }

    public ForwardPass Pass { get; }

    public ProblemSize Size { get; }

    /// <summary>Sweeps that a question takes on this pass, the forward pass not among them.</summary>
    public long SweepsOf(Question question)
    {
        var before = Autograd.Sweeps.Value;
        question.Ask(Pass, Size, CancellationToken.None);
        return Autograd.Sweeps.Value - before;
    }

    /// <summary>cotangentᵀ·J at other inputs; statistics are computed anew where the gradient flows through them, else held at those of this pass.</summary>
    public double[] Vjp(NdArray cotangent, double[] inputs)
    {
        using var scope = NewDisposeScope();
        var moved = Pass.Rerun(new NdArray(Size.Inputs, inputs).ToTensor(Dtype.Float64));
        return Autograd.VectorJacobianProduct(moved.Outputs, cotangent.ToTensor(Dtype.Float64), moved.Inputs).ToDoubles();
    }

    public void Dispose()
    {
        _network.Dispose();
        _scope.Dispose();
    }
}
