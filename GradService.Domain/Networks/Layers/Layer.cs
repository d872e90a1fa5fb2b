using System.Numerics;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks.Dense;
using static TorchSharp.torch;

namespace GradService.Domain.Networks.Layers;

/// <summary>A layer as it is described, without numbers; names and defaults are PyTorch's.</summary>
public abstract record Layer
{
    /// <summary>The name in the spec.</summary>
    internal string Type => LayerTable.NameOf(GetType());

    /// <summary>The same layer in the one way in which it is written down where content counts: what stands for a default is the default.</summary>
    internal virtual Layer Canonical => this;

    /// <summary>How many tensors of its output's size a differentiable pass keeps for it.</summary>
    internal virtual long KeptCopies => 1;

    /// <summary>Elements per sample that a differentiable pass keeps for it.</summary>
    internal virtual long KeptElements(LayerNode node) => node.Output.Elements.SaturatingTimes(KeptCopies);

    /// <summary>Elements per sample of what it needs beside its input and output only while it runs.</summary>
    internal virtual long ScratchElements(LayerNode node) => 0;

    /// <summary>What a call of it takes.</summary>
    internal abstract LayerWork Work(LayerNode node, Dtype dtype);

    /// <summary>What a sample takes in managed memory, in nanoseconds of one usual core; null where <see cref="Dense{T}"/> is.</summary>
    internal virtual (double Forward, double Backward)? DenseWork(LayerNode node, Dtype dtype) => null;

    /// <summary>Whether a batch may be handed to it in pieces: no sample's result depends on another sample, or on its place in the batch.</summary>
    internal virtual bool TreatsSamplesAlone => true;

    /// <summary>How a sample's result depends on the sample; of a layer that holds others, what it does beside them.</summary>
    internal virtual Linearity Linearity => Linearity.Curved;

    /// <summary>The shape rule: what leaves when samples of shape <paramref name="input"/> enter, and which parameters that takes.</summary>
    /// <exception cref="FaultException">The layer cannot take that shape; the fault names the layer and the sizes.</exception>
    internal abstract LayerNode Place(LayerPath path, Shape input, ShapeInference inference);

    /// <summary>The layer's mathematics; x [N, D…] with D… the node's input shape.</summary>
    internal abstract Tensor Forward(LayerNode node, Tensor x, IForward pass);

    /// <summary>The same mathematics over vectors in managed memory, for samples of one axis; null where there are only tensors.</summary>
    /// <param name="node">The layer in its place.</param>
    /// <param name="parameter">A parameter's values by its name, null if there is none. They are shared, and not to be written to.</param>
    internal virtual IDenseKernel<T>? Dense<T>(LayerNode node, Func<string, NdArray?> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => null;

    private protected LayerNode Node(LayerPath path, Shape input, Shape output, params IReadOnlyList<Parameters.ParameterSpec> parameters) =>
        new(this, path, input, output, parameters, []);

    private protected FaultException Refuse(LayerPath path, string expected, Shape got) =>
        new(Fault.Invalid($"network.{path.Field}", $"{expected} to reach layer {path.Name} ({Type})", $"samples of shape {got}"));
}
