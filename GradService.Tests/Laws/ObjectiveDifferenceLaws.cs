using System.Text.Json.Nodes;
using CsCheck;
using GradService.Tests.Api;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>
/// Parameter gradients of random losses are the central differences of the losses themselves, as the service answers them. Where
/// gradients do not flow through the statistics, the statistics are held: the request is posted in mode eval with those that the
/// service reports to have used as the running ones.
/// </summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class ObjectiveDifferenceLaws(GradApplication application)
{
    private const double Tolerance = 1e-6;

    /// <summary>Differences are of fourth order, and statistics make the loss bend where weights are a hundred times this.</summary>
    private const double Step = 1e-4;

    /// <summary>What cancels leaves noise of the size of what was summed: smaller arrays are measured by this share of the largest.</summary>
    private const double Floor = 1e-3;

    [Theory]
    [InlineData("train", "sum", null)]
    [InlineData("train", "perSample", null)]
    [InlineData("trainDetached", null, null)]
    [InlineData("trainDetached", null, true)]
    [InlineData("trainDetached", null, false)]
    [InlineData("eval", null, null)]
    [InlineData("eval", "sum", null)]
    [InlineData("movingAverage", null, null)]
    [InlineData("movingAverage", null, true)]
    [InlineData("reference", null, null)]
    [InlineData("reference", null, false)]
    public Task Parameter_gradients_are_central_differences_of_the_loss(string mode, string? derivative, bool? throughStatistics) =>
        Gen.Int[0, 1_000_000].SampleAsync(
            async salt =>
            {
                var options = new JsonObject { ["mode"] = mode };
                if (throughStatistics is { } flows)
                {
                    options["throughStatistics"] = flows;
                }

                await AssertGradientsAsync(new RandomObjectives(salt).Draw(options, derivative), held: !(throughStatistics ?? mode != "movingAverage"));
            },
            iter: RandomCases.Count(8));

    [Theory]
    [InlineData("train", "sum", null)]
    [InlineData("train", "perSample", null)]
    [InlineData("trainDetached", null, true)]
    [InlineData("trainDetached", null, false)]
    [InlineData("eval", null, null)]
    [InlineData("movingAverage", null, true)]
    [InlineData("reference", null, null)]
    public Task With_unknowns_fields_data_pairs_and_weights_gradients_by_everything_are_central_differences(
        string mode, string? derivative, bool? throughStatistics) => Gen.Int[0, 1_000_000].SampleAsync(
        async salt =>
        {
            var options = new JsonObject { ["mode"] = mode };
            if (throughStatistics is { } flows)
            {
                options["throughStatistics"] = flows;
            }

            await AssertGradientsAsync(new RandomObjectives(salt).DrawWithAll(options, derivative), held: throughStatistics == false, byPoints: true);
        },
        iter: RandomCases.Count(8));

    private async Task AssertGradientsAsync(JsonObject request, bool held, bool byPoints = false)
    {
        var answer = await application.SucceedAsync("/v1/objectives", request);
        JsonObject[] losses = held ? [.. Held(request, answer)] : [request];
        await AssertValueAsync(request, answer, losses);
        await AssertFamilyAsync(request, losses, "parameterGradients", answer, (loss, name) => (loss["network"]!["parameters"]!.AsObject(), name));
        if (!byPoints)
        {
            return;
        }

        await AssertFamilyAsync(request, losses, "unknownGradients", answer, (loss, name) => (loss["unknowns"]!.AsObject(), name));

        // By the points, statistics move in mode train, and where mode eval has no running ones.
        losses = request["batchNorm"]!["mode"]!.GetValue<string>() is "train" or "eval" ? [request] : [.. Held(request, answer)];
        await AssertValueAsync(request, answer, losses);
        await AssertFamilyAsync(request, losses, "inputGradients", answer,
            (loss, name) => (loss["points"]!.AsArray().Single(set => set!["name"]!.GetValue<string>() == name)!.AsObject(), "inputs"));
    }

    /// <summary>What is differenced is the loss that was differentiated.</summary>
    private async Task AssertValueAsync(JsonObject request, JsonNode answer, JsonObject[] losses)
    {
        var value = answer["value"]!.GetValue<double>();
        var scale = answer["terms"]!.AsArray().Sum(term => Math.Abs(term!["value"]!.GetValue<double>() * term["weight"]!.GetValue<double>()));
        var again = await ValueAsync(losses);
        Assert.True(Math.Abs(again - value) <= 1e-12 * scale, $"the loss is {value:R}, and {again:R} with its statistics held\n{request.ToJsonString()}");
    }

    /// <param name="request">The request.</param>
    /// <param name="losses">What is differenced.</param>
    /// <param name="family">The gradients' field in the answer.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="moved">Where a request has what a gradient is taken by.</param>
    private async Task AssertFamilyAsync(
        JsonObject request, JsonObject[] losses, string family, JsonNode answer, Func<JsonObject, string, (JsonObject Owner, string Field)> moved)
    {
        var gradients = answer[family]!.AsObject();
        var largest = gradients.Max(gradient => Numbers.Of(gradient.Value).MaxAbsolute);
        var random = new Random(gradients.Count);
        foreach (var (parameter, gradient) in gradients)
        {
            // Along a random corner of the array's cube every entry counts.
            var entries = Numbers.Of(gradient).Values;
            double[] direction = [.. entries.Select(_ => random.Next(2) == 0 ? -1.0 : 1.0)];
            var expected = await DifferenceAsync(losses, loss => moved(loss, parameter), direction);
            var actual = entries.Zip(direction, (entry, along) => entry * along).Sum();
            var size = Math.Max(entries.Sum(Math.Abs), Floor * largest);
            Assert.True(Math.Abs(actual - expected) <= Tolerance * size,
                $"along {parameter} the gradient is {actual:R}, the loss changes by {expected:R}: off by {Math.Abs(actual - expected) / size:G3} of "
                    + $"{size:G3}\n{request.ToJsonString()}");
        }
    }

    /// <summary>The loss with its statistics as constants: one request, or one for each set that is normalised by itself.</summary>
    private static IEnumerable<JsonObject> Held(JsonObject request, JsonNode answer)
    {
        if (answer["batchNorm"]!["batches"] is not JsonArray batches)
        {
            yield return Held(request, answer["batchNorm"]!["layers"]!.AsArray());
            yield break;
        }

        foreach (var batch in batches)
        {
            var set = batch!["points"]!.GetValue<string>();
            var part = request.DeepClone().AsObject();
            part["points"] = new JsonArray(
                [.. part["points"]!.AsArray().Where(points => points!["name"]!.GetValue<string>() == set).Select(points => points!.DeepClone())]);
            part["terms"] = new JsonArray(
                [.. part["terms"]!.AsArray().Where(term => term!["on"]!.GetValue<string>() == set).Select(term => term!.DeepClone())]);
            yield return Held(part, batch["layers"]!.AsArray());
        }
    }

    private static JsonObject Held(JsonObject request, JsonArray layers)
    {
        var held = request.DeepClone().AsObject();
        held["batchNorm"] = new JsonObject { ["mode"] = "eval" };
        KeepRunningStatistics(held["network"]!["layers"]!.AsArray());
        foreach (var layer in layers)
        {
            var name = layer!["name"]!.GetValue<string>();
            held["network"]!["parameters"]![$"{name}.running_mean"] = layer["mean"]!.DeepClone();
            held["network"]!["parameters"]![$"{name}.running_var"] = layer["variance"]!.DeepClone();
        }

        return held;
    }

    /// <summary>A layer that keeps none could not be given any.</summary>
    private static void KeepRunningStatistics(JsonArray layers)
    {
        foreach (var layer in layers)
        {
            if (layer!["type"]!.GetValue<string>() == "batchNorm")
            {
                layer["trackRunningStats"] = true;
            }

            if (layer["layers"] is JsonArray inner)
            {
                KeepRunningStatistics(inner);
            }
        }
    }

    private async Task<double> DifferenceAsync(JsonObject[] losses, Func<JsonObject, (JsonObject Owner, string Field)> moved, double[] direction)
    {
        async Task<double> Across(double step) =>
            await ValueAsync([.. losses.Select(loss => Moved(loss, moved, direction, step))])
                - await ValueAsync([.. losses.Select(loss => Moved(loss, moved, direction, -step))]);

        return ((8 * await Across(Step)) - await Across(2 * Step)) / (12 * Step);
    }

    private async Task<double> ValueAsync(JsonObject[] losses)
    {
        var sum = 0.0;
        foreach (var loss in losses)
        {
            sum += (await application.SucceedAsync("/v1/objectives", loss))["value"]!.GetValue<double>();
        }

        return sum;
    }

    private static JsonObject Moved(JsonObject request, Func<JsonObject, (JsonObject Owner, string Field)> moved, double[] direction, double step)
    {
        var other = request.DeepClone().AsObject();
        var (owner, field) = moved(other);
        var entry = 0;
        owner[field] = Shifted(owner[field]!);
        return other;

        JsonNode Shifted(JsonNode node) => node is JsonArray array
            ? new JsonArray([.. array.Select(element => Shifted(element!))])
            : node.GetValue<double>() + (step * direction[entry++]);
    }
}
