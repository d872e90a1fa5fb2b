using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace GradService.Tests.Api.Hosting.ReverseProxy;

/// <summary>What a caller asked the proxy for, believed where the operator says so and nowhere else.</summary>
public sealed class ForwardedHeadersTests
{
    /// <summary>What ASPNETCORE_FORWARDEDHEADERS_ENABLED=true becomes once the host has taken its prefix off.</summary>
    private const string Switch = "FORWARDEDHEADERS_ENABLED";

    [Fact]
    public async Task Scheme_host_and_address_of_the_caller_are_the_forwarded_ones_where_that_is_switched_on()
    {
        await using var application = new GradApplication { Settings = [(Switch, "true"), ("PathBase", "/gradservice")] };
        Assert.Equal("https://grad.example:8443/gradservice from 192.0.2.7", await SeenAsync(application));
    }

    [Fact]
    public async Task They_are_not_believed_by_default()
    {
        await using var application = new GradApplication { Settings = [("PathBase", "/gradservice")] };
        Assert.Equal("http://localhost/gradservice from nowhere", await SeenAsync(application));
    }

    /// <summary>What the service takes the request for.</summary>
    private static async Task<string> SeenAsync(GradApplication plain)
    {
        var seen = new Witness();
        await using var application = plain.WithWebHostBuilder(builder => builder.ConfigureServices(services => services.AddSingleton<IStartupFilter>(seen)));
        using var client = application.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/gradservice/health/live");
        request.Headers.Add("X-Forwarded-For", "192.0.2.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "grad.example:8443");
        using var response = await client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return seen.Request;
    }

    /// <summary>Looks at a request once the service has answered it, when everything on its way has had its say.</summary>
    private sealed class Witness : IStartupFilter
    {
        public string Request { get; private set; } = "";

        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use(async (context, following) =>
            {
                context.Response.OnStarting(() =>
                {
                    Request = $"{context.Request.Scheme}://{context.Request.Host}{context.Request.PathBase} from "
                        + $"{context.Connection.RemoteIpAddress?.ToString() ?? "nowhere"}";
                    return Task.CompletedTask;
                });
                await following(context);
            });
            next(app);
        };
    }
}
