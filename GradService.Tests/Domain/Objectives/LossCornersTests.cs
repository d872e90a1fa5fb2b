using GradService.Domain.Arrays;
using GradService.Domain.Findings;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Objectives;

/// <summary>Corners of a loss on which the answer stands, as the finding kink tells them.</summary>
public sealed class LossCornersTests
{
    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void A_gradient_of_zero_is_the_corner_of_its_norm(Dtype dtype)
    {
        var request = Request(new ObjectiveTerm { Name = "gp", On = "m", GradientPenalty = new() { Output = "u", Center = 1 } }, dtype);
        var answer = request.Answer();
        var finding = answer.Finding("kink")!;
        Assert.Equal(Severity.Info, finding.Severity);
        Assert.Contains("In term 'gp' the norm of ∇u is exactly 0 at 2 of 2 points (the first: 0)", finding.Message, StringComparison.Ordinal);
        Assert.Contains("given as 0 there, by PyTorch's choice", finding.Message, StringComparison.Ordinal);
        Assert.Equal(0, answer.GradientNorm());

        // One-sided: moving a weight of the last layer either way makes the loss smaller.
        Assert.All(new[] { 1e-3, -1e-3 }, by => Assert.True(Moved(request, by).Answer().Value < answer.Value));
    }

    [Fact]
    public void With_a_center_of_zero_there_is_no_corner() =>
        Assert.Null(Request(new ObjectiveTerm { Name = "gp", On = "m", GradientPenalty = new() { Output = "u", Center = 0 } }).Answer().Finding("kink"));

    [Theory]
    [InlineData("abs(u) - 1", true)]
    [InlineData("abs(u)", false)]
    [InlineData("abs(x - 0.5) + u", false)]
    [InlineData("abs(u + 1)", false)]
    [InlineData("u - 1", false)]
    [InlineData("1 + abs(u_x)*abs(u_y + 1)", true)]
    public void Abs_has_its_corner_at_zero_where_the_loss_moves_with_it(string residual, bool corner)
    {
        // The square of abs(u) has none at u = 0, and the network does not move x.
        var finding = Request(new ObjectiveTerm { Name = "l1", On = "m", Residual = residual }).Answer().Finding("kink");
        Assert.Equal(corner, finding is not null);
        Assert.StartsWith(corner ? "In term 'l1' the argument of abs is exactly 0 at 2 of 2 points (the first: 0)" : "", finding?.Message ?? "",
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_mean_of_abs_has_one_too() =>
        Assert.NotNull(Request(new ObjectiveTerm { Name = "l1", On = "m", Residual = "abs(u)", Reduction = Reduction.Mean }).Answer().Finding("kink"));

    [Fact]
    public void A_root_of_zero_has_no_gradient_at_all() =>
        Assert.Contains("the argument of sqrt is exactly 0 at 2 of 2 points (the first: 0): the loss has a corner there, at which one-sided derivatives "
            + "differ. There is no finite gradient",
            Request(new ObjectiveTerm { Name = "eik", On = "m", Residual = "sqrt(u_x^2 + u_y^2) - 1" }).Answer().Finding("kink")!.Message,
            StringComparison.Ordinal);

    [Fact]
    public void Points_are_counted_among_thousands()
    {
        // u = 0, and abs(u + x) has its corner at the points with x = 0.
        var request = Request(new ObjectiveTerm { Name = "l1", On = "m", Residual = "abs(u + x) + 1" });
        var inputs = new NdArray(new Shape(4_000, 2), [.. Enumerable.Range(0, 8_000).Select(i => (double)((i / 2) % 1_500))]);
        Assert.Contains("exactly 0 at 3 of 4000 points (the first: 0)",
            (request with { Points = [new() { Name = "m", Inputs = inputs }] }).Answer().Finding("kink")!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_random_whole_numbers_each_point_on_the_corner_is_counted()
    {
        var random = new Random(20267);
        for (var i = 0; i < RandomCases.Count(200); i++)
        {
            var (weight, bias, a, b, c) = (random.Next(-2, 3), random.Next(-2, 3), random.Next(4), random.Next(4), random.Next(3));
            var points = Enumerable.Range(0, random.Next(1, 30)).Select(_ => random.Next(-3, 4)).ToList();
            var on = points.Index().Where(point => ((((weight * point.Item) + bias - a) * (point.Item - b)) - c) == 0).Select(point => point.Index).ToList();
            var request = new ObjectiveRequest
            {
                Network = new NetworkSpec
                {
                    InputShape = [1],
                    Layers = [new Linear { OutFeatures = 1 }],
                    Dtype = random.Next(2) == 0 ? Dtype.Float32 : Dtype.Float64,
                    Parameters = new Dictionary<string, NdArray>
                    {
                        ["0.weight"] = new(new Shape(1, 1), [(double)weight]),
                        ["0.bias"] = new(new Shape(1), [(double)bias]),
                    },
                },
                Points = [new() { Name = "m", Inputs = PoissonProblem.Column([.. points.Select(x => (double)x)]) }],
                Terms = [new() { Name = "l1", On = "m", Residual = $"abs((u - {a})*(x - {b}) - {c}) + 1" }],
            };
            var message = request.Answer().Finding("kink")?.Message ?? "";
            Assert.StartsWith(on.Count == 0 ? "" : $"In term 'l1' the argument of abs is exactly 0 at {on.Count} of {points.Count} point"
                + $"{(points.Count == 1 ? "" : "s")} (the first: {on[0]})", message, StringComparison.Ordinal);
            Assert.Equal(on.Count > 0, message.Length > 0);
        }
    }

    [Fact]
    public void Who_asks_for_no_gradient_hears_nothing_of_it() =>
        Assert.Null((Request(new ObjectiveTerm { Name = "l1", On = "m", Residual = "abs(u) - 1" }) with { Return = [ObjectivePart.Residuals] }).Answer()
            .Finding("kink"));

    [Fact]
    public void What_finite_differences_meet_is_said_beside_it()
    {
        // relu at 0 in the last layer, whose value 0 is where abs has its corner.
        var request = Request(new ObjectiveTerm { Name = "l1", On = "m", Residual = "abs(u) - 1" });
        var spec = (NetworkSpec)request.Network;
        request = request with
        {
            Network = spec with { Layers = [.. spec.Layers, new Relu()] },
            Diagnostics = new() { FiniteDifferences = true },
        };
        var message = request.Answer().Finding("kink")!.Message;
        Assert.Contains("straddle a point", message, StringComparison.Ordinal);
        Assert.Contains("In term 'l1' the argument of abs", message, StringComparison.Ordinal);
    }

    private static ObjectiveRequest Moved(ObjectiveRequest request, double by)
    {
        var spec = (NetworkSpec)request.Network;
        var parameters = new Dictionary<string, NdArray>(spec.Parameters!) { ["2.weight"] = new(new Shape(1, 4), new[] { by, 0, 0, 0 }) };
        return request with { Network = spec with { Parameters = parameters } };
    }

    /// <summary>Of two inputs, u being 0 everywhere.</summary>
    private static ObjectiveRequest Request(ObjectiveTerm term, Dtype dtype = Dtype.Float64) => new()
    {
        Network = new NetworkSpec
        {
            InputShape = [2],
            Layers = [new Linear { OutFeatures = 4 }, new Softplus(), new Linear { OutFeatures = 1 }],
            Dtype = dtype,
            Seed = 1,
            Parameters = new Dictionary<string, NdArray> { ["2.weight"] = new(new Shape(1, 4), new double[4]), ["2.bias"] = new(new Shape(1), new double[1]) },
        },
        Variables = ["x", "y"],
        Points = [new() { Name = "m", Inputs = Points(0.5, 0.5, 0.1, 0.3) }],
        Terms = [term],
    };

    private static NdArray Points(params double[] values) => new(new Shape(values.Length / 2, 2), values);
}
