using GradService.Api.Serving.Admission;
using GradService.Domain.Budget;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Hosting.Preparation;

/// <summary>Settings: those out of range stop the start and are named, those in range are in force.</summary>
public sealed class StartTests
{
    [Theory]
    [InlineData("MaxRequestBytes", "0")]
    [InlineData("MaxResultBytes", "9999999999999")]
    [InlineData("MaxNativeBytes", "-1")]
    [InlineData("MaxParameters", "0")]
    [InlineData("MaxLayers", "0")]
    [InlineData("MaxNesting", "25")]
    [InlineData("MaxPasses", "0")]
    [InlineData("ComputeThreads", "0")]
    [InlineData("QueueLength", "0")]
    [InlineData("DeadlineSeconds", "0")]
    [InlineData("MaxTotalNativeBytes", "0")]
    [InlineData("MaxBufferedBytes", "1000")]
    public async Task A_setting_out_of_range_stops_the_start_and_is_named(string name, string value) =>
        Assert.Contains(name, (await Assert.ThrowsAsync<OptionsValidationException>(() => RealStart.RunAsync($"--Limits:{name}={value}"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_setting_that_is_no_number_stops_the_start_and_is_named() =>
        Assert.Contains("MaxPasses", (await Assert.ThrowsAsync<InvalidOperationException>(() => RealStart.RunAsync("--Limits:MaxPasses=many"))).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task Settings_are_in_force_and_capabilities_show_them()
    {
        await using var application = new GradApplication
        {
            Settings = [("Limits:MaxPasses", "1234"), ("Limits:DeadlineSeconds", "7.5"), ("Limits:ComputeThreads", "3")],
        };
        using var client = application.CreateClient();
        Assert.Equal(1234, application.Services.GetRequiredService<IOptions<Limits>>().Value.MaxPasses);
        Assert.Equal(7.5, application.Services.GetRequiredService<IOptions<ComputeOptions>>().Value.DeadlineSeconds);
        var limits = System.Text.Json.Nodes.JsonNode.Parse(await client.GetStringAsync("/v1/capabilities"))!["limits"]!;
        Assert.Equal((1234, 7.5, 3),
            (limits["maxPasses"]!.GetValue<double>(), limits["deadlineSeconds"]!.GetValue<double>(), limits["computeThreads"]!.GetValue<double>()));
    }

    [Fact]
    public async Task Settings_are_looked_for_beside_the_program_wherever_it_is_started_from()
    {
        await using var application = new GradApplication();
        Assert.Equal(AppContext.BaseDirectory, application.Services.GetRequiredService<Microsoft.AspNetCore.Hosting.IWebHostEnvironment>().ContentRootPath);
    }
}
