using Microsoft.AspNetCore.Authorization;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Hosting.Security;

/// <summary>Lets the documentation say which operations need a key and what is answered without, and send one.</summary>
internal sealed class ApiKeyDocumentation : IOperationFilter
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
        options.OperationFilter<ApiKeyDocumentation>();
    }

    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        if (!context.ApiDescription.ActionDescriptor.EndpointMetadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Responses!["401"] = new OpenApiResponse
            {
                Description = $"The header {ApiKeyHandler.Header} is not there, or its key is none of those that this service knows.",
                Content = operation.Responses["default"].Content,
            };
        }
    }
}
