using System.Text.RegularExpressions;
using CsCheck;
using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>A finding is there exactly where it should be, and names every layer concerned, whatever the network, the engine and the precision.</summary>
[Trait("Lane", "Slow")]
public sealed partial class FindingLaws
{
    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false });

    public static TheoryData<string> Families { get; } = ["dense", "convolutional", "chains"];

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_layer_with_a_small_batch_is_named_with_its_count_and_no_other(string networks) => Of(networks).Normalised.Hold(problem =>
    {
        var expected = problem.BatchNorms.Select(placed => (placed.Name, Count: ValuesBehind(problem, placed))).Where(layer => layer.Count < 8)
            .ToDictionary(layer => layer.Name, layer => $"{layer.Count}");
        var said = SmallBatches().Matches(Message(problem, "batch-too-small")).SelectMany(match =>
            match.Groups[1].Value.Split(", ").Select(name => (Name: name, Count: match.Groups[2].Value)))
            .ToDictionary(layer => layer.Name, layer => layer.Count);
        Assert.Equal(expected.OrderBy(pair => pair.Key, StringComparer.Ordinal), said.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    });

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_channel_with_a_variance_below_eps_is_named_with_its_layer_and_no_other(string networks) =>
        Of(networks).Normalised.Select(problem => WithEps(problem)).Hold(problem =>
        {
            var statistics = problem.Oracle.Run(problem.Inputs, problem.Samples).Statistics;
            var precision = problem.IsDouble ? 1e-9 : 1e-3;
            var layers = problem.BatchNorms.Select(placed => (placed.Name, ((BatchNorm)placed.Layer).Eps, statistics[placed.Name].Variance)).ToList();
            if (layers.Any(layer => layer.Variance.Any(variance => Math.Abs(variance - layer.Eps) <= precision * Math.Max(1, layer.Eps))))
            {
                // Rounding decides.
                return;
            }

            var expected = layers.Select(layer => (layer.Name, Below: layer.Variance.Index().Where(channel => channel.Item < layer.Eps).ToList()))
                .Where(layer => layer.Below.Count > 0)
                .Select(layer => $"{layer.Name}: {string.Join(", ", layer.Below.Take(5).Select(channel => channel.Index))}"
                    + (layer.Below.Count > 5 ? $" and {layer.Below.Count - 5} more" : ""));
            var message = Message(problem, "zero-variance-channel");
            var said = BelowEps().Matches(message).Select(match => $"{match.Groups[2].Value}: {match.Groups[1].Value}");
            Assert.Equal(expected.Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
            Assert.DoesNotContain("constant as far as", message, StringComparison.Ordinal);
        });

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_layer_with_half_of_its_statistics_is_named_and_no_other(string networks) => Of(networks).Normalised.Hold(problem =>
    {
        var random = problem.Draws();
        var parameters = problem.Network.Parameters!.Where(pair => !pair.Key.Contains("running_", StringComparison.Ordinal) || random.Next(2) == 0)
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        problem = problem with { Network = problem.Network with { Parameters = parameters } };
        var expected = problem.BatchNorms.Where(placed => ReadsRunning(problem, placed)
            && (parameters.ContainsKey($"{placed.Name}.running_mean") != parameters.ContainsKey($"{placed.Name}.running_var")))
            .Select(placed => $"{placed.Name}:{(parameters.ContainsKey($"{placed.Name}.running_mean") ? "mean" : "variance")}");
        var said = Halves().Matches(Message(problem, "partial-statistics")).Select(match => $"{match.Groups[1].Value}:{match.Groups[2].Value}");
        Assert.Equal(expected.Order(StringComparer.Ordinal), said.Order(StringComparer.Ordinal));
    });

    [Theory]
    [MemberData(nameof(Families))]
    public void Every_layer_on_a_new_networks_statistics_is_named_and_no_other(string networks) => Of(networks).Normalised.Hold(problem =>
    {
        var random = problem.Draws();
        var fresh = problem.BatchNorms.Where(_ => random.Next(2) == 0).Select(placed => placed.Name).ToList();
        var parameters = problem.Network.Parameters!
            .Where(pair => !fresh.Exists(name =>
                pair.Key.StartsWith($"{name}.running_", StringComparison.Ordinal) || pair.Key == $"{name}.num_batches_tracked"))
            .ToDictionary(pair => pair.Key, pair => pair.Value);
        problem = problem with { Network = problem.Network with { Parameters = parameters } };
        var expected = problem.BatchNorms.Where(placed => ((BatchNorm)placed.Layer).TrackRunningStats && problem.ModeOf(placed) == Eval.Mode
            && !parameters.ContainsKey($"{placed.Name}.running_mean")).Select(placed => placed.Name);
        var said = Untrained().Match(Message(problem, "running-stats-untrained")) is { Success: true } match ? match.Groups[1].Value.Split(", ") : [];
        Assert.Equal(expected, said);
    });

    [Theory]
    [MemberData(nameof(Families))]
    public void The_first_layer_with_a_negative_running_variance_is_named_with_its_channel(string networks) =>
        Of(networks).Normalised.Select(problem => problem.InMode(Eval.Mode)).Hold(problem =>
        {
            var random = problem.Draws();
            var broken = new Dictionary<string, int>();
            var parameters = new Dictionary<string, NdArray>(problem.Network.Parameters!);
            foreach (var placed in problem.BatchNorms.Where(placed => ((BatchNorm)placed.Layer).TrackRunningStats && random.Next(2) == 0))
            {
                var channel = broken[placed.Name] = random.Next(placed.Input[0]);
                parameters[$"{placed.Name}.running_var"] =
                    new NdArray(new Shape(placed.Input[0]), [.. Enumerable.Range(0, placed.Input[0]).Select(c => c == channel ? -2 : 1.5)]);
            }

            var message = Message(problem with { Network = problem.Network with { Parameters = parameters } }, "non-finite");
            Assert.Equal(broken.Count > 0, message.Length > 0);
            var first = problem.BatchNorms.FirstOrDefault(placed => broken.ContainsKey(placed.Name));
            Assert.True(first is null
                || message.Contains($"It begins in BatchNorm layer {first.Name} (mode eval): channel {broken[first.Name]} has a negative running variance, -2,",
                    StringComparison.Ordinal), message);
        });

    [Theory]
    [MemberData(nameof(Families))]
    public void Parameters_that_are_none_are_named_and_no_layer_is_blamed(string networks) => Of(networks).Any.Hold(problem =>
    {
        var random = problem.Draws();
        var parameters = new Dictionary<string, NdArray>(problem.Network.Parameters!);
        var names = parameters.Keys.Where(name => name.EndsWith("weight", StringComparison.Ordinal) && parameters[name].Shape.Rank > 1).ToList();
        if (names.Count == 0)
        {
            return;
        }

        // All of its numbers: where a kernel is as wide as what it slides over, some of them meet padding alone.
        var name = names[random.Next(names.Count)];
        var count = parameters[name].Count;
        parameters[name] = new NdArray(parameters[name].Shape, [.. Enumerable.Repeat(double.NaN, count)]);
        var message = Message(problem with { Network = problem.Network with { Parameters = parameters } }, "non-finite");
        Assert.Contains($"\"{name}\" ({count} of {count} number{(count == 1 ? "" : "s")}, the first is NaN)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("It begins", message, StringComparison.Ordinal);
    });

    /// <summary>What a finding says, of both engines the same; empty where there is none.</summary>
    private static string Message(Problem problem, string code)
    {
        var (own, tensors) = (problem.Finding(code, new Sum()), Tensors.Differentiate(problem.Ask(new Sum()), CancellationToken.None).Finding(code));
        Assert.Equal(own is null, tensors is null);
        return own?.Message ?? "";
    }

    private static RandomFamily Of(string networks) => networks == "chains" ? RandomProblems.Chains : RandomFamily.Of(networks);

    /// <summary>Values per channel in a layer's statistics; many where they come from before.</summary>
    private static long ValuesBehind(Problem problem, PlacedLayer placed)
    {
        var (mode, layer) = (problem.ModeOf(placed), (BatchNorm)placed.Layer);
        var samples = mode == Reference.Mode ? problem.Norm.ReferenceInputs!.Shape[0]
            : mode == Eval.Mode && layer.TrackRunningStats ? long.MaxValue >> 32 : problem.Samples;
        return samples * PlacedLayer.Elements(placed.Input[1..]);
    }

    private static bool ReadsRunning(Problem problem, PlacedLayer placed)
    {
        var layer = (BatchNorm)placed.Layer;
        var tracked = problem.Network.Parameters!.GetValueOrDefault($"{placed.Name}.num_batches_tracked")?[0] ?? 0;
        return layer.TrackRunningStats && problem.ModeOf(placed) switch
        {
            Eval or Renorm => true,
            MovingAverage => layer.Momentum is { } momentum ? momentum > 0 : tracked > 0,
            _ => false,
        };
    }

    /// <summary>The same with an eps for each BatchNorm layer, among the usual and the large.</summary>
    private static Problem WithEps(Problem problem)
    {
        var random = problem.Draws();
        double[] eps = [1e-5, 0.1, 1, 10];
        return problem with { Network = problem.Network with { Layers = With(problem.Network.Layers) } };

        IReadOnlyList<Layer> With(IReadOnlyList<Layer> layers) =>
            [.. layers.Select(layer => layer is BatchNorm norm ? norm with { Eps = eps[random.Next(eps.Length)] } : layer.WithInner(With))];
    }

    [GeneratedRegex(@"layer (\S+(?:, \S+)*) are taken over (\d+) values")]
    private static partial Regex SmallBatches();

    [GeneratedRegex(@"Channel (\d+(?:, \d+)*(?: and \d+ more)?) of BatchNorm layer (\S+) ha(?:s|ve) a variance below")]
    private static partial Regex BelowEps();

    [GeneratedRegex(@"BatchNorm layer (\S+(?:, \S+)*) runs? in mode eval")]
    private static partial Regex Untrained();

    [GeneratedRegex(@"BatchNorm layer (\S+) has a running (mean|variance) \(up to")]
    private static partial Regex Halves();
}
