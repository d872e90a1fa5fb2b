using System.Text.Json;
using GradService.Api.Networks;
using GradService.Tests.Api;
using GradService.Tests.Api.Wire.Arrays;

namespace GradService.Tests.Docs;

/// <summary>docs/networks.md: its requests are answered as it says, and its tables are of what there is.</summary>
public sealed class NetworksPageTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    private static readonly Markdown Page = new(Repository.Read("docs/networks.md"));

    [Fact]
    public async Task Its_requests_are_answered_from_top_to_bottom_as_it_says()
    {
        var file = HttpFile.Parse($"@host = \n\n{string.Join("\n", Page.CodeBlocks.Where(block => block.Language == "http").Select(block => block.Text))}");
        Assert.True(file.Requests.Count > 10);
        using var client = application.CreateClient();
        var run = new HttpFileRun(file, client);
        foreach (var request in file.Requests)
        {
            var broken = await run.SendAsync(request);
            Assert.True(broken is null, $"{request.Name}: {broken}");
        }
    }

    [Fact]
    public void Its_fields_are_those_of_the_answer() =>
        Assert.Equal(typeof(NetworkReport).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name)),
            Page.NamesInTable("field"));

    [Fact]
    public void Its_forms_of_parameters_are_those_that_there_are() => Assert.Equal(ParametersAnswer.Forms, Page.NamesInTable("`Accept`"));

    [FactNeedsCurl]
    public async Task Its_command_uploads_a_file_of_PyTorch()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.Path);
        await File.WriteAllBytesAsync(Path.Combine(folder.Path, "model.safetensors"), SafetensorsFile.OfPyTorch);
        var command = Page.CodeBlocks.Single(block => block.Language == "bash").Text
            .Replace("http://127.0.0.1:5080", application.Address, StringComparison.Ordinal);
        Assert.Contains("\"name\":\"from-pytorch\"", await Tool.Curl.RunAsync("-c", $"cd {folder.Path} && {command}"), StringComparison.Ordinal);
    }
}
