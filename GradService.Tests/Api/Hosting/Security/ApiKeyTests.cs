using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>Where keys are configured they are needed, but for what says whether the service is well and what it can do.</summary>
public sealed class ApiKeyTests
{
    private static StringContent Good => new(GoodRequests.Gradient().ToJsonString(), Encoding.UTF8, "application/json");

    [Theory]
    [InlineData("X-Api-Key", Keys.Text)]
    [InlineData("X-Api-Key", Keys.OtherText)]
    [InlineData("Authorization", "Bearer " + Keys.Text)]
    [InlineData("Authorization", "bearer  " + Keys.OtherText + " ")]
    public async Task A_caller_with_any_of_the_keys_is_answered(string header, string value)
    {
        await using var application = Keys.Service();
        using var client = application.With(header, value);
        using var answer = await client.PostAsync("/v1/gradients", Good);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("X-Ignored", "", false)]
    [InlineData("Authorization", "Basic dXNlcjpwYXNz", false)]
    [InlineData("X-Api-Key", "wrong", true)]
    [InlineData("X-Api-Key", Keys.Text + " and more", true)]
    [InlineData("X-Api-Key", Keys.Text + "," + Keys.OtherText, true)]
    [InlineData("X-Api-Key", "CORRECT HORSE BATTERY STAPLE", true)]
    [InlineData("X-Api-Key", Keys.Hash, true)]
    [InlineData("Authorization", "Bearer wrong", true)]
    [InlineData("Authorization", "Bearer", false)]
    public async Task A_caller_without_one_is_401_and_told_how_to_send_it(string header, string value, bool isWrong)
    {
        await using var application = Keys.Service();
        using var client = application.With(header, value);
        var answer = await ProblemAnswer.OfAsync(await client.PostAsync("/v1/gradients", Good));
        Assert.Equal(401, answer.Status);
        Assert.StartsWith(isWrong ? "The key is none of those that this service knows." : "This service answers only callers with a key: send it in the header "
            + "X-Api-Key, or as Authorization: Bearer.", answer.Detail, StringComparison.Ordinal);
        Assert.Equal(isWrong ? "Bearer realm=\"GradService\", error=\"invalid_token\"" : "Bearer realm=\"GradService\"",
            Assert.Single(answer.Headers.WwwAuthenticate).ToString());
        Assert.Equal("https://tools.ietf.org/html/rfc9110#section-15.5.2", answer.Body["type"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("GET", "/v1/capabilities")]
    [InlineData("POST", "/v1/objectives")]
    [InlineData("PUT", "/v1/gradients")]
    [InlineData("GET", "/metrics")]
    [InlineData("GET", "/nothing")]
    public async Task Whatever_says_nothing_else_needs_a_key(string method, string path)
    {
        await using var application = Keys.Service();
        using var client = application.CreateClient();
        Assert.Equal(401, (await ProblemAnswer.OfAsync(await client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path)))).Status);
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/swagger/index.html")]
    [InlineData("/swagger/v1/swagger.json")]
    public async Task Health_and_documentation_need_none(string path)
    {
        await using var application = Keys.Service();
        using var client = application.CreateClient();
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Metrics_need_none_where_that_is_configured()
    {
        await using var application = Keys.Service(("Security:OpenMetrics", "true"));
        using var client = application.CreateClient();
        using var answer = await client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task The_documentation_says_that_a_key_is_needed_and_sends_one()
    {
        await using var application = Keys.Service();
        using var client = application.CreateClient();
        var document = JsonNode.Parse(await client.GetStringAsync("/swagger/v1/swagger.json"))!;
        var scheme = document["components"]!["securitySchemes"]!["ApiKey"]!;
        Assert.Equal(("apiKey", "header", "X-Api-Key"), ((string)scheme["type"]!, (string)scheme["in"]!, (string)scheme["name"]!));
        Assert.NotNull(Assert.Single(document["security"]!.AsArray())!["ApiKey"]);
        foreach (var (path, operations) in document["paths"]!.AsObject())
        {
            var isOpen = path.StartsWith("/health/", StringComparison.Ordinal);
            Assert.All(operations!.AsObject(), operation => Assert.Equal((isOpen, !isOpen),
                (operation.Value!["security"] is JsonArray { Count: 0 }, operation.Value["responses"]!["401"] is not null)));
        }
    }

    /// <summary>With one request in a minute, one of any few in a row is too much, also where a minute ends between two.</summary>
    [Fact]
    public async Task A_key_beyond_its_limit_is_429_and_told_when_to_come_again_while_others_are_served()
    {
        await using var application = Keys.Service(("ApiKeys:0:RequestsPerMinute", "1"));
        using var limited = application.With("X-Api-Key", Keys.Text);
        var statuses = new List<HttpResponseMessage>();
        while (statuses.Count < 5 && statuses.All(each => each.StatusCode == HttpStatusCode.OK))
        {
            statuses.Add(await limited.PostAsync("/v1/gradients", Good));
        }

        Assert.Equal(HttpStatusCode.OK, statuses[0].StatusCode);
        var answer = await ProblemAnswer.OfAsync(statuses[^1]);
        Assert.Equal(429, answer.Status);
        Assert.Equal("The key one may ask 1 times in a minute (limit RequestsPerMinute). Retry-After says when the next one begins.", answer.Detail);
        Assert.Equal("https://tools.ietf.org/html/rfc6585#section-4", answer.Body["type"]!.GetValue<string>());
        Assert.InRange(answer.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 60);

        using var other = application.With("X-Api-Key", Keys.OtherText);
        for (var i = 0; i < 3; i++)
        {
            using var served = await other.PostAsync("/v1/gradients", Good);
            Assert.Equal(HttpStatusCode.OK, served.StatusCode);
        }

        using var health = await limited.GetAsync("/health/ready");
        Assert.Equal(HttpStatusCode.OK, health.StatusCode);
    }

    [Theory]
    [InlineData("--ApiKeys:0:Name=ci", "A key needs Sha256, the hash of the key.")]
    [InlineData("--ApiKeys:0:Sha256=" + Keys.Hash, "A key needs a Name.")]
    [InlineData("--ApiKeys:0:Name=ci --ApiKeys:0:Sha256=secret", "Sha256 must be the 64 hexadecimal digits of the key's hash")]
    [InlineData("--ApiKeys:0:Name=c,i --ApiKeys:0:Sha256=" + Keys.Hash, "The Name of a key must have 1 to 64 letters")]
    [InlineData("--ApiKeys:0:Name=ci --ApiKeys:0:Sha256=" + Keys.Hash + " --ApiKeys:0:RequestsPerMinute=0", "RequestsPerMinute must be between 1 and 1000000")]
    [InlineData("--ApiKeys:0:Name=ci --ApiKeys:0:Sha256=" + Keys.Hash + " --ApiKeys:1:Name=ci --ApiKeys:1:Sha256=" + Keys.OtherHash,
        "Two keys have the Name ci.")]
    [InlineData("--ApiKeys=abc", "ApiKeys is set to a text.")]
    [InlineData("--ApiKeys:0=" + Keys.Hash, "ApiKeys:0 is set to a text.")]
    [InlineData("--ApiKeys:Name=ci --ApiKeys:Sha256=" + Keys.Hash, "ApiKeys:Name is set to a text.")]
    [InlineData("--ApiKey:0:Name=ci --ApiKey:0:Sha256=" + Keys.Hash, "There is a section ApiKey, which is not read.")]
    [InlineData("--Api_Keys:0:Name=ci --Api_Keys:0:Sha256=" + Keys.Hash, "There is a section Api_Keys, which is not read.")]
    public async Task A_key_that_would_open_nothing_stops_the_start_and_is_named(string settings, string message)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => RealStart.RunAsync(settings.Split(' ')));
        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Message, StringComparison.Ordinal);
    }
}
