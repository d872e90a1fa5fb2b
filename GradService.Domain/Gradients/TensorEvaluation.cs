using GradService.Domain.Arrays;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs;
using GradService.Domain.Runs.Torch;
using TorchSharp;
using static TorchSharp.torch;

namespace GradService.Domain.Gradients;

/// <summary>Any network and any question, by libtorch. Its tensors belong to a scope of its own: it must be disposed by the thread that made it.</summary>
internal sealed class TensorEvaluation : Evaluation
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly PreparedRequest _prepared;
    private readonly Network _network;
    private readonly ForwardPass _pass;

    /// <param name="prepared">The request.</param>
    /// <param name="network">Its network.</param>
    /// <param name="differentiable">Whether a question will be asked; else only outputs and layers are there.</param>
    /// <param name="cancellation">Ends passes between two layers.</param>
    public TensorEvaluation(PreparedRequest prepared, Network network, bool differentiable, CancellationToken cancellation)
    {
        _prepared = prepared;
        _network = network;
        try
        {
            using var constants = differentiable ? null : no_grad();
            _pass = Run(prepared, network, cancellation);
        }
        catch
        {
            _scope.Dispose();
            throw;
        }
    }

    public override string Engine => "tensor";

    public override NdArray Outputs => field ??= _pass.Outputs.ToNdArray().Reshape(_prepared.Shape.Output.After(_prepared.Size.Samples));

    public override IReadOnlyList<LayerEvidence> Layers => field ??= [.. _pass.Taps.Select(tap => LayerEvidence.Of(tap, _network, _prepared.SamplesBehind(tap.Site)))];

    /// <summary>The pass that a request asks for, in the network's precision.</summary>
    public static ForwardPass Run(PreparedRequest prepared, Network network, CancellationToken cancellation)
    {
        var (request, dtype) = (prepared.Request, network.Dtype);
        var masks = request.Dropout is { } dropout ? DropoutMasks.Draw(prepared.Shape, prepared.Size.Samples, dropout, dtype, cancellation) : null;
        return ForwardPass.Run(network, request.Inputs.ToTensor(dtype), prepared.Plan, masks, request.BatchNorm.ReferenceInputs?.ToTensor(dtype), cancellation);
    }

    public override Answer Ask(Question question, CancellationToken cancellation) => question.Ask(_pass, _prepared.Size, cancellation);

    public override DetachedEvidence Detached(Question question, CancellationToken cancellation)
    {
        using var scope = NewDisposeScope();
        var every = DetachedEvidence.EveryFor(_prepared.Size.Samples, _prepared.Shape.KeptElements);
        var held = every == 1 ? _pass.RerunDetached(_pass.Inputs) : _pass.RerunEveryNth(every);
        var size = _prepared.Size.Decoupled with { Samples = held.Inputs.shape[0] };
        return new DetachedEvidence(question.Ask(held, size, cancellation).Gradients!, every);
    }

    public override void Dispose() => _scope.Dispose();
}
