using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GradService.Tests.Api.Figures;

/// <summary>What is in the SVG of a figure, and what must not be.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed partial class SvgStructureTests(GradApplication application)
{
    private const string Output = "#0072B2", Derivative = "#D55E00", HelperLine = "#59636E";

    /// <summary>A request of every kind.</summary>
    public static TheoryData<string> Kinds => new(
        FigureRequest.Gradient(), FigureRequest.Compare(), FigureRequest.Gradient("jacobian", "train"), FigureRequest.Field(FigureRequest.Grid(9, 7)),
        FigureRequest.Field(FigureRequest.Spiral(40)), FigureRequest.Objectives());

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_needs_nothing_but_itself_and_no_policy_forbids_any_of_it(string request)
    {
        var svg = await application.DrawSvgAsync(request);
        string[] allowed = ["svg", "title", "desc", "defs", "g", "path", "rect", "ellipse", "use", "clipPath", "image"];
        Assert.Empty(svg.DescendantsAndSelf().Select(element => element.Name.LocalName).Distinct().Except(allowed));
        Assert.DoesNotContain(svg.DescendantsAndSelf().Attributes(),
            attribute => attribute.Name.LocalName is "style" or "class" || attribute.Name.LocalName.StartsWith("on", StringComparison.Ordinal)
                || attribute.Name.LocalName.StartsWith("font", StringComparison.Ordinal));
        Assert.All(svg.Descendants().Attributes("href"), attribute => Assert.Matches("^(#|data:image/png;base64,)", attribute.Value));
        Assert.All(svg.DescendantsAndSelf(), element => Assert.Equal("http://www.w3.org/2000/svg", element.Name.NamespaceName));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task It_says_what_it_is(string request)
    {
        var svg = await application.DrawSvgAsync(request);
        Assert.Equal("img", (string?)svg.Attribute("role"));
        Assert.Equal(["title", "desc"], svg.Elements().Take(2).Select(element => element.Name.LocalName));
        Assert.All(svg.Elements().Take(2), element => Assert.NotEqual("", element.Value));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Its_names_are_there_once_each_and_begin_as_no_other_picture_s_do(string request)
    {
        var names = NamesIn(await application.DrawSvgAsync(request));
        Assert.Distinct(names);
        var prefix = Assert.Single(names.Select(name => name.Split('-')[0]).Distinct());
        Assert.Matches("^f[0-9a-f]{8}$", prefix);
        var other = NamesIn(await application.DrawSvgAsync(
            request.Replace("\"seed\": 7", "\"seed\": 8", StringComparison.Ordinal).Replace("\"seed\": 3", "\"seed\": 4", StringComparison.Ordinal)));
        Assert.NotEmpty(other);
        Assert.Empty(names.Intersect(other));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Every_name_that_it_uses_is_its_own(string request)
    {
        var svg = await application.DrawSvgAsync(request);
        var used = svg.Descendants().Attributes().Where(attribute => attribute.Name.LocalName is "href" or "clip-path")
            .Select(attribute => Reference().Match(attribute.Value)).Where(match => match.Success).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.NotEmpty(used);
        Assert.Subset(NamesIn(svg).ToHashSet(), used.ToHashSet());
    }

    [Fact]
    public async Task The_size_is_the_one_that_was_asked_for()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient(figure: """{ "width": 321, "height": 234 }"""));
        Assert.Equal(("321", "234", "0 0 321 234"), ((string?)svg.Attribute("width"), (string?)svg.Attribute("height"), (string?)svg.Attribute("viewBox")));
    }

    [Fact]
    public async Task A_comparison_has_a_panel_for_each_entry_with_its_curve_and_its_derivative()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Compare());
        Assert.Equal((5, 5), (Strokes(svg, Output, "2").Count, Strokes(svg, Derivative, "2").Count));
        Assert.Equal("train, sum; train, perSample; trainDetached, perSample; eval, perSample; movingAverage, perSample", Title(svg));
        Assert.Equal(3, Regex.Count(Description(svg), "turns at x = 0.143"));
    }

    [Fact]
    public async Task The_finding_stands_beside_the_mode()
    {
        var description = Description(await application.DrawSvgAsync(FigureRequest.Compare()));
        Assert.Contains("train, sum: rounding noise: the sum's gradient vanishes.", description, StringComparison.Ordinal);
        Assert.Contains("trainDetached, perSample: the slope of the curve.", description, StringComparison.Ordinal);
        Assert.Contains("eval, perSample: running statistics never saw a batch.", description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_extremum_is_marked_on_the_curve_and_across_both_axes()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient());
        var circle = Assert.Single(svg.Descendants(), element => element.Name.LocalName == "ellipse");
        Assert.Equal(Output, (string?)circle.Attribute("stroke"));
        var upright = Assert.Single(Strokes(svg, HelperLine, "1").Select(PointsOf),
            points => points.Count > 20 && points.Select(point => point.X).Distinct().Count() == 1);
        Assert.Equal((double)circle.Attribute("cx")!, upright[0].X, 0.11);
    }

    [Fact]
    public async Task The_detached_derivative_crosses_zero_where_the_curve_turns()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient(samples: 300));
        var turn = (double)Assert.Single(svg.Descendants(), element => element.Name.LocalName == "ellipse").Attribute("cx")!;
        var zero = Strokes(svg, HelperLine, "1").Select(PointsOf)
            .Single(points => points.Count > 20 && points.Select(point => point.Y).Distinct().Count() == 1)[0].Y;
        var derivative = PointsOf(Assert.Single(Strokes(svg, Derivative, "2")));
        Assert.Equal(zero, derivative.MinBy(point => Math.Abs(point.X - turn)).Y, 3.0);
        Assert.True(derivative.Max(point => Math.Abs(point.Y - zero)) > 50);
    }

    [Fact]
    public async Task A_sum_that_vanishes_is_drawn_flat_on_its_zero_line()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient("sum", "train"));
        Assert.Single(PointsOf(Assert.Single(Strokes(svg, Derivative, "2"))).Select(point => point.Y).Distinct());
    }

    [Fact]
    public async Task Curves_of_many_samples_have_no_more_points_than_there_are_pixels_to_show()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient(samples: 5_000, figure: """{ "width": 400, "height": 300 }"""));
        Assert.InRange(PointsOf(Assert.Single(Strokes(svg, Output, "2"))).Count, 300, 4 * 400);
    }

    [Fact]
    public async Task Panels_of_several_requests_stand_in_their_order_under_their_titles()
    {
        var one = """{ "network": {0}, "inputs": [[0], [0.25], [0.5], [0.75], [1]], "gradient": { "kind": "sum" } }""".Replace(
            "{0}", FigureRequest.Forum, StringComparison.Ordinal);
        var svg = await application.DrawSvgAsync(
            $$"""{ "panels": [{ "of": "gradients", "request": {{one}}, "title": "first" }, { "of": "gradients", "request": {{one}} }] }""");
        Assert.Equal("first; train, sum", Title(svg));
    }

    [Fact]
    public async Task The_share_of_the_coupling_is_the_one_that_the_answer_has()
    {
        var answer = await application.SucceedAsync("/v1/gradients",
            System.Text.Json.Nodes.JsonNode.Parse(FigureRequest.Gradient("jacobian", "train", samples: 20))!["request"]!);
        var share = 100 * answer["diagnostics"]!["coupling"]!["share"]!.GetValue<double>();
        Assert.Contains(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{share:G3}% of the squared Jacobian is between samples"),
            Description(await application.DrawSvgAsync(FigureRequest.Gradient("jacobian", "train", samples: 20))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(20, "20 by 20 cells. ‖∂yⱼ/∂xᵢ‖ of each pair of samples")]
    [InlineData(128, "64 by 64 cells. root mean square of ‖∂yⱼ/∂xᵢ‖, j ≠ i, over blocks of 2 samples")]
    [InlineData(131, "44 by 44 cells. root mean square of ‖∂yⱼ/∂xᵢ‖, j ≠ i, over blocks of 3 samples, the last of 2")]
    public async Task A_map_that_sums_up_says_so(int samples, string words) =>
        Assert.Contains(words, Description(await application.DrawSvgAsync(FigureRequest.Gradient("jacobian", "train", samples))), StringComparison.Ordinal);

    [Fact]
    public async Task A_blind_variant_is_framed_and_called_so()
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Objectives());
        Assert.Equal(2, svg.Descendants()
            .Count(element => (string?)element.Attribute("stroke") == Derivative && (string?)element.Attribute("stroke-width") == "2"));
        Assert.Single(Regex.Matches(Description(svg), ", blind"));
        Assert.Contains("c  trainDetached: 1.000", Description(svg).Replace("c trainDetached", "c  trainDetached", StringComparison.Ordinal),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grid_is_one_image_with_arrows_and_other_samples_are_points()
    {
        var (grid, spiral) = (await application.DrawSvgAsync(FigureRequest.Field(FigureRequest.Grid(9, 7))),
            await application.DrawSvgAsync(FigureRequest.Field(FigureRequest.Spiral(40))));
        Assert.Equal("pixelated", (string?)Assert.Single(grid.Descendants(), element => element.Name.LocalName == "image").Attribute("image-rendering"));
        Assert.DoesNotContain(spiral.Descendants(), element => element.Name.LocalName == "image");
        Assert.True(spiral.Descendants().Count(element => element.Name.LocalName == "ellipse") >= 40);
        Assert.All([grid, spiral],
            svg => Assert.Equal(2, svg.Descendants()
                .Count(element => (string?)element.Attribute("stroke-linecap") == "round" && (string?)element.Attribute("stroke-linejoin") == "round")));
    }

    [Theory]
    [InlineData("light", "white", Output)]
    [InlineData("dark", "#14171C", "#56B4E9")]
    public async Task A_theme_has_its_colours(string theme, string background, string output)
    {
        var svg = await application.DrawSvgAsync(FigureRequest.Gradient(figure: $$"""{ "theme": "{{theme}}" }"""));
        Assert.Equal(background, (string?)svg.Elements().First(element => element.Name.LocalName == "rect").Attribute("fill"));
        Assert.Single(Strokes(svg, output, "2"));
    }

    private static List<string> NamesIn(XElement svg) => [.. svg.Descendants().Attributes("id").Select(attribute => attribute.Value)];

    private static string Title(XElement svg) => svg.Elements().First(element => element.Name.LocalName == "title").Value;

    private static string Description(XElement svg) => svg.Elements().First(element => element.Name.LocalName == "desc").Value;

    private static List<XElement> Strokes(XElement svg, string color, string width) =>
        [
            .. svg.Descendants()
                .Where(element => element.Name.LocalName == "path" && (string?)element.Attribute("stroke") == color
                    && (string?)element.Attribute("stroke-width") == width)];

    private static List<(double X, double Y)> PointsOf(XElement path) =>
        [.. Point().Matches((string)path.Attribute("d")!)
            .Select(match => (double.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture),
                double.Parse(match.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture)))];

    [GeneratedRegex(@"^(?:url\()?#([^)]+)\)?$")]
    private static partial Regex Reference();

    [GeneratedRegex("[ML](-?[0-9.]+) (-?[0-9.]+)")]
    private static partial Regex Point();
}
