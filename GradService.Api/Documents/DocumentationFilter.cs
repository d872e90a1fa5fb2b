using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Api.Wire.Writing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.OpenApi;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace GradService.Api.Documents;

/// <summary>Writes what endpoints say of themselves into the document.</summary>
internal sealed class DocumentationFilter : IOperationFilter, IDocumentFilter
{
    public void Apply(OpenApiOperation operation, OperationFilterContext context)
    {
        var metadata = context.ApiDescription.ActionDescriptor.EndpointMetadata;
        if (metadata.OfType<DocumentedBody>().SingleOrDefault() is { } body)
        {
            operation.RequestBody = new OpenApiRequestBody
            {
                Required = true,
                Content = new Dictionary<string, IOpenApiMediaType> { [AnswerMedia.Json] = new OpenApiMediaType { Schema = body.Schema() } },
            };
        }

        if (metadata.OfType<RequestExample>().ToList() is { Count: > 0 } examples)
        {
            Media(operation.RequestBody!.Content!, "application/json").Examples =
                examples.ToDictionary(example => example.Name, example => (IOpenApiExample)Example(example.Summary, example.Json, example.Description));
        }

        foreach (var answer in metadata.OfType<DocumentedAnswer>())
        {
            var response = (OpenApiResponse)operation.Responses![answer.StatusCode.ToString(CultureInfo.InvariantCulture)];
            response.Description = answer.Words;
            response.Headers = answer.Headers.Count == 0
                ? null
                : answer.Headers.ToDictionary(header => header.Name, header => (IOpenApiHeader)Header(header.Description, JsonSchemaType.String));
            if (answer.Json?.Invoke() is { } json)
            {
                Media(response.Content!, "application/json").Example = JsonNode.Parse(json);
            }
        }

        foreach (var parameter in metadata.OfType<DocumentedParameter>())
        {
            Describe(operation, parameter);
        }

        DescribeArchive(operation.RequestBody?.Content,
            "An archive of arrays, as numpy.savez writes it. Member request.npy is a one-dimensional array of bytes that holds the request's JSON in UTF-8 (or "
                + "request.json the text itself); "
                + "arrays that are not in it are members of their own: "
                + $"{string.Join(", ", ArrayMembers.Names.Select(name => name.Replace("*", "NAME", StringComparison.Ordinal) + ".npy"))}.");
        foreach (var form in metadata.OfType<UndocumentedForm>())
        {
            operation.RequestBody!.Content!.Remove(form.Media);
        }

        foreach (var form in metadata.OfType<DocumentedForm>())
        {
            Media(operation.RequestBody!.Content!, form.Media).Schema = form.Schema();
        }

        DescribeBinary(operation.Responses?.GetValueOrDefault("200")?.Content, AnswerMedia.Safetensors,
            "A safetensors file, as safetensors.torch.load_file reads it; counters are 64-bit integers.");
        var computed = operation.RequestBody is not null;
        DescribeArchive(operation.Responses?.GetValueOrDefault("200")?.Content,
            !computed
                ? "An archive of arrays, as numpy.load reads it: a member for each parameter and buffer."
                : "An archive of arrays, as numpy.load reads it: outputs.npy, gradients.npy (or diagonal.npy, left.npy, right.npy), "
                    + "batch_norm/NAME/mean.npy and so on; "
                    + "entries of a list without names are numbered, as in results/0/outputs.npy. Member response.npy is an array of bytes that holds "
                    + "the rest as JSON in UTF-8.");

        foreach (var status in metadata.OfType<DescribedStatus>())
        {
            var response = (OpenApiResponse)operation.Responses![status.StatusCode.ToString(CultureInfo.InvariantCulture)];
            response.Description = status.Words;
            response.Headers = RetryAfter(status.SaysWhenToRetry);
        }

        foreach (var header in metadata.OfType<DocumentedRequestHeader>())
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = header.Name,
                In = ParameterLocation.Header,
                Description = header.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.Number, ExclusiveMinimum = "0" },
            });
        }

        foreach (var problem in metadata.OfType<DocumentedProblem>())
        {
            Describe((OpenApiResponse)operation.Responses![problem.StatusCode.ToString(CultureInfo.InvariantCulture)], problem);
        }

        var errors = metadata.OfType<DocumentedErrors>().SingleOrDefault() ?? new DocumentedErrors(typeof(ProblemDetails), AnswerMedia.Problem);
        operation.Responses!["default"] = new OpenApiResponse
        {
            Description = "Any other error, in this form: the path, the method or the name of the host is not one of this service's, or a page of a "
                + "foreign origin asks.",
            Content = new Dictionary<string, IOpenApiMediaType>
            {
                [errors.Media] = new OpenApiMediaType { Schema = context.SchemaGenerator.GenerateSchema(errors.Type, context.SchemaRepository) },
            },
        };
        if (metadata.OfType<IAllowAnonymous>().Any())
        {
            operation.Security = [];
        }
    }

    public void Apply(OpenApiDocument swaggerDoc, DocumentFilterContext context)
    {
        swaggerDoc.Tags = context.ApiDescriptions
            .SelectMany(api => api.ActionDescriptor.EndpointMetadata.OfType<DocumentedTag>()).Distinct()
            .Select(tag => new OpenApiTag { Name = tag.Name, Description = tag.Description }).ToHashSet();
        if (swaggerDoc.Security is null or { Count: 0 })
        {
            // Said at each, as an empty list at the root is not written.
            foreach (var operation in swaggerDoc.Paths.Values.SelectMany(path => path.Operations!.Values))
            {
                operation.Security = [];
            }
        }
    }

    private static void DescribeArchive(IDictionary<string, IOpenApiMediaType>? content, string description) =>
        DescribeBinary(content, AnswerMedia.Npz, description);

    private static void DescribeBinary(IDictionary<string, IOpenApiMediaType>? content, string type, string description)
    {
        if (content?.ContainsKey(type) == true)
        {
            Media(content, type).Schema = new OpenApiSchema { Type = JsonSchemaType.String, Format = "binary", Description = description };
        }
    }

    private static void Describe(OpenApiOperation operation, DocumentedParameter parameter)
    {
        if (parameter.IsHeader)
        {
            (operation.Parameters ??= []).Add(new OpenApiParameter
            {
                Name = parameter.Name,
                In = ParameterLocation.Header,
                Description = parameter.Description,
                Schema = new OpenApiSchema { Type = JsonSchemaType.String },
            });
            return;
        }

        var described = (OpenApiParameter)operation.Parameters!.Single(each => each.Name == parameter.Name);
        described.Description = parameter.Description;
        described.Schema = new OpenApiSchema { Type = parameter.IsInteger ? JsonSchemaType.Integer : JsonSchemaType.String };
        described.Example = parameter.Example;
    }

    private static OpenApiHeader Header(string description, JsonSchemaType type) =>
        new OpenApiHeader { Description = description, Schema = new OpenApiSchema { Type = type } };

    private static void Describe(OpenApiResponse response, DocumentedProblem problem)
    {
        response.Description = problem.Description;
        if (problem.Example is { } example && example.Json() is { } json)
        {
            Media(response.Content!, AnswerMedia.Problem).Examples = new Dictionary<string, IOpenApiExample>
            {
                ["problem"] = Example(example.Summary, json, example.Request is null ? null : $"The answer to:\n```json\n{example.Request}\n```"),
            };
        }

        response.Headers = RetryAfter(problem.SaysWhenToRetry);
    }

    private static Dictionary<string, IOpenApiHeader>? RetryAfter(bool saysWhenToRetry) => saysWhenToRetry
        ? new Dictionary<string, IOpenApiHeader> { ["Retry-After"] = Header("Seconds to wait before the next try.", JsonSchemaType.Integer) }
        : null;

    private static OpenApiMediaType Media(IDictionary<string, IOpenApiMediaType> content, string type) => (OpenApiMediaType)content[type];

    private static OpenApiExample Example(string summary, string json, string? description = null) =>
        new OpenApiExample { Summary = summary, Description = description, Value = JsonNode.Parse(json) };
}
