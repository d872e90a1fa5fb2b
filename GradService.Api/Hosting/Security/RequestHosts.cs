using System.Net;
using GradService.Api.Serving.Refusals;
using GradService.Domain.Faults;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Primitives;

namespace GradService.Api.Hosting.Security;

/// <summary>
/// By which names the service may be called: those of AllowedHosts, and on loopback those of loopback, as the header Host came and before
/// a proxy's word for it. A page whose own name leads to this machine would else be taken for one of the service's.
/// </summary>
internal sealed class RequestHosts(IConfiguration configuration) : IStartupFilter
{
    private readonly string[] _configured =
        (configuration["AllowedHosts"] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>The last that was right wherever it came in: most requests have the same, and are let through for a comparison.</summary>
    private string? _known;

    public static void Add(IServiceCollection services)
    {
        // Before all others, ASP.NET's own among them, whose refusals are no problem documents.
        services.Insert(0, ServiceDescriptor.Singleton<IStartupFilter, RequestHosts>());
        services.PostConfigure<HostFilteringOptions>(options => options.AllowedHosts = ["*"]);
    }

    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        if (!_configured.Contains("*"))
        {
            app.Use((context, following) => IsAllowed(context.Request.Host, context.Connection.LocalIpAddress) ? following(context) : RefuseAsync(context));
        }

        next(app);
    };

    /// <param name="host">The header Host; one who sends none is no browser.</param>
    /// <param name="local">Where the request came in; null where that is no address of a network.</param>
    public bool IsAllowed(HostString host, IPAddress? local)
    {
        if (!host.HasValue || host.Value == _known)
        {
            return true;
        }

        var isOnLoopback = local is not null && IPAddress.IsLoopback(local);
        if (_configured.Length == 0 && !isOnLoopback)
        {
            return true;
        }

        if (IsConfigured(host.Host) || (_configured.Length == 0 && IsLoopback(host.Host)))
        {
            _known = host.Value;
            return true;
        }

        return isOnLoopback && IsLoopback(host.Host);
    }

    private bool IsConfigured(string name) => _configured.Length > 0 && HostString.MatchesAny(name, [.. _configured.Select(each => new StringSegment(each))]);

    private static bool IsLoopback(string name) =>
        name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(name, out var address) && IPAddress.IsLoopback(address));

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return ProblemMapping.WriteAsync(context, new ProblemDetails
        {
            Status = StatusCodes.Status400BadRequest,
            Title = "The service is not called by this name.",
            Detail = $"Expected a Host that the service may be called by, got {Fault.Quoted(context.Request.Host.Value ?? "")}. On this machine that is "
                + "localhost or 127.0.0.1; whoever runs the service can add others in AllowedHosts.",
        });
    }
}
