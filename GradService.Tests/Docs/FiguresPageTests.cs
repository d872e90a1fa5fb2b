using System.Text.Json;
using GradService.Api.Figures;
using GradService.Api.Wire.Reading;
using GradService.Tests.Api;
using GradService.Tests.Api.Figures;

namespace GradService.Tests.Docs;

/// <summary>docs/figures.md, and the pictures of the documentation: they are what the service draws.</summary>
[Collection(SharedApplication.Name)]
public sealed class FiguresPageTests(GradApplication application)
{
    private const string Folder = "docs/pictures";

    private static readonly Markdown Page = new(Repository.Read("docs/figures.md"));

    private static IReadOnlyList<string> Names { get; } =
        [.. Directory.EnumerateFiles(Repository.PathOf(Folder), "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    public static TheoryData<string> Pictures => new(Names);

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task A_picture_is_byte_for_byte_what_the_service_draws_for_the_request_beside_it(string name) =>
        Assert.Equal(Repository.Read($"{Folder}/{name}.svg"),
            System.Text.Encoding.UTF8.GetString((await application.DrawAsync(Repository.Read($"{Folder}/{name}.json"))).Image));

    [Fact]
    public void Every_picture_has_its_request() =>
        Assert.Equal(Names, Directory.EnumerateFiles(Repository.PathOf(Folder), "*.svg").Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    [Fact]
    public void Every_picture_is_shown_with_words_for_who_cannot_see_it()
    {
        var pages = Repository.Read("README.md") + Repository.Read("docs/figures.md");
        Assert.All(Names, name => Assert.Matches($@"!\[[^\]]{{20,}}\]\((docs/)?pictures/{name}\.svg\)", pages));
    }

    [Fact]
    public void Its_kinds_are_the_kinds_that_there_are() =>
        Assert.Equal(Enum.GetNames<FigureKind>().Select(JsonNamingPolicy.CamelCase.ConvertName), Page.NamesInTable("kind"));

    [Fact]
    public void Its_fields_are_those_of_a_figure_with_their_defaults_and_ranges()
    {
        var fields = RecordFields.Of(typeof(FigureSpec)).Values.ToList();
        Assert.Equal(fields.Select(field => field.Name), Page.NamesInTable("field"));
        Assert.All(fields.Where(field => field.Default is not null),
            field => Assert.Equal($"{field.Default}".ToLowerInvariant(), Page.Table("field").Single(row => row[0] == $"`{field.Name}`")[1]));
        Assert.All(fields.Where(field => field.Name == "width"),
            field => Assert.Contains($"{field.Range!.Minimum} to {field.Range.Maximum}", Page.Table("field").Single(row => row[0] == "`width`")[2],
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task Its_requests_are_answered_with_pictures()
    {
        var requests = Page.CodeBlocks.Where(block => block.Language == "json").ToList();
        Assert.Equal(2, requests.Count);
        Assert.All(await Task.WhenAll(requests.Select(request => application.DrawSvgAsync(request.Text))), svg => Assert.Equal("svg", svg.Name.LocalName));
    }

    [Fact]
    public void Files_and_folders_that_it_names_are_there() => Assert.All(Page.Links, link => Assert.True(Repository.Has($"docs/{link}"), link));
}
