using System.Security.Claims;
using System.Text.Encodings.Web;
using GradService.Api.Serving.Refusals;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Hosting.Security;

/// <summary>
/// Knows a caller by the header X-Api-Key, or Authorization: Bearer. Refusals are counted and not logged: whoever guesses
/// keys would fill the disk.
/// </summary>
internal sealed class ApiKeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> scheme, UrlEncoder encoder, IOptions<ApiKeyOptions> keys, KeyRefusals refusals)
    : AuthenticationHandler<AuthenticationSchemeOptions>(scheme, NullLoggerFactory.Instance, encoder)
{
    public const string SchemeName = "ApiKey";
    public const string Header = "X-Api-Key";

    private const string Bearer = "Bearer ";

    protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(Presented() switch
    {
        null => AuthenticateResult.NoResult(),
        var presented when keys.Value.Find(presented) is { } key => AuthenticateResult.Success(new AuthenticationTicket(
            new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, key.Name)], SchemeName)), SchemeName)),
        _ => AuthenticateResult.Fail("unknown key"),
    });

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        refusals.Add();
        var isWrong = Presented() is not null;
        Response.StatusCode = StatusCodes.Status401Unauthorized;
        Response.Headers.WWWAuthenticate = isWrong ? "Bearer realm=\"GradService\", error=\"invalid_token\"" : "Bearer realm=\"GradService\"";
        return ProblemMapping.WriteAsync(Context, new ProblemDetails
        {
            Status = StatusCodes.Status401Unauthorized,
            Title = "A key is needed.",
            Detail = isWrong
                ? "The key is none of those that this service knows. Check that it was copied whole, or ask whoever runs the service for another one."
                : $"This service answers only callers with a key: send it in the header {Header}, or as Authorization: Bearer.",
        });
    }

    /// <summary>The key that came; null where none did.</summary>
    private string? Presented()
    {
        if (Request.Headers[Header] is { Count: > 0 } key)
        {
            return key.ToString();
        }

        var authorization = Request.Headers[HeaderNames.Authorization].ToString();
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) ? authorization[Bearer.Length..].Trim() : null;
    }
}
