using GradService.Api.Admission;
using GradService.Api.Observability;
using GradService.Api.Requests;
using GradService.Domain;

namespace GradService.Api.Networks;

/// <summary>
/// The way of requests of other protocols: a body that is read by the protocol's own rules, whatever it is declared to be, and becomes a
/// request as /v1 has it.
/// </summary>
internal sealed class ServedNetworks(RequestBody body, ComputeQueue queue, GradientService service)
{
    /// <summary>What a body asks for, where nothing is computed.</summary>
    /// <exception cref="FaultException">The body is too large, or wrong.</exception>
    public async Task<T> ReadAsync<T>(HttpContext context, Func<ReadOnlyMemory<byte>, T> read)
    {
        using var stage = Stages.Start("read");
        using var bytes = await body.ReadBytesAsync(context);
        return read(bytes.Memory);
    }

    /// <summary>The outputs.</summary>
    /// <exception cref="FaultException">The request is wrong, too large, or has no answer.</exception>
    public async Task<ForwardResult> EvaluateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, ForwardRequest> read)
    {
        var request = await ReadAsync(context, read);
        return await queue.RunAsync(cancellation => service.Forward(request, cancellation), context.RequestAborted);
    }

    /// <summary>The gradient asked for.</summary>
    /// <inheritdoc cref="EvaluateAsync"/>
    public async Task<GradientResult> DifferentiateAsync(HttpContext context, Func<ReadOnlyMemory<byte>, GradientRequest> read)
    {
        var request = await ReadAsync(context, read);
        return await queue.RunAsync(cancellation => service.Differentiate(request, cancellation), context.RequestAborted);
    }
}
