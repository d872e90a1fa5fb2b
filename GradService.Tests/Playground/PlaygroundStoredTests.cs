using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>What the playground asks about a stored network, and where none can be had.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundStoredTests(Chromium chromium)
{
    /// <summary>Trained: its weight is one that no seed draws, so that the numbers tell whose parameters are used.</summary>
    private const string Trained = """
        { "name": "trained", "network": { "inputShape": [1], "dtype": "float64", "layers": [
            { "type": "linear", "outFeatures": 1 }, { "type": "residual", "layers": [{ "type": "identity" }] }, { "type": "batchNorm", "affine": false }],
          "parameters": { "0.weight": [[20.0]], "0.bias": [0.0], "2.running_mean": [0.0], "2.running_var": [4.0], "2.num_batches_tracked": 1 } } }
        """;

    [FactNeedsChromium]
    public async Task A_stored_network_is_asked_about_by_id_until_it_is_edited()
    {
        await using var service = new LoopbackApplication();
        var id = await StoredOnes.StoreAsync(service, Trained);
        await using var visit = await chromium.VisitAsync(service.Address);
        await visit.Stored.ClickAsync();
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.StoredNetwork("trained").ClickAsync());
        Assert.Equal($$"""{"id":"{{id}}"}""", asked["network"]!.ToJsonString());
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1 open: trained");
        await Expect(visit.Page).ToHaveURLAsync($"{service.Address}/#preset={id}");
        await Expect(visit.Picture).ToBeVisibleAsync();
        await Expect(visit.Page.GetByLabel("Type of layer 2")).ToHaveValueAsync("batchNorm");

        // 2 · 20 through the residual block, over the square root of 4 + 1e-5; four digits are shown.
        var derivatives = visit.Page.Locator("#numbers > .scroll tbody tr", new() { HasText = "eval, perSample" }).Locator("td").Nth(1);
        await Expect(derivatives).ToHaveTextAsync("20 … 20");
        foreach (var language in new[] { "curl", "Python", "C#" })
        {
            await visit.Page.GetByRole(AriaRole.Tab, new() { Name = language }).ClickAsync();
            await Expect(visit.Code).ToContainTextAsync($$"""{"id": "{{id}}"}""");
        }

        // Other points are another question about the same network, by link as well.
        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Control("inputs.axes[0].count").FillAsync("7"));
        Assert.Equal(id, (string)asked["network"]!["id"]!);
        await using var receiver = await chromium.VisitAsync(visit.Page.Url);
        await Expect(receiver.Code).ToContainTextAsync(id);
        await Expect(receiver.Control("inputs.axes[0].count")).ToHaveValueAsync("7");
        await receiver.AssertAccessibleAsync();

        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Control("network.seed").FillAsync("3"));
        Assert.Equal((null, 3, 3), (asked["network"]!["id"], (int)asked["network"]!["seed"]!, asked["network"]!["layers"]!.AsArray().Count));
        await Expect(visit.Page.GetByText("A stored network, with its parameters.")).ToHaveCountAsync(0);
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1");
        await Expect(visit.Refusal).ToBeHiddenAsync();
    }

    [FactNeedsChromium]
    public async Task A_stored_network_of_many_inputs_opens_with_samples_of_its_shape_and_its_coupling()
    {
        await using var service = new LoopbackApplication();
        await StoredOnes.StoreAsync(service,
            """{ "name": "images", "network": { "inputShape": [2, 3, 3], "seed": 4, "layers": [{ "type": "conv2d", "outChannels": 2, "kernelSize": 2 }, """
                + """{ "type": "batchNorm" }, { "type": "flatten" }, { "type": "linear", "outFeatures": 1 }] } }""");
        await using var visit = await chromium.VisitAsync(service.Address);
        await visit.Stored.ClickAsync();
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.StoredNetwork("images").ClickAsync());
        Assert.Equal((8, 2, 3, 3), (asked["inputs"]!.AsArray().Count, asked["inputs"]![0]!.AsArray().Count, asked["inputs"]![0]![0]!.AsArray().Count,
            asked["inputs"]![0]![0]![0]!.AsArray().Count));
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("5 answers");
        await Expect(visit.Refusal).ToBeHiddenAsync();
        await Expect(visit.Picture.Locator("title")).ToContainTextAsync("train, jacobian");
    }

    /// <summary>The console has the one line that Chromium writes of a 503.</summary>
    [FactNeedsChromium]
    public async Task Where_nothing_is_or_can_be_stored_there_is_no_group_of_it()
    {
        foreach (var settings in new (string, string)[][] { [], [("Storage:Folder", "/dev/null/networks")] })
        {
            await using var service = new LoopbackApplication(settings);
            await using var visit = await chromium.BlankAsync();
            visit.ExpectedStatuses = settings.Length == 0 ? [] : [503];
            var listed = await visit.Page.RunAndWaitForResponseAsync(() => visit.GoAsync(service.Address),
                answer => answer.Url.Contains("/v1/networks", StringComparison.Ordinal));
            Assert.Equal(settings.Length == 0 ? 200 : 503, listed.Status);
            await Expect(visit.Picture).ToBeVisibleAsync();
            await Expect(visit.Page.Locator("#presets section")).ToHaveCountAsync(1);
            await Expect(visit.Refusal).ToBeHiddenAsync();
        }
    }
}
