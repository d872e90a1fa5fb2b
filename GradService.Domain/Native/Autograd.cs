#pragma warning disable RS0030 // the one place through which all gradients go
using static TorchSharp.torch;

namespace GradService.Domain.Native;

/// <summary>
/// The project's one gradient function. <c>torch.autograd.grad</c> has no guard in TorchSharp 0.107: an unused input or a
/// misshapen cotangent ends the process. <c>torch.autograd.backward</c> is guarded, but accumulates into <c>.grad</c>, which
/// belongs to the tensor: the result is taken out and the field is emptied, and nothing that two requests share is ever
/// differentiated.
/// </summary>
internal static class Autograd
{
    [ThreadStatic]
    private static SweepCount? sweeps;

    /// <summary>Backward sweeps of this thread so far: what estimates of cost, and the time after which a cancelled request ends, are held against.</summary>
    public static SweepCount Sweeps => sweeps ??= new SweepCount();

    /// <summary>
    /// cotangentᵀ·∂output/∂input: shape and dtype of <paramref name="input"/>, zeros where the output does not depend on it.
    /// The graph is kept, so that further products can be taken from it.
    /// </summary>
    /// <param name="output">What is differentiated; any shape.</param>
    /// <param name="cotangent">The weights, of the output's shape.</param>
    /// <param name="input">A leaf that requires its gradient and belongs to this request alone.</param>
    /// <param name="differentiable">Whether the result can be differentiated again.</param>
    /// <exception cref="ArgumentException">The cotangent's shape is not the output's, or the input is no leaf.</exception>
    public static Tensor VectorJacobianProduct(Tensor output, Tensor cotangent, Tensor input, bool differentiable = false) =>
        VectorJacobianProducts([(output, cotangent)], [input], differentiable)[0];

    /// <summary>
    /// Σ over the outputs of cotangentᵀ·∂output/∂input, for each of the inputs, in one sweep.
    /// </summary>
    /// <inheritdoc cref="VectorJacobianProduct"/>
    public static Tensor[] VectorJacobianProducts(IReadOnlyList<(Tensor Output, Tensor Cotangent)> outputs, IReadOnlyList<Tensor> inputs,
        bool differentiable = false)
    {
        foreach (var (output, cotangent) in outputs)
        {
            if (!output.shape.AsSpan().SequenceEqual(cotangent.shape))
            {
                throw new ArgumentException($"The cotangent has shape [{string.Join(", ", cotangent.shape)}], the output [{string.Join(", ", output.shape)}].");
            }
        }

        if (inputs.Any(input => !input.requires_grad || !input.is_leaf))
        {
            throw new ArgumentException("The input must be a leaf that requires its gradient.");
        }

        if (inputs.Count == 0)
        {
            // To libtorch no inputs would mean all leaves of the graph.
            return [];
        }

        var attached = outputs.Where(pair => pair.Output.requires_grad).ToList();
        if (attached.Count == 0)
        {
            return [.. inputs.Select(input => input.detach().ZerosLike())];
        }

        Clear(inputs);
        Sweeps.Add();
        try
        {
            autograd.backward([.. attached.Select(pair => pair.Output)], [.. attached.Select(pair => pair.Cotangent)],
                retain_graph: true, create_graph: differentiable, inputs: [.. inputs]);
            return [.. inputs.Select(input => input.grad ?? input.detach().ZerosLike())];
        }
        finally
        {
            // Otherwise the next call would add to it and, where the result is differentiable, the graph would hold itself alive.
            Clear(inputs);
        }
    }

    private static void Clear(IReadOnlyList<Tensor> inputs)
    {
        foreach (var input in inputs)
        {
            input.grad = null;
        }
    }
}

/// <summary>How many backward sweeps one thread has begun. Any thread may read it.</summary>
internal sealed class SweepCount
{
    private long _value;

    public long Value => Volatile.Read(ref _value);

    /// <summary>For the one thread whose sweeps are counted.</summary>
    public void Add() => Volatile.Write(ref _value, _value + 1);
}
