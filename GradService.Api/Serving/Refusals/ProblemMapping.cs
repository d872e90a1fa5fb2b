using System.Globalization;
using System.Runtime.InteropServices;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace GradService.Api.Serving.Refusals;

/// <summary>Every error as application/problem+json (RFC 9457): what was expected, what came, what to do; never a stack trace.</summary>
internal static partial class ProblemMapping
{
    private const int ClientClosedRequest = 499;

    private static readonly string[] NativeOutOfMemory = ["DefaultCPUAllocator", "not enough memory", "bad_alloc"];

    public static IServiceCollection AddProblems(this IServiceCollection services) => services
        .AddExceptionHandler<ExceptionToProblem>()
        .AddProblemDetails(options => options.CustomizeProblemDetails = problem => problem.ProblemDetails.Extensions["traceId"] = TraceId.Current);

    public static WebApplication UseProblems(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(pages => WriteAsync(WithHead(pages.HttpContext), new ProblemDetails
        {
            Status = pages.HttpContext.Response.StatusCode,
            Detail = pages.HttpContext.Response.StatusCode switch
            {
                StatusCodes.Status404NotFound =>
                    $"There is nothing at this path. GET {pages.HttpContext.Request.PathBase}/v1/capabilities and "
                        + $"{pages.HttpContext.Request.PathBase}/swagger say what there is.",
                StatusCodes.Status405MethodNotAllowed =>
                    $"This path does not know the method {pages.HttpContext.Request.Method}; the header Allow names those it knows.",
                StatusCodes.Status415UnsupportedMediaType => RequestMedia.Expected(pages.HttpContext.Request),
                _ => null,
            },
        }));
        return app;
    }

    /// <summary>Who knows GET knows HEAD.</summary>
    private static HttpContext WithHead(HttpContext context)
    {
        if (context.Response.Headers.Allow.ToString() is { } allowed && allowed.Split(", ").Contains(HttpMethods.Get)
            && !allowed.Contains(HttpMethods.Head, StringComparison.Ordinal))
        {
            context.Response.Headers.Allow = allowed.Replace(HttpMethods.Get, $"{HttpMethods.Get}, {HttpMethods.Head}", StringComparison.Ordinal);
        }

        return context;
    }

    public static Task WriteAsync(HttpContext context, ProblemDetails problem)
    {
        // Once an exception is handled the context has no endpoint any more.
        var endpoint = context.GetEndpoint() ?? context.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        if (endpoint?.Metadata.GetMetadata<IErrorForm>() is { } form)
        {
            return form.WriteAsync(context, problem);
        }

        // What the log has, also where ASP.NET would not put it in: for callers who do not take JSON. And where 429 and 507 are defined, which
        // ASP.NET does not know.
        problem.Extensions["traceId"] = TraceId.Current;
        problem.Type ??= problem.Status switch
        {
            StatusCodes.Status429TooManyRequests => "https://tools.ietf.org/html/rfc6585#section-4",
            StatusCodes.Status507InsufficientStorage => "https://tools.ietf.org/html/rfc4918#section-11.5",
            _ => null,
        };
        return TypedResults.Problem(problem).ExecuteAsync(context);
    }

    public static ProblemDetails Of(IReadOnlyList<Fault> faults)
    {
        var (status, title) = faults[0].Code switch
        {
            FaultCode.Invalid => (StatusCodes.Status400BadRequest, "The request is not valid."),
            FaultCode.TooLarge => (StatusCodes.Status413PayloadTooLarge, "The request is over a limit."),
            FaultCode.NotFound => (StatusCodes.Status404NotFound, "What the request names is not there."),
            FaultCode.Conflict => (StatusCodes.Status409Conflict, "The request contradicts what is stored."),
            _ => (StatusCodes.Status422UnprocessableEntity, "The numbers cannot be computed."),
        };
        var first = faults[0];
        return new ProblemDetails
        {
            Status = status,
            Title = title,
            Detail = (first.Path.Length == 0 ? "" : first.Path + ": ") + first.Message + (faults.Count > 1 ? $" And {faults.Count - 1} more: see errors." : ""),
            Extensions = { ["errors"] = faults.GroupBy(fault => fault.Path.Length == 0 ? "$" : fault.Path)
                .ToDictionary(group => group.Key, group => group.Select(fault => fault.Message).ToArray()) },
        };
    }

    /// <summary>What the domain and .NET lack, which know no status.</summary>
    private static ProblemDetails Lacking(HttpContext context, string title, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return new ProblemDetails { Status = StatusCodes.Status503ServiceUnavailable, Title = title, Detail = detail };
    }

    private static ProblemDetails Of(HttpContext context, RefusalException refusal)
    {
        var problem = new ProblemDetails { Status = refusal.Status, Title = refusal.Title, Detail = refusal.Message };
        if (refusal.RetryAfterSeconds is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (refusal.Code is { } code)
        {
            problem.Extensions["code"] = code;
        }

        return problem;
    }

    /// <summary>.NET has a type for it, libtorch words alone.</summary>
    private static bool IsOutOfMemory(Exception exception) => exception is OutOfMemoryException
        || (exception is ExternalException native && NativeOutOfMemory.Any(words => native.Message.Contains(words, StringComparison.OrdinalIgnoreCase)));

    private sealed partial class ExceptionToProblem(ILogger<ExceptionToProblem> logger) : IExceptionHandler
    {
        public async ValueTask<bool> TryHandleAsync(HttpContext context, Exception exception, CancellationToken cancellationToken)
        {
            if (context.RequestAborted.IsCancellationRequested || exception is ConnectionResetException)
            {
                // Nobody is left to read an answer, and nothing went wrong. The connection is given up, as Kestrel would else look for the
                // rest of the body on it.
                context.Response.StatusCode = ClientClosedRequest;
                context.Abort();
                return true;
            }

            var problem = exception switch
            {
                FaultException fault => Of(fault.Faults),
                // The size of a chunk that no number has: the server has no word of its own for it.
                IOException { InnerException: OverflowException } =>
                    new ProblemDetails { Status = StatusCodes.Status400BadRequest, Detail = "The request could not be read." },
                BadHttpRequestException bad => new ProblemDetails { Status = bad.StatusCode, Detail = bad.StatusCode switch
                {
                    StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status406NotAcceptable => bad.Message,
                    StatusCodes.Status408RequestTimeout =>
                        "The body did not come in time (limits RequestBodyTimeoutSeconds and MinBytesPerSecond). The connection is closed.",
                    _ => "The request could not be read.",
                } },
                RefusalException refusal => Of(context, refusal),
                LibTorchUnavailableException unavailable => Lacking(context, "Nothing can be computed.", unavailable.Message),
                _ when IsOutOfMemory(exception) => Lacking(context, "There is not enough memory.",
                    "The computation needs more memory than there is right now. Send fewer samples, or try again later."),
                _ => new ProblemDetails
                {
                    Status = StatusCodes.Status500InternalServerError,
                    Detail = "Something went wrong that should not have; the log has it under this traceId.",
                },
            };
            if (problem.Status == StatusCodes.Status500InternalServerError)
            {
                LogUnexpected(logger, exception);
            }

            if (problem.Status == StatusCodes.Status408RequestTimeout)
            {
                // Nobody waits for the rest of the body.
                context.Response.Headers.Connection = "close";
            }

            context.Response.StatusCode = problem.Status!.Value;
            await WriteAsync(context, problem);
            return true;
        }

        [LoggerMessage(Level = LogLevel.Error, Message = "Unexpected failure")]
        private static partial void LogUnexpected(ILogger logger, Exception exception);
    }
}
