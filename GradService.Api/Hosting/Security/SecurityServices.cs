using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Measurement;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Hosting.Security;

/// <summary>Who may ask, how often, and from which pages. What says nothing else needs a key, where keys are configured; health says so.</summary>
internal static class SecurityServices
{
    private static readonly string[] Methods = ["GET", "HEAD", "POST", "PUT", "DELETE"];
    private static readonly string[] ExposedHeaders = ["Retry-After", "Location", "ETag", "Allow", FindingsHeader.Name];

    public static IServiceCollection AddSecurity(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SecurityOptions>().BindConfiguration(SecurityOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ApiKeyOptions>().Configure(options => configuration.GetSection(ApiKeyOptions.Section).Bind(options.Keys)).ValidateDataAnnotations()
            .ValidateOnStart();
        services.AddSingleton<IValidateOptions<ApiKeyOptions>, ApiKeySpelling>();
        services.AddCors();
        services.AddSingleton<KeyRefusals>().AddSingleton<IMeasured>(provider => provider.GetRequiredService<KeyRefusals>());
        RequestHosts.Add(services);
        if (NeedsKeys(configuration))
        {
            services.AddAuthentication(ApiKeyHandler.SchemeName).AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null);
            services.AddAuthorizationBuilder().SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
            services.AddRateLimiter(_ => { }).AddOptions<RateLimiterOptions>()
                .Configure<IOptions<ApiKeyOptions>>((limiter, keys) => KeyLimits.Configure(limiter, keys.Value));
            services.Configure<SwaggerGenOptions>(ApiKeyDocumentation.Add);
        }

        return services;
    }

    /// <summary>Comes behind what is open to everybody, such as the documentation.</summary>
    public static WebApplication UseSecurity(this WebApplication app)
    {
        if (NeedsKeys(app.Configuration))
        {
            app.UseAuthentication().UseAuthorization().UseRateLimiter();
        }
        else
        {
            app.WarnOfListeningWithoutKeys();
        }

        return app;
    }

    /// <summary>Lets pages of the configured origins read answers, errors among them; without any, browsers keep to themselves.</summary>
    public static WebApplication UseConfiguredOrigins(this WebApplication app)
    {
        var origins = app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.CorsOrigins;
        if (origins.Count > 0)
        {
            app.UseCors(policy => policy.WithOrigins([.. origins]).WithMethods(Methods).AllowAnyHeader().WithExposedHeaders(ExposedHeaders));
        }

        return app;
    }

    private static bool NeedsKeys(IConfiguration configuration) => configuration.GetSection(ApiKeyOptions.Section).GetChildren().Any();
}
