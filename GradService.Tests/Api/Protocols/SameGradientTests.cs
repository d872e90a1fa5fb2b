using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Networks;
using GradService.Tests.Api.Protocols.Tesseract;
using GradService.Tests.Api.Protocols.UmBridge;

namespace GradService.Tests.Api.Protocols;

/// <summary>Whichever way one asks, the numbers are those of /v1, to the bit: over random networks, in every mode that can be asked for.</summary>
[Trait("Lane", "Slow")]
public sealed class SameGradientTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private const int Networks = 12;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Outputs_vjp_jvp_hvp_and_Jacobian_are_the_same_through_each_protocol(int series)
    {
        for (var seed = series * 1000; seed < (series * 1000) + Networks; seed++)
        {
            var text = new RandomNetworkText(seed);
            var (name, samples) = ($"random-{seed}", 2 + (seed % 4));
            await application.StoreAsync(name, text.Network());
            var mode = ServedModes.All[seed % ServedModes.All.Count].Name;
            var output =
                (await new TesseractClient(application, name)
                    .GetAsync("openapi.json"))["components"]!["schemas"]!["ApplyOutputSchema"]!["differentiable_arrays"]!["outputs"]!["shape"]!.AsArray()
                    .Skip(1).Select(size => size!.GetValue<int>()).ToArray();
            var batch = new Batch(name, mode, samples, text.Input, output,
                text.Numbers(samples * Product(text.Input)), text.Numbers(samples * Product(output)), text.Numbers(samples * Product(text.Input)));
            await AssertSameAsync(batch, $"network {seed}, mode {mode}");
        }
    }

    private async Task AssertSameAsync(Batch batch, string about)
    {
        var outputs = await ServiceAsync("/v1/forward", "outputs", batch, null);
        var vjp = await ServiceAsync("/v1/gradients", "gradients", batch, new JsonObject { ["kind"] = "vjp", ["cotangent"] = batch.Cotangent });
        var jvp = await ServiceAsync("/v1/gradients", "gradients", batch, new JsonObject { ["kind"] = "jvp", ["tangent"] = batch.Tangent });
        var hvp = await ServiceAsync("/v1/gradients", "gradients", batch, new JsonObject
        {
            ["kind"] = "hvp",
            ["cotangent"] = batch.Cotangent,
            ["tangent"] = batch.Tangent,
        });
        var jacobian = await ServiceAsync("/v1/gradients", "gradients", batch, new JsonObject { ["kind"] = "jacobian" });

        Assert.True(outputs.SequenceEqual(await UmBridgeAsync("Evaluate", batch)), $"Evaluate: {about}");
        Assert.True(vjp.SequenceEqual(await UmBridgeAsync("Gradient", batch)), $"Gradient: {about}");
        Assert.True(jvp.SequenceEqual(await UmBridgeAsync("ApplyJacobian", batch)), $"ApplyJacobian: {about}");
        Assert.True(hvp.SequenceEqual(await UmBridgeAsync("ApplyHessian", batch)), $"ApplyHessian: {about}");
        foreach (var accept in new[] { "application/json", "application/json+base64" })
        {
            Assert.True(outputs.SequenceEqual(await TesseractAsync("apply", "", accept, batch)), $"apply as {accept}: {about}");
            Assert.True(vjp.SequenceEqual(await TesseractAsync("vector_jacobian_product", "vjp", accept, batch)),
                $"vector_jacobian_product as {accept}: {about}");
            Assert.True(jvp.SequenceEqual(await TesseractAsync("jacobian_vector_product", "jvp", accept, batch)),
                $"jacobian_vector_product as {accept}: {about}");
            Assert.True(jacobian.SequenceEqual(await TesseractAsync("jacobian", "jac", accept, batch)), $"jacobian as {accept}: {about}");
        }
    }

    private async Task<IReadOnlyList<long>> ServiceAsync(string path, string field, Batch batch, JsonObject? gradient)
    {
        var request = ServedApplication.Request(batch.Name);
        (request["inputs"], request["batchNorm"]) =
            (RandomNetworkText.Nest(batch.Inputs, [batch.Samples, .. batch.Input]), new JsonObject { ["mode"] = batch.Mode });
        if (gradient is not null)
        {
            request["gradient"] = gradient;
        }

        return Numbers(RandomNetworkText.Digits((await application.SucceedAsync(path, request))[field]!));
    }

    private async Task<IReadOnlyList<long>> UmBridgeAsync(string operation, Batch batch)
    {
        var request = new JsonObject
        {
            ["name"] = batch.Name,
            ["config"] = new JsonObject { ["batchSize"] = batch.Samples, ["mode"] = batch.Mode },
            ["outWrt"] = 0,
            ["inWrt"] = 0,
            ["inWrt1"] = 0,
            ["inWrt2"] = 0,
            ["input"] = new JsonArray(RandomNetworkText.Nest(batch.Inputs, batch.Inputs.Length)),
            ["sens"] = RandomNetworkText.Nest(batch.Weights, batch.Weights.Length),
            ["vec"] = RandomNetworkText.Nest(batch.Direction, batch.Direction.Length),
        };
        return Numbers(RandomNetworkText.Digits(await new UmBridgeClient(application).AskAsync(operation, "output", request)));
    }

    private async Task<IReadOnlyList<long>> TesseractAsync(string endpoint, string prefix, string accept, Batch batch)
    {
        var payload = new JsonObject
        {
            ["inputs"] = new JsonObject { ["inputs"] = TesseractClient.Encode(batch.Inputs, [batch.Samples, .. batch.Input]), ["mode"] = batch.Mode },
        };
        if (prefix.Length > 0)
        {
            (payload[$"{prefix}_inputs"], payload[$"{prefix}_outputs"]) = (new JsonArray("inputs"), new JsonArray("outputs"));
        }

        if (prefix == "jvp")
        {
            payload["tangent_vector"] = new JsonObject { ["inputs"] = TesseractClient.Encode(batch.Direction, [batch.Samples, .. batch.Input]) };
        }
        else if (prefix == "vjp")
        {
            payload["cotangent_vector"] = new JsonObject { ["outputs"] = TesseractClient.Encode(batch.Weights, [batch.Samples, .. batch.Output]) };
        }

        var answer = await new TesseractClient(application, batch.Name) { Accept = accept }.AskAsync(endpoint, payload);
        var array = prefix switch { "vjp" => answer["inputs"], "jac" => answer["outputs"]!["inputs"], _ => answer["outputs"] };
        int[] shape = prefix switch { "vjp" => [batch.Samples, .. batch.Input], "jac" => [batch.Samples, .. batch.Output, batch.Samples, .. batch.Input],
            _ => [batch.Samples, .. batch.Output] };
        var (decoded, values) = TesseractClient.Decode(array!);
        Assert.Equal(shape, decoded);

        // Of a number of single precision /v1 writes as many digits as tell it from its neighbours.
        return (string)array!["dtype"]! == "float32" ? Numbers(values.Select(value => JsonSerializer.Serialize((float)value))) : Bits(values);
    }

    private static IReadOnlyList<long> Numbers(IEnumerable<string> digits) => Bits(digits.Select(text => double.Parse(text, CultureInfo.InvariantCulture)));

    /// <summary>By their bits 0 and −0 differ too.</summary>
    private static IReadOnlyList<long> Bits(IEnumerable<double> numbers) => [.. numbers.Select(BitConverter.DoubleToInt64Bits)];

    private static int Product(IEnumerable<int> sizes) => sizes.Aggregate(1, (product, size) => product * size);

    private sealed record Batch(string Name, string Mode, int Samples, int[] Input, int[] Output, float[] Inputs, float[] Weights, float[] Direction)
    {
        public JsonNode Cotangent => RandomNetworkText.Nest(Weights, Samples, Product(Output));

        public JsonNode Tangent => RandomNetworkText.Nest(Direction, [Samples, .. Input]);
    }
}
