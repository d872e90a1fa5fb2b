using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Hosting.Security;

/// <summary>Lets the documentation say that a key is needed, and send one.</summary>
internal static class ApiKeyDocumentation
{
    public static void Add(SwaggerGenOptions options)
    {
        options.AddSecurityDefinition(ApiKeyHandler.SchemeName, new OpenApiSecurityScheme
        {
            Type = SecuritySchemeType.ApiKey,
            In = ParameterLocation.Header,
            Name = ApiKeyHandler.Header,
            Description = "The key that whoever runs the service has given out. Authorization: Bearer takes it as well.",
        });
        options.AddSecurityRequirement(
            document => new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(ApiKeyHandler.SchemeName, document)] = [] });
    }
}
