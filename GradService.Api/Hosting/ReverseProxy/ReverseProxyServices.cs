using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace GradService.Api.Hosting.ReverseProxy;

/// <summary>What the service must know when callers come through a proxy: the path it is served below, and what they asked the proxy for.</summary>
internal static class ReverseProxyServices
{
    public static IServiceCollection AddReverseProxy(this IServiceCollection services)
    {
        services.AddOptions<ReverseProxyOptions>().BindConfiguration("").ValidateDataAnnotations();
        services.AddOptions<ForwardedHeadersOptions>().Configure(forwarded =>
        {
            // ASP.NET's own switch (ASPNETCORE_FORWARDEDHEADERS_ENABLED) takes the scheme and the caller's address, and leaves
            // out the host. Where it is off nothing is set yet, and nothing must be.
            if (forwarded.ForwardedHeaders != ForwardedHeaders.None)
            {
                forwarded.ForwardedHeaders |= ForwardedHeaders.XForwardedHost;
            }
        });
        return services;
    }

    /// <summary>Comes first: all that follows sees paths as if the service stood at the root.</summary>
    /// <exception cref="OptionsValidationException">PathBase is no path.</exception>
    public static WebApplication UseReverseProxy(this WebApplication app)
    {
        app.UsePathBase(app.Services.GetRequiredService<IOptions<ReverseProxyOptions>>().Value.PathBase);
        return app;
    }
}
