using System.Globalization;
using System.Text.RegularExpressions;
using GradService.Api.Hosting.ReverseProxy;
using GradService.Api.Serving.Admission;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>What docs/operations.md says about running the service for others fits the files that do it.</summary>
public sealed partial class ReverseProxySectionTests
{
    private static readonly string Section = SectionOf("Behind a reverse proxy");

    private static string Nginx => new Markdown(Section).CodeBlocks.Single(block => block.Language == "nginx").Text;

    [Fact]
    public void Variables_with_a_value_are_known_and_in_range()
    {
        var variables = new Markdown(Section).InlineCode.Where(code => code.Contains('=', StringComparison.Ordinal))
            .Select(code => code.Split('=', 2)).ToList();
        Assert.Equal([nameof(ReverseProxyOptions.PathBase), "ASPNETCORE_FORWARDEDHEADERS_ENABLED"], variables.Select(halves => halves[0]));
        Assert.All(variables, halves => Assert.Null(Variables.WhyWrong(halves[0], halves[1])));
    }

    [Fact]
    public void The_proxy_hands_requests_on_to_where_they_are_published_with_their_path() =>
        Assert.Equal(PublishedAddress(), Setting("proxy_pass"));

    [Fact]
    public void The_proxy_shows_the_service_below_the_path_that_it_is_told() =>
        Assert.Contains($"`PathBase={Location().Match(Nginx).Groups[1].Value.TrimEnd('/')}`", Section, StringComparison.Ordinal);

    [Fact]
    public void The_proxy_waits_longer_than_the_service() =>
        Assert.True(double.Parse(Setting("proxy_read_timeout").TrimEnd('s'), CultureInfo.InvariantCulture) > new ComputeOptions().DeadlineSeconds);

    [Fact]
    public void The_address_is_the_published_one() =>
        Assert.Contains($"In Docker the service is at {PublishedAddress()},", SectionOf("Run it"), StringComparison.Ordinal);

    private static string SectionOf(string title) =>
        Repository.Read("docs/operations.md").Split("\n## ").Single(section => section.StartsWith($"{title}\n", StringComparison.Ordinal));

    private static string PublishedAddress() => $"http://{string.Join(':', ComposeFile.OfTheProject.List("ports").Single().Split(':')[..2])}";

    private static string Setting(string name) => Regex.Match(Nginx, $@"^\s*{name} ([^;]+);", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex("^location (/.+/) {", RegexOptions.Multiline)]
    private static partial Regex Location();
}
