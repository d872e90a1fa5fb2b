using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using GradService.Domain.Catalog;
using GradService.Tests.Api;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Docs;

/// <summary>The settings of the section Engine: on the page, in appsettings.json and in force, all the same.</summary>
public sealed class EngineSettingsTests
{
    private static readonly Markdown Page = new(Repository.Read("docs/operations.md"));

    private static readonly PropertyInfo[] Settings = [.. typeof(EngineOptions).GetProperties().Where(property => property.SetMethod is not null)];

    [Fact]
    public void They_are_those_that_there_are() =>
        Assert.Equal(Settings.Select(setting => $"Engine:{setting.Name}"),
            Page.NamesInTable("option").Where(name => name.StartsWith("Engine:", StringComparison.Ordinal)));

    [Fact]
    public void Their_defaults_and_ranges_are_those_of_the_page_and_of_the_settings_file()
    {
        var file = JsonNode.Parse(Repository.Read("GradService.Api/appsettings.json"))!["Engine"]!.AsObject();
        Assert.Equal(Settings.Select(setting => setting.Name), file.Select(setting => setting.Key));
        Assert.All(Settings, setting =>
        {
            var row = Page.Table("option").Single(row => row[0] == $"`Engine:{setting.Name}`");
            var value = Convert.ToString(setting.GetValue(new EngineOptions()), CultureInfo.InvariantCulture)!.ToLowerInvariant();
            var range = setting.GetCustomAttribute<RangeAttribute>();
            Assert.Equal(value, row[1]);
            Assert.Equal(value, file[setting.Name]!.ToJsonString());
            Assert.Equal(range is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{range.Minimum} to {range.Maximum}"), row[3]);
        });
    }

    [Fact]
    public async Task One_out_of_range_stops_the_start_and_is_named() =>
        Assert.Contains("NetworkCacheBytes",
            (await Assert.ThrowsAsync<OptionsValidationException>(() => RealStart.RunAsync("--Engine:NetworkCacheBytes=-1"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Those_of_the_configuration_are_in_force()
    {
        await using var application = new GradApplication { Settings = [("Engine:Dense", "false"), ("Engine:NetworkCacheBytes", "0")] };
        Assert.Equal("tensor", (await application.SucceedAsync("/v1/gradients", GoodRequests.Gradient()))["diagnostics"]!["engine"]!["name"]!
            .GetValue<string>());
        Assert.Equal(0, ((NetworkCache)application.Services.GetService(typeof(NetworkCache))!).Count);
    }
}
