using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.Extensions.Options;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;
using JsonOptions = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace GradService.Api.Documents;

/// <summary>
/// Schemas for Swashbuckle. Its own generator asks the serialiser about everything, but requests here are not read by the serialiser:
/// what an endpoint accepts is described as it is read, what it answers as it is written.
/// </summary>
internal sealed class SchemaGenerator(EndpointDataSource endpoints, XmlDocs docs, IOptions<JsonOptions> json) : ISchemaGenerator
{
    public IOpenApiSchema GenerateSchema(Type modelType, SchemaRepository schemaRepository, MemberInfo? memberInfo = null, ParameterInfo? parameterInfo = null,
        ApiParameterRouteInfo? routeInfo = null)
    {
        var values = new ValueSchemas(schemaRepository, docs);
        return modelType == typeof(ProblemDetails) ? ProblemSchema.Of(values)
            : modelType == typeof(byte[]) ? new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary" }
            : endpoints.Endpoints.Any(endpoint => endpoint.Metadata.GetMetadata<IAcceptsMetadata>()?.RequestType == modelType)
            ? new RequestSchemas(values, json.Value.SerializerOptions).Of(modelType)
            : new AnswerSchemas(values, json.Value.SerializerOptions).Of(modelType);
    }
}
