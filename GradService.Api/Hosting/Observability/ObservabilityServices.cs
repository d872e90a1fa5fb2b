using System.Diagnostics.Metrics;
using System.Reflection;
using GradService.Api.Hosting.Connections;
using GradService.Api.Hosting.Security;
using GradService.Api.Serving.Measurement;
using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace GradService.Api.Hosting.Observability;

/// <summary>
/// What can be known of the service from outside: metrics at /metrics for Prometheus; with traces and logs to a
/// collector, where one is named.
/// </summary>
internal static class ObservabilityServices
{
    /// <summary>OpenTelemetry's own variable: the collector's address, such as http://collector:4317.</summary>
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string MetricsPath = "/metrics";

    public static IServiceCollection AddObservability(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IMeasured, ProcessMetrics>();
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(configuration["OTEL_SERVICE_NAME"] ?? "GradService",
                serviceVersion: Assembly.GetExecutingAssembly().GetName().Version!.ToString(3)))
            .WithMetrics(metrics => metrics
                .AddMeter(ServiceMeter.Name, "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime")
                .AddPrometheusExporter());
        if (configuration[Collector] is not null)
        {
            // The body of a line is what the console has, not its template.
            services.Configure<OpenTelemetryLoggerOptions>(lines => lines.IncludeFormattedMessage = true);
            telemetry
                .WithTracing(traces => traces.AddSource(ServiceMeter.Name).AddAspNetCoreInstrumentation(requests => requests.Filter = IsNoProbe))
                .UseOtlpExporter();
        }

        return services;
    }

    /// <summary>Comes before all that answers.</summary>
    public static WebApplication UseObservability(this WebApplication app)
    {
        // Shown from the start, though nobody may ever compute or store anything.
        _ = app.Services.GetRequiredService<ComputeMetrics>();
        var meter = app.Services.GetRequiredService<IMeterFactory>().Create(ServiceMeter.Name);
        foreach (var part in app.Services.GetServices<IMeasured>())
        {
            part.Measure(meter);
        }

        app.UseMiddleware<RequestObservation>();
        return app;
    }

    public static void MapMetrics(this WebApplication app)
    {
        var metrics = app.MapPrometheusScrapingEndpoint(MetricsPath).DisableRateLimiting().WithMetadata(new AnswersToTheEnd());
        if (app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.OpenMetrics)
        {
            metrics.AllowAnonymous();
        }
    }

    /// <summary>What is asked every few seconds, for ever, is not traced.</summary>
    private static bool IsNoProbe(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
            && !context.Request.Path.StartsWithSegments(MetricsPath, StringComparison.Ordinal);
}
