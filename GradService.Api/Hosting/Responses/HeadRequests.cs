using Microsoft.AspNetCore.Http.Features;

namespace GradService.Api.Hosting.Responses;

/// <summary>HEAD is answered as GET is, without the body (RFC 9110, section 9.3.2).</summary>
internal static class HeadRequests
{
    public static IServiceCollection AddHeadRequests(this IServiceCollection services) => services.AddSingleton<IStartupFilter, BeforeRouting>();

    private static async Task AsGetAsync(HttpContext context, RequestDelegate following)
    {
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null, body));
        context.Request.Method = HttpMethods.Get;
        try
        {
            await following(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;
            context.Features.Set(body);
        }
    }

    /// <summary>Comes before the endpoint is chosen.</summary>
    private sealed class BeforeRouting : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) => HttpMethods.IsHead(context.Request.Method) ? AsGetAsync(context, following) : following(context));
            next(app);
        };
    }
}
