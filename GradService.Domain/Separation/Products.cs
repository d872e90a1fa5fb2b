using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>Products with the full batch Jacobian, single or in stacks.</summary>
internal static class Products
{
    /// <summary>What is wrong with an array that should be a factor of the given shape or, where that makes sense, a stack of such.</summary>
    public static IEnumerable<Fault> CheckFactor(NdArray factor, string path, Shape shape, Dtype dtype, bool stacks = true)
    {
        var isStack = stacks && factor.Shape.Rank == shape.Rank + 1;
        if ((!isStack && factor.Shape.Rank != shape.Rank) || !factor.Shape.Dimensions[^shape.Rank..].SequenceEqual(shape.Dimensions))
        {
            yield return Fault.Invalid(path,
                $"an array of shape {shape}{(stacks ? $", or a stack of R such, [R, {string.Join(", ", shape.Dimensions.ToArray())}]" : "")}",
                BatchShape.Got(factor.Shape));
        }
        else if (factor.Count == 0)
        {
            yield return Fault.Invalid(path, "at least one array in the stack", "none");
        }
        else if (factor.FirstNonFinite() is >= 0 and var at)
        {
            yield return Fault.Invalid(path + factor.PositionOf(at), "a finite number", $"{factor[at]}");
        }
        else
        {
            BatchShape.CheckPrecision(factor, path, dtype);
        }
    }

    /// <summary>The arrays of a stack, each flat.</summary>
    public static double[][] Split(NdArray stack, long count)
    {
        var size = stack.Count / (int)count;
        var parts = new double[count][];
        for (var i = 0; i < parts.Length; i++)
        {
            parts[i] = new double[size];
            for (var j = 0; j < size; j++)
            {
                parts[i][j] = stack[((long)i * size) + j];
            }
        }

        return parts;
    }

    /// <summary>cotangentᵀ·J for each cotangent [N, M] of the stack: one sweep each.</summary>
    public static NdArray VectorJacobian(TorchRun run, NdArray cotangents, Shape resultShape, CancellationToken cancellation)
    {
        var dtype = run.Dtype;
        var result = NdArray.Allocate(resultShape, dtype);
        var stack = cotangents.ToTensor(dtype).view([-1, .. run.Outputs.shape]);
        for (var i = 0L; i < stack.shape[0]; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            var product = Autograd.VectorJacobianProduct(run.Outputs, stack.select(0, i), run.Inputs);
            product.CopyTo(result, i * product.numel());
        }

        return result;
    }

    /// <summary>
    /// J·tangent for each tangent [N, D…] of the stack, by differentiating vᵀ·J, which is linear in v, along v: one sweep, and one
    /// more for each tangent.
    /// </summary>
    public static NdArray JacobianVector(TorchRun run, NdArray tangents, Shape resultShape, CancellationToken cancellation)
    {
        var dtype = run.Dtype;
        var result = NdArray.Allocate(resultShape, dtype);
        var stack = tangents.ToTensor(dtype).view([-1, .. run.Inputs.shape]);
        var v = run.Outputs.ZerosLike().requires_grad_();
        var product = Autograd.VectorJacobianProduct(run.Outputs, v, run.Inputs, differentiable: true);
        for (var i = 0L; i < stack.shape[0]; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            Autograd.VectorJacobianProduct(product, stack.select(0, i), v).CopyTo(result, i * run.Outputs.numel());
        }

        return result;
    }
}
