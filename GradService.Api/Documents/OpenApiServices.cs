using System.Reflection;
using GradService.Api.Serving.Pages;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Documents;

/// <summary>The description of the service for programs, /swagger/v1/swagger.json, and for people, /swagger.</summary>
internal static class OpenApiServices
{
    private const string Version = "v1";

    private const string About = """
        Gradients of neural networks with respect to their inputs, with BatchNorm done right, or wrong in a way you choose.

        In training mode BatchNorm couples the samples of a batch: every output depends on every input, and `torch.autograd.grad(y.sum(), x)`
        is not the slope of the curve one plots. Send a network, a batch, a **mode** (where the statistics come from, and whether the
        gradient flows through them) and a **kind** (which derivative is wanted); the answer's **findings** say what the numbers mean.
        Losses with such derivatives inside, as a PINN trains them, come with their gradients with respect to the parameters.

        The service keeps no hidden state between calls; networks may be stored, and are then referred to by id or name. Arrays are nested JSON lists, or their bytes: in base64, or as a body of NumPy's arrays,
        application/x-npz. Shapes are written [N, D…]: N samples, D… the shape of one, M the elements of its output. Errors are application/problem+json and say what was expected, what came and what to do.
        """;

    /// <summary>Telephones would show the page at a third of its size, and a figure would be its source.</summary>
    private const string Head = """
        <meta name="viewport" content="width=device-width, initial-scale=1">
            <link rel="stylesheet" href="./narrow.css">
            <script src="./pictures.js"></script>
        """;

    public static IServiceCollection AddOpenApiDocument(this IServiceCollection services) => services
        .AddEndpointsApiExplorer()
        .AddSingleton<XmlDocs>()
        .AddSingleton<ISchemaGenerator, SchemaGenerator>()
        .AddSwaggerGen(options =>
        {
            options.SwaggerDoc(Version, new OpenApiInfo
            {
                Title = "GradService",
                Version = Assembly.GetExecutingAssembly().GetName().Version!.ToString(3),
                Description = About,
                Contact = new OpenApiContact { Name = "The GradService authors" },
                License = new OpenApiLicense { Name = "MIT", Url = new Uri("https://opensource.org/license/mit") },
            });

            // As mapped: what matters most comes first.
            options.OrderActionsBy(_ => "");
            options.OperationFilter<DocumentationFilter>();
            options.DocumentFilter<DocumentationFilter>();
        });

    public static WebApplication UseOpenApiDocument(this WebApplication app)
    {
        // A branch of its own, as the middleware would else have a generator made for every request.
        app.UseWhen(context => context.Request.Path.StartsWithSegments("/swagger", StringComparison.OrdinalIgnoreCase), branch => branch
            .UseSwagger(options => options.PreSerializeFilters.Add(SetServer))
            .UseSwagger(options =>
            {
                options.RouteTemplate = "swagger/clients/{documentName}.json";
                options.PreSerializeFilters.Add(SetServer);
                options.PreSerializeFilters.Add((document, _) => ClientDocument.MakeOf(document));
            })
            .UseSwaggerUI(options =>
            {
                options.DocumentTitle = "GradService";
                options.HeadContent = Head;
                options.SwaggerEndpoint($"{Version}/swagger.json", $"GradService {Version}");
                options.SwaggerEndpoint($"clients/{Version}.json", $"GradService {Version} for generated clients in C#");
                options.EnableDeepLinking();
                options.DisplayRequestDuration();
                options.DefaultModelExpandDepth(2);
                options.DefaultModelsExpandDepth(0);
            }));

        // The page is open where keys are configured, and so are its parts.
        var parts = app.MapGroup("/swagger");
        parts.AllowAnonymous().DisableRateLimiting().ExcludeFromDescription();
        foreach (var part in PageFile.Of("Documents"))
        {
            parts.MapGet($"/{part.Name}", part.Send);
        }

        return app;
    }

    private static void SetServer(OpenApiDocument document, HttpRequest request) =>
        document.Servers = [new OpenApiServer { Url = request.PathBase.HasValue ? request.PathBase : "/", Description = "This service." }];
}
