using GradService.Tests.Docs;
using SkiaSharp;

namespace GradService.Tests.Api.Figures;

/// <summary>
/// Pictures beside those that somebody looked at. Processors round the shades of an edge in their own ways, so pixels may differ a
/// little; UPDATE_FIGURES=1 in the environment draws them anew, to be looked at again.
/// </summary>
[Collection(SharedApplication.Name)]
public sealed class GoldenFigureTests(GradApplication application)
{
    private const string Folder = "GradService.Tests/Goldens/Figures";

    /// <summary>Mean difference of a channel, and part of the pixels that differ by more than a shade.</summary>
    private const double MeanDifference = 0.5, PartOfPixels = 0.002;

    private const int Shade = 48;

    public static TheoryData<string> Names => new(Goldens.Keys);

    private static Dictionary<string, string> Goldens { get; } = new()
    {
        ["curves-light"] = FigureRequest.Compare("""{ "width": 1100, "height": 560, "format": "png" }"""),
        ["curves-dark"] = FigureRequest.Gradient("derivatives", samples: 12, figure: """{ "width": 480, "height": 320, "theme": "dark", "format": "png" }""")
            .Replace("\"derivatives\"", "\"derivatives\", \"order\": 3", StringComparison.Ordinal),
        ["coupling-light"] = FigureRequest.Gradient("jacobian", "train", samples: 20, figure: """{ "width": 480, "height": 460, "format": "png" }"""),
        ["coupling-dark"] = FigureRequest.Gradient("jacobian", "train", samples: 500,
            figure: """{ "width": 480, "height": 460, "theme": "dark", "format": "png" }"""),
        ["field-light"] = FigureRequest.Field(FigureRequest.Grid(25, 21), """{ "width": 560, "height": 460, "format": "png" }"""),
        ["field-dark"] = FigureRequest.Field(FigureRequest.Spiral(80), """{ "width": 560, "height": 460, "theme": "dark", "format": "png" }"""),
        ["terms-light"] = FigureRequest.Objectives("""{ "width": 960, "height": 320, "format": "png" }"""),
        ["terms-dark"] = FigureRequest.Objectives("""{ "width": 960, "height": 320, "theme": "dark", "format": "png" }"""),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_figure_looks_as_it_did(string name)
    {
        var drawn = (await application.DrawAsync(Goldens[name])).Image;
        var path = Repository.PathOf($"{Folder}/{name}.png");
        if (Environment.GetEnvironmentVariable("UPDATE_FIGURES") == "1")
        {
            await File.WriteAllBytesAsync(path, drawn);
        }

        var (mean, part) = Difference(drawn, await File.ReadAllBytesAsync(path));
        Assert.True(mean <= MeanDifference && part <= PartOfPixels,
            $"{name}: channels differ by {mean:0.###} on average, and {part:P2} of the pixels by more than a shade. If that is meant, run once with "
                + "UPDATE_FIGURES=1, and look at it.");
    }

    [Fact]
    public void Every_picture_in_the_folder_is_compared() =>
        Assert.Equal(Goldens.Keys.Order(), Directory.EnumerateFiles(Repository.PathOf(Folder)).Select(file => Path.GetFileNameWithoutExtension(file)).Order());

    [Fact]
    public async Task The_comparison_sees_another_theme_another_curve_and_another_size()
    {
        var golden = (await application.DrawAsync(Goldens["curves-light"])).Image;
        Assert.All(
            await Task.WhenAll(new[] { ("\"png\"", "\"png\", \"theme\": \"dark\""), ("\"seed\": 7", "\"seed\": 8"), ("\"height\": 560", "\"height\": 561") }
                .Select(async change => (await application.DrawAsync(
                    Goldens["curves-light"].Replace(change.Item1, change.Item2, StringComparison.Ordinal))).Image)),
            other => Assert.True(Difference(golden, other) is { Mean: > MeanDifference } or { Part: > PartOfPixels }));
    }

    private static (double Mean, double Part) Difference(byte[] now, byte[] then)
    {
        using var a = SKBitmap.Decode(now);
        using var b = SKBitmap.Decode(then);
        if ((a.Width, a.Height) != (b.Width, b.Height))
        {
            return (double.PositiveInfinity, 1);
        }

        var (sum, other) = (0L, 0);
        foreach (var (p, q) in a.Pixels.Zip(b.Pixels))
        {
            var (red, green, blue) = (Math.Abs(p.Red - q.Red), Math.Abs(p.Green - q.Green), Math.Abs(p.Blue - q.Blue));
            sum += red + green + blue;
            other += Math.Max(red, Math.Max(green, blue)) > Shade ? 1 : 0;
        }

        return (sum / (3.0 * a.Pixels.Length), other / (double)a.Pixels.Length);
    }
}
