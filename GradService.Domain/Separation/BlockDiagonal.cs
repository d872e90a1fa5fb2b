using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// Where samples are not coupled the batch Jacobian is block-diagonal: the sum over samples of one output element has each
/// sample's own gradient as its gradient, so M sweeps serve all N samples.
/// </summary>
internal static class BlockDiagonal
{
    /// <summary>∂y_i/∂x_i, [N, M, D…].</summary>
    public static NdArray PerSample(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var result = NdArray.Allocate(resultShape, run.Dtype);
        var samples = run.Inputs.shape[0];
        var block = run.Inputs.numel() / samples;
        for (var m = 0; m < outputs.Length; m++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            var cotangent = run.Outputs.UnitLike(1, outputs[m]);
            var gradient = Autograd.VectorJacobianProduct(run.Outputs, cotangent, run.Inputs).ToNdArray();
            for (var sample = 0L; sample < samples; sample++)
            {
                CopyBlock(gradient, sample * block, result, ((sample * outputs.Length) + m) * block, block);
            }
        }

        return result;
    }

    /// <summary>∂y_j/∂x_i, [N, M, N, D…]: exact zeros off the diagonal blocks.</summary>
    public static NdArray Jacobian(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation)
    {
        var samples = run.Inputs.shape[0];
        var block = run.Inputs.numel() / samples;
        var own = PerSample(run, outputs, new Shape(samples, outputs.Length, block), cancellation);
        var result = NdArray.Allocate(resultShape, own.Dtype);
        for (var row = 0L; row < samples * outputs.Length; row++)
        {
            CopyBlock(own, row * block, result, ((row * samples) + (row / outputs.Length)) * block, block);
        }

        return result;
    }

    private static void CopyBlock(NdArray from, long at, NdArray to, long offset, long count)
    {
        var size = from.Dtype.SizeInBytes();
        from.Bytes.Slice((int)(at * size), (int)(count * size)).CopyTo(to.Bytes[(int)(offset * size)..]);
    }
}
