using GradService.Api.Serving.Admission;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Budget;

/// <summary>Holds what is configured for all requests together within the memory that is there, and says so once where it was more.</summary>
internal sealed partial class MemoryBounds(ILogger<MemoryBounds> log) : IPostConfigureOptions<ComputeOptions>
{
    private int _said;

    public void PostConfigure(string? name, ComputeOptions options)
    {
        var (tensors, buffers) = (options.MaxTotalNativeBytes, options.MaxBufferedBytes);
        options.MaxTotalNativeBytes = Math.Min(tensors, MachineMemory.Bytes);
        options.MaxBufferedBytes = Math.Min(buffers, MachineMemory.Bytes);

        // Options are made more than once.
        if ((tensors, buffers) != (options.MaxTotalNativeBytes, options.MaxBufferedBytes) && Interlocked.Exchange(ref _said, 1) == 0)
        {
            LogBounded(log, MachineMemory.Bytes, tensors, buffers, options.MaxTotalNativeBytes, options.MaxBufferedBytes);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "There are {Bytes} bytes of memory, less than is configured: MaxTotalNativeBytes is {Tensors} in place of {AskedTensors}, MaxBufferedBytes "
            + "{Buffers} in place of {AskedBuffers}.")]
    private static partial void LogBounded(ILogger log, long bytes, long askedTensors, long askedBuffers, long tensors, long buffers);
}
