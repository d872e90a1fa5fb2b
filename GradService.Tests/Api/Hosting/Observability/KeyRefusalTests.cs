using System.Net;
using GradService.Tests.Api.Hosting.Security;
using Microsoft.Extensions.Logging;

namespace GradService.Tests.Api.Hosting.Observability;

/// <summary>Who guesses keys is counted, and fills no disk. Alone, as services in one process count by the same instruments.</summary>
[Collection(OneAtATime.Name)]
public sealed class KeyRefusalTests
{
    [Fact]
    public async Task Wrong_keys_are_counted_and_not_written_down()
    {
        const int Guesses = 50;
        using var log = new CapturedLog();
        await using var application = new GradApplication
        {
            Settings = [("ApiKeys:0:Name", "one"), ("ApiKeys:0:Sha256", Keys.Hash), ("Security:OpenMetrics", "true")],
            Additions = log.AddTo,
        };
        using var client = application.With("X-Api-Key", "wrong");
        for (var guess = 0; guess < Guesses; guess++)
        {
            using var answer = await client.GetAsync("/v1/capabilities");
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Information
            && (line.Category.Contains("Security", StringComparison.Ordinal) || line.Message.Contains("ApiKey", StringComparison.Ordinal)));
        Assert.Contains(
            $"gradservice_keys_refused_total{{otel_scope_name=\"GradService\"}} {Guesses}", await client.GetStringAsync("/metrics"), StringComparison.Ordinal);
    }
}
