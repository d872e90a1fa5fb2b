using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Api.Answers;
using GradService.Api.Requests;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.OpenApi;

/// <summary>Writes what endpoints say of themselves into the document.</summary>
internal sealed class DocumentationFilter : IOperationFilter, IDocumentFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<RequestExample>().ToList() is { Count: > 0 } examples)
        {
            Media(operation.RequestBody!.Content!, "application/json").Examples = examples.ToDictionary(example => example.Name, example => (IOpenApiExample)Example(example.Summary, example.Json, example.Description));
        }

        if (metadata.OfType<DocumentedAnswer>().SingleOrDefault() is { } answer)
        {
            var response = operation.Responses!["200"];
            response.Description = answer.Words;
            if (answer.Json?.Invoke() is { } json)
            {
                Media(response.Content!, "application/json").Example = JsonNode.Parse(json);
            }
        }

        DescribeArchive(operation.RequestBody?.Content, "An archive of arrays, as numpy.savez writes it. Member request.npy is a one-dimensional array of bytes that holds the request's JSON in UTF-8 (or request.json the text itself); "
            + $"arrays that are not in it are members of their own: {string.Join(", ", ArrayMembers.Names.Select(name => name.Replace("*", "NAME", StringComparison.Ordinal) + ".npy"))}.");
        DescribeArchive(operation.Responses?.GetValueOrDefault("200")?.Content, "An archive of arrays, as numpy.load reads it: outputs.npy, gradients.npy (or diagonal.npy, left.npy, right.npy), batch_norm/NAME/mean.npy and so on; "
            + "entries of a list without names are numbered, as in results/0/outputs.npy. Member response.npy is an array of bytes that holds the rest as JSON in UTF-8.");

        foreach (var problem in metadata.OfType<DocumentedProblem>())
        {
            Describe((OpenApiResponse)operation.Responses![problem.StatusCode.ToString(CultureInfo.InvariantCulture)], problem);
        }
    }

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context) =>
        swaggerDoc.Tags = context.ApiDescriptions
            .SelectMany(api => api.ActionDescriptor.EndpointMetadata.OfType<DocumentedTag>()).Distinct()
            .Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();

    private static void DescribeArchive(IDictionary<string, IOpenApiMediaType>? content, string description)
    {
        if (content?.ContainsKey(AnswerMedia.Npz) == true)
        {
            Media(content, AnswerMedia.Npz).Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = description };
        }
    }

    private static void Describe(OpenApiResponse response, DocumentedProblem problem)
    {
        response.Description = problem.Description;
        if (problem.Example is { } example && example.Json() is { } json)
        {
            Media(response.Content!, "application/problem+json").Examples = new Dictionary<string, IOpenApiExample> { ["problem"] = Example(example.Summary, json, example.Request is null ? null : $"The answer to:\n```json\n{example.Request}\n```") };
        }

        if (problem.SaysWhenToRetry)
        {
            response.Headers = new Dictionary<string, IOpenApiHeader>
            {
                ["Retry-After"] = new OpenApiHeader { Description = "Seconds to wait before the next try.", Schema = new OpenApiSchema { Type = JsonSchemaType.Integer } },
            };
        }
    }

    private static OpenApiMediaType Media(IDictionary<string, IOpenApiMediaType> content, string type) => (OpenApiMediaType)content[type];

    private static OpenApiExample Example(string summary, string json, string? description = null) =>
        new OpenApiExample { Summary = summary, Description = description, Value = JsonNode.Parse(json) };
}
