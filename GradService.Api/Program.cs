using GradService.Api.Capabilities;
using GradService.Api.Documents;
using GradService.Api.Figures;
using GradService.Api.Gradients;
using GradService.Api.Hosting.Connections;
using GradService.Api.Hosting.Health;
using GradService.Api.Hosting.Observability;
using GradService.Api.Hosting.Preparation;
using GradService.Api.Hosting.Responses;
using GradService.Api.Hosting.ReverseProxy;
using GradService.Api.Hosting.Security;
using GradService.Api.Networks;
using GradService.Api.Objectives;
using GradService.Api.Playground;
using GradService.Api.Protocols.Tesseract;
using GradService.Api.Protocols.UmBridge;
using GradService.Api.Serving.Admission;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Refusals;
using GradService.Api.Storage;
using GradService.Api.Wire.Writing;
using GradService.Domain.Native;

// Before there are threads, for which the allocator would keep a stock of memory each.
Allocator.BoundArenas();
if (MachineMemory.IsLimited)
{
    Allocator.MapLarge();
}

// Settings stand beside the program, wherever it is started from. Started from / it would else watch the whole file system for them.
var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.AddServerHeader = false;

    // RequestBody bounds bodies itself, so that the refusal names the limit.
    kestrel.Limits.MaxRequestBodySize = null;
});
if (builder.Configuration["urls"] is null && builder.Configuration["http_ports"] is null && builder.Configuration["https_ports"] is null)
{
    builder.WebHost.UseUrls("http://127.0.0.1:5080");
}

builder.Services
    .AddJson()
    .AddAdmission()
    .AddProblems()
    .AddOpenApiDocument()
    .AddReverseProxy()
    .AddSecurity(builder.Configuration)
    .AddConnectionLimits()
    .AddHeadRequests()
    .AddCompressedAnswers()
    .AddObservability(builder.Configuration)
    .AddConsoleQueue()
    .AddPreparation()
    .AddStorage()
    .AddNetworks()
    .AddGradients()
    .AddObjectives()
    .AddFigures();

var app = builder.Build();
app.UseReverseProxy();
app.UseObservability();
app.UseSecurityHeaders();
app.UseConfiguredOrigins();
app.UseResponseCompression();
app.UseProblems();
app.RefuseForeignOrigins();
app.UseGracefulStop();
app.UseOpenApiDocument();
app.UseSecurity();
app.MapPlayground();
app.MapGradients();
app.MapObjectives();
app.MapFigures();
app.MapNetworks();
app.MapNames();
app.MapCapabilities();
app.MapUmBridge();
app.MapTesseract();
app.MapHealth();
app.MapMetrics();
app.Run();

/// <summary>The entry point, public so that tests can host the service.</summary>
public partial class Program;
