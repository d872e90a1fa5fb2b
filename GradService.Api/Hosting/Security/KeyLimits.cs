using System.Globalization;
using System.Threading.RateLimiting;
using GradService.Api.Serving.Refusals;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.RateLimiting;

namespace GradService.Api.Hosting.Security;

/// <summary>How much a key may ask for in a minute.</summary>
internal static class KeyLimits
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static void Configure(RateLimiterOptions limiter, ApiKeyOptions options)
    {
        var limits = options.Keys.Where(key => key.RequestsPerMinute is not null)
            .ToDictionary(key => key.Name, key => key.RequestsPerMinute!.Value, StringComparer.Ordinal);
        limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(context =>
            context.User.Identity?.Name is { } name && limits.TryGetValue(name, out var limit)
                ? RateLimitPartition.GetFixedWindowLimiter(name,
                    _ => new FixedWindowRateLimiterOptions { PermitLimit = limit, Window = Window, QueueLimit = 0 })
                : RateLimitPartition.GetNoLimiter(""));
        limiter.OnRejected = (rejected, _) => new ValueTask(RefuseAsync(rejected, limits));
    }

    private static Task RefuseAsync(OnRejectedContext rejected, Dictionary<string, int> limits)
    {
        var context = rejected.HttpContext;
        var name = context.User.Identity!.Name!;
        var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var left) ? left : Window;
        context.Response.StatusCode = StatusCodes.Status429TooManyRequests;
        context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return ProblemMapping.WriteAsync(context, new ProblemDetails
        {
            Status = StatusCodes.Status429TooManyRequests,
            Title = "This key has asked too often.",
            Detail = $"The key {name} may ask {limits[name]} times in a minute (limit RequestsPerMinute). Retry-After says when the next one begins.",
        });
    }
}
