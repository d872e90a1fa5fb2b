using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>One backward sweep for each output element of each sample: N·M of them, right under every mode, O(N²).</summary>
internal static class RowByRow
{
    /// <summary>∂y_i/∂x_i, [N, M, D…]: of each row of the Jacobian the own block is kept.</summary>
    public static NdArray PerSample(ForwardPass pass, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var result = NdArray.Allocate(resultShape, pass.Dtype);
        var block = pass.Inputs.numel() / pass.Inputs.shape[0];
        ForEachRow(pass, outputs, (row, sample, gradient) => gradient.select(0, sample).CopyTo(result, row * block), cancellation);
        return result;
    }

    /// <summary>∂y_j/∂x_i, [N, M, N, D…].</summary>
    public static NdArray Jacobian(ForwardPass pass, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var result = NdArray.Allocate(resultShape, pass.Dtype);
        ForEachRow(pass, outputs, (row, _, gradient) => gradient.CopyTo(result, row * pass.Inputs.numel()), cancellation);
        return result;
    }

    /// <summary>Calls back with the number of the row, the sample whose output it differentiates, and the row [N, D…].</summary>
    private static void ForEachRow(ForwardPass pass, long[] outputs, Action<long, long, Tensor> use, CancellationToken cancellation)
    {
        var (samples, elements) = (pass.Outputs.shape[0], pass.Outputs.shape[1]);
        var cotangent = zeros_like(pass.Outputs).detach();
        for (var row = 0L; row < samples * outputs.Length; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            var sample = row / outputs.Length;
            var element = (sample * elements) + outputs[row % outputs.Length];
            Set(cotangent, element, 1);
            use(row, sample, Autograd.VectorJacobianProduct(pass.Outputs, cotangent, pass.Inputs));
            Set(cotangent, element, 0);
        }
    }

    /// <summary>Writes one number into a contiguous tensor.</summary>
    private static void Set(Tensor tensor, long element, double value)
    {
        if (tensor.dtype == ScalarType.Float32)
        {
            MemoryMarshal.Cast<byte, float>(tensor.bytes)[(int)element] = (float)value;
        }
        else
        {
            MemoryMarshal.Cast<byte, double>(tensor.bytes)[(int)element] = value;
        }
    }
}
