using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Spatial;

namespace GradService.Tests.Api.Wire.Reading;

/// <summary>Sizes that are none, in every field that is a size, and what is no number in every field that is one: 400, at the field.</summary>
[Collection(SharedApplication.Name)]
[Trait("Lane", "Slow")]
public sealed class SizeFieldTests(GradApplication application)
{
    private const string TwoTo63 = "9223372036854775808";

    /// <summary>Fields in which a number that is no size elsewhere has a meaning.</summary>
    private static readonly HashSet<(string Field, string Number)> Meaningful =
        [("padding", "0"), ("dim", "-1"), ("dim", "0"), ("axis", "-1"), ("axis", "0"), ("outputPadding", "0")];

    public static TheoryData<string, string, string> SizesOfLayers { get; } =
        NumbersOfLayers(["-1", "0", TwoTo63], typeof(int), typeof(long), typeof(PerAxis), typeof(ConvolutionPadding));

    public static TheoryData<string, string, string> NumbersThatAreNone { get; } =
        NumbersOfLayers(
        ["\"NaN\"", "NaN"], typeof(int), typeof(long), typeof(double), typeof(PerAxis), typeof(ConvolutionPadding), typeof(ScaleFactors),
        typeof(PadAmounts));

    public static TheoryData<string, string> OtherSizes { get; } = new()
    {
        { "network.inputShape[0]", "-1" }, { "network.inputShape[0]", "0" }, { "network.inputShape[0]", TwoTo63 },
        { "inputs.shape[0]", "-1" }, { "inputs.shape[0]", TwoTo63 },
        { "gradient.order", "-1" }, { "gradient.order", "0" }, { "gradient.order", TwoTo63 },
        { "gradient.outputs[0]", "-1" }, { "gradient.outputs[0]", TwoTo63 },
        { "network.seed", TwoTo63 }, { "dropout.seed", TwoTo63 },
    };

    [Theory]
    [MemberData(nameof(SizesOfLayers))]
    public async Task What_is_no_size_is_refused_in_every_size_of_every_layer(string layer, string field, string number) =>
        AssertRefused(await SendAsync(layer, field, number), $"network.layers[0].{field}");

    [Theory]
    [MemberData(nameof(NumbersThatAreNone))]
    public async Task NaN_is_refused_in_every_number_of_every_layer(string layer, string field, string number) =>
        AssertRefused(await SendAsync(layer, field, number), number == "NaN" ? "network.layers[0]" : $"network.layers[0].{field}");

    [Theory]
    [MemberData(nameof(OtherSizes))]
    public async Task What_is_no_size_is_refused_in_the_other_sizes_of_a_request(string path, string number)
    {
        var request = GoodRequests.Gradient().With("dropout", """{ "seed": 1 }""")
            .With("gradient", path == "gradient.order" ? """{ "kind": "derivatives", "order": 1 }""" : """{ "kind": "perSample", "outputs": [0] }""")
            .With("inputs", path == "inputs.shape[0]" ? """{ "shape": [1, 1], "dtype": "float32", "base64": "AAAAAA==" }""" : "[[1], [2], [3]]");
        AssertRefused(await ProblemAnswer.PostAsync(application, "/v1/gradients", request.With(path, number).ToJsonString()), path);
    }

    [Fact]
    public async Task An_array_of_no_samples_is_refused()
    {
        var request = GoodRequests.Gradient().With("inputs", """{ "shape": [0, 1], "dtype": "float32", "base64": "" }""");
        AssertRefused(await ProblemAnswer.PostAsync(application, "/v1/gradients", request.ToJsonString()), "inputs");
    }

    private static TheoryData<string, string, string> NumbersOfLayers(string[] numbers, params Type[] types)
    {
        var data = new TheoryData<string, string, string>();
        foreach (var (layer, record) in LayerTable.All)
        {
            foreach (var field in RecordFields.Of(record).Values.Where(field => types.Contains(field.Type)))
            {
                foreach (var number in numbers.Where(number => !Meaningful.Contains((field.Name, number))))
                {
                    data.Add(layer, field.Name, number);
                }
            }
        }

        return data;
    }

    private static void AssertRefused(ProblemAnswer answer, string path)
    {
        Assert.Equal([path], answer.Errors.Keys);
        Assert.Equal(400, answer.Status);
    }

    private async Task<ProblemAnswer> SendAsync(string layer, string field, string number)
    {
        var described = new JsonObject { ["type"] = layer };
        foreach (var required in RecordFields.Of(LayerTable.All[layer]).Values.Where(other => other.Required))
        {
            described[required.Name] = required.Type == typeof(IReadOnlyList<IReadOnlyList<Layer>>) ? new JsonArray(new JsonArray())
                : required.Type == typeof(BranchCombination) ? "concat"
                : 1;
        }

        described[field] = "here";
        var request = GoodRequests.Forward().With("network.layers", new JsonArray(described).ToJsonString());
        return await ProblemAnswer.PostAsync(application, "/v1/forward", request.ToJsonString().Replace("\"here\"", number, StringComparison.Ordinal));
    }
}
