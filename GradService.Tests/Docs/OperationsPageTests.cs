using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using GradService.Tests.Api;
using GradService.Tests.Api.Hosting.Observability;
using GradService.Tests.Api.Hosting.Security;
using GradService.Tests.Deployment;
using GradService.Tests.Problems;

namespace GradService.Tests.Docs;

/// <summary>docs/operations.md: every option that there is, by the name that sets it, and every metric. Limits have a page of their own.</summary>
[Trait("Lane", "Slow")]
public sealed class OperationsPageTests
{
    private static readonly Markdown Page = new(Repository.Read("docs/operations.md"));

    private static IReadOnlyList<string[]> Rows =>
        [.. new Markdown(Repository.Read("docs/limits-and-errors.md")).Table("limit").Select(row => (string[])[$"`Limits:{row[0].Trim('`')}`", .. row[1..]]),
            .. Page.Table("option")];

    private static string LastPart(string[] row) => NameOf(row).Split(':')[^1] is "n" ? NameOf(row).Split(':')[^2] : NameOf(row).Split(':')[^1];

    [Fact]
    public async Task Every_option_has_a_row_and_every_row_an_option()
    {
        var options = (await ServiceOptions.TypesAsync()).SelectMany(ServiceOptions.Settable).Select(property => property.Name).ToList();
        var rows = Rows.Select(LastPart).ToList();
        Assert.NotEmpty(options);
        Assert.True(!options.Except(rows).Any(),
            $"docs/operations.md and docs/limits-and-errors.md have no row for {string.Join(", ", options.Except(rows))}: section and name, default, unit, "
                + "range, and what a client sees.");
        Assert.True(!rows.Except(options).Any(), $"docs/operations.md has rows for what is no option: {string.Join(", ", rows.Except(options))}.");
        Assert.Equal(rows.Count, rows.Distinct().Count());
    }

    [Fact]
    public async Task Each_is_set_by_the_name_in_its_row()
    {
        var properties = (await ServiceOptions.TypesAsync())
            .SelectMany(type => ServiceOptions.Settable(type).Select(property => (Type: type, Property: property))).ToList();
        await using var other = new GradApplication
        {
            Settings = [.. properties.Select(each => (SettingOf(each.Property), ServiceOptions.Another(each.Property)))],
        };
        using var client = other.CreateClient();
        Assert.All(properties, each => Assert.True(ServiceOptions.Another(each.Property) == ServiceOptions.Current(other.Services, each.Type, each.Property),
            $"{SettingOf(each.Property)} does not set {each.Type.Name}, {each.Property.Name}"));
    }

    [Fact]
    public async Task Defaults_and_ranges_are_those_of_the_code() =>
        Assert.All((await ServiceOptions.TypesAsync()).SelectMany(ServiceOptions.Settable), property =>
        {
            var row = RowOf(property);
            Assert.Equal((NameOf(row), LimitsPageTests.OfTheMachine.GetValueOrDefault(property.Name) ?? ServiceOptions.Default(property)),
                (NameOf(row), row[1]));
            Assert.Equal((NameOf(row), property.GetCustomAttribute<RangeAttribute>() is { } range
                ? string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}")
                : ""), (NameOf(row), row[3]));
        });

    [Fact]
    public void Units_are_those_in_the_names() =>
        Assert.All(Rows, row =>
        {
            Assert.True(NameOf(row).EndsWith("Bytes", StringComparison.Ordinal) == (row[2] == "bytes"), NameOf(row));
            Assert.True(NameOf(row).EndsWith("Seconds", StringComparison.Ordinal) == (row[2] == "seconds"), NameOf(row));
        });

    [Fact]
    public void Variables_of_the_platform_are_known() => Assert.All(Page.Table("variable"), row => Assert.Null(Variables.WhyWrong(NameOf(row), "1")));

    [Fact]
    public async Task Metrics_of_the_service_are_those_that_it_serves_and_those_named_beside_them_are_served()
    {
        var served = (await ScrapedMetrics.OfServiceAsync()).Families;
        var named = Page.NamesInTable("metric");
        Assert.Equal(served.Where(IsOwn).Order(StringComparer.Ordinal), named.Where(IsOwn).Order(StringComparer.Ordinal));
        Assert.Subset(served.ToHashSet(), named.ToHashSet());
    }

    [FactNeedsBash]
    public async Task The_command_that_hashes_a_key_gives_the_hash_that_opens_the_service()
    {
        var command = Page.CodeBlocks.Single(block => block.Text.Contains("sha256sum", StringComparison.Ordinal)).Text;
        var output = await Tool.Bash.RunAsync("-c", $"{command}echo \"$key\"");
        var words = output.Split([' ', '\n', '-'], StringSplitOptions.RemoveEmptyEntries);
        await using var guarded = new GradApplication { Settings = [("ApiKeys:0:Name", "made"), ("ApiKeys:0:Sha256", words[0])] };
        using var client = guarded.With("X-Api-Key", words[^1]);
        using var answer = await client.GetAsync("/v1/capabilities");
        Assert.Equal(200, (int)answer.StatusCode);
    }

    private static bool IsOwn(string metric) => metric.StartsWith("gradservice_", StringComparison.Ordinal);

    private static string NameOf(string[] row) => row[0].Trim('`');

    private static string[] RowOf(PropertyInfo property) =>
        Rows.FirstOrDefault(row => LastPart(row) == property.Name) ?? throw new InvalidOperationException($"docs/operations.md has no row for {property.Name}");

    /// <summary>"ApiKeys:n:Name" as it is set for the first of a list.</summary>
    private static string SettingOf(PropertyInfo property) => string.Join(':', NameOf(RowOf(property)).Split(':').Select(part => part == "n" ? "0" : part));
}
