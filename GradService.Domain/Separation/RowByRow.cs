using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>One backward sweep for each output element of each sample: N·M of them, right under every mode, O(N²).</summary>
internal sealed class RowByRow : SeparationWay
{
    public static RowByRow Way { get; } = new();

    public override Strategy Strategy => Strategy.RowByRow;

    public override bool Applies(Asked asked) => true;

    public override long Sweeps(Asked asked) => asked.RowSweeps;

    protected override string Reason(Asked asked) => $"row by row: with two or more coupled layers orders above {Expansion.MaxOrder} have no other way";

    protected override bool HasRival(Asked asked) => false;

    /// <summary>∂y_i/∂x_i, [N, M, D…]: of each row of the Jacobian the own block is kept.</summary>
    public override NdArray OwnGradients(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var result = NdArray.Allocate(resultShape, run.Dtype);
        var block = run.Inputs.numel() / run.Inputs.shape[0];
        ForEachRow(run, outputs, (row, sample, gradient) => gradient.select(0, sample).CopyTo(result, row * block), cancellation);
        return result;
    }

    /// <summary>∂y_j/∂x_i, [N, M, N, D…].</summary>
    public static NdArray Jacobian(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var result = NdArray.Allocate(resultShape, run.Dtype);
        ForEachRow(run, outputs, (row, _, gradient) => gradient.CopyTo(result, row * run.Inputs.numel()), cancellation);
        return result;
    }

    /// <summary>Calls back with the number of the row, the sample whose output it differentiates, and the row [N, D…].</summary>
    private static void ForEachRow(TorchRun run, long[] outputs, Action<long, long, Tensor> use, CancellationToken cancellation)
    {
        var (samples, elements) = (run.Outputs.shape[0], run.Outputs.shape[1]);
        var cotangent = run.Outputs.ZerosLike();
        for (var row = 0L; row < samples * outputs.Length; row++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            var sample = row / outputs.Length;
            var element = (sample * elements) + outputs[row % outputs.Length];
            Set(cotangent, element, 1);
            use(row, sample, Autograd.VectorJacobianProduct(run.Outputs, cotangent, run.Inputs));
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
