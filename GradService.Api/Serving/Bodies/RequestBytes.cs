using GradService.Api.Serving.Budget;

namespace GradService.Api.Serving.Bodies;

/// <summary>What a request holds of the bytes that there are for all, from the first of its body to the last of its answer.</summary>
internal static class RequestBytes
{
    /// <summary>What this one holds; it is given back when the request has ended.</summary>
    public static BufferedBytes HeldBytes(this HttpContext context)
    {
        if (context.Features.Get<BufferedBytes>() is not { } held)
        {
            context.Features.Set(held = new BufferedBytes(context.RequestServices.GetRequiredService<BufferBudget>()));
            context.Response.RegisterForDispose(held);
        }

        return held;
    }
}
