using GradService.Tests.Api;
using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>What the playground does when the service says no, says nothing yet, or wants to know who asks.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundErrorTests(Chromium chromium, LoopbackApplication application)
{
    private string Address => application.Address + "/";

    [FactNeedsChromium]
    public async Task An_error_stands_at_the_field_that_caused_it_and_goes_with_it()
    {
        await using var visit = await chromium.VisitAsync(Address);
        visit.ExpectedStatuses = [400];
        await visit.TypeAsync("network.layers[0].outFeatures", "0");
        await AssertFaultAsync(visit, "network.layers[0].outFeatures", "Expected an integer of at least 1, got 0.");
        await visit.TypeAsync("network.layers[2].eps", "tiny");
        await AssertFaultAsync(visit, "network.layers[0].outFeatures", "Expected an integer of at least 1, got 0.");
        await AssertFaultAsync(visit, "network.layers[2].eps", "Expected a number of at least 0, got 'tiny'.");
        await visit.AssertAccessibleAsync();

        await visit.Refusal.GetByRole(AriaRole.Button, new() { Name = "network.layers[2].eps" }).ClickAsync();
        await Expect(visit.Control("network.layers[2].eps")).ToBeFocusedAsync();

        await visit.TypeAsync("network.layers[2].eps", "");
        await visit.TypeAsync("network.layers[0].outFeatures", "10");
        await Expect(visit.Page.Locator("[aria-invalid]")).ToHaveCountAsync(0);
        await Expect(visit.Refusal).ToBeHiddenAsync();
        await Expect(visit.Picture).ToBeVisibleAsync();
    }

    /// <summary>Whatever the path: of a whole layer, inside another one, of the batch, of the list of modes, of a formula.</summary>
    [FactNeedsChromium]
    public async Task Errors_of_every_part_of_the_request_find_their_fields()
    {
        await using var visit = await chromium.VisitAsync(Address);
        visit.ExpectedStatuses = [400, 422];
        await visit.Page.GetByLabel("Type of layer 1").SelectOptionAsync("conv1d");
        await visit.SettledAsync();
        await AssertFaultAsync(visit, "network.layers[1]", "to reach layer 1 (conv1d), got samples of shape [10].");

        await visit.Page.GetByLabel("Type of layer 1").SelectOptionAsync("residual");
        await visit.Page.GetByLabel("Type of layer 0").Nth(1).SelectOptionAsync("linear");
        await visit.TypeAsync("network.layers[1].layers[0].outFeatures", "-3");
        await AssertFaultAsync(visit, "network.layers[1].layers[0].outFeatures", "got -3.");

        await visit.ChooseAsync("Forum, with BatchNorm");
        await visit.TypeAsync("inputs.axes[0].count", "1");
        await AssertFaultAsync(visit, "inputs.axes[0].count", "got 1 sample with 1 value per channel.");
        await visit.TypeAsync("inputs.axes[0].count", "ten");
        await AssertFaultAsync(visit, "inputs.axes[0].count", "Expected a whole number from 1 to 20000, got 'ten'.");
        await visit.TypeAsync("inputs.axes[0].count", "100");

        for (var left = await visit.Page.Locator(".mode input:checked").CountAsync(); left > 0; left--)
        {
            await visit.Page.Locator(".mode input:checked").First.ClickAsync();
        }

        await visit.SettledAsync();
        await AssertFaultAsync(visit, "compare", "Expected a list of 1 to 20 entries, got an empty list.");

        await visit.ChooseAsync("Poisson, a loss");
        await visit.TypeAsync("terms[0].residual", "u_xx + sin(");
        await AssertFaultAsync(visit, "terms[0].residual", "got the end, at position 12");
    }

    /// <summary>The answer is late for certain: the only thread is held until the end.</summary>
    [FactNeedsChromium]
    public async Task A_slow_answer_shows_that_it_is_running_and_can_be_cancelled_and_asked_for_again()
    {
        await using var service = new LoopbackApplication(("Limits:ComputeThreads", "1"), ("Limits:DeadlineSeconds", "600"));
        await using var visit = await chromium.VisitAsync(service.Address);
        using (var thread = new HeldThread(service))
        {
            await visit.Control("network.seed").FillAsync("8");
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToHaveTextAsync("Computing…");
            await Expect(visit.Page.Locator("#results")).ToHaveAttributeAsync("aria-busy", "true");
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Cancelled.");
            await Expect(visit.Page.Locator("#results")).ToHaveAttributeAsync("aria-busy", "false");
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Ask again" })).ToBeFocusedAsync();

            // Typing asks again, and Escape cancels as well.
            await visit.Control("network.seed").FillAsync("9");
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Cancel" })).ToBeVisibleAsync();
            await visit.Page.Keyboard.PressAsync("Escape");
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("Cancelled.");
        }

        await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Ask again" }).ClickAsync();
        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("5 answers");
    }

    [FactNeedsChromium]
    public async Task Where_keys_are_configured_the_page_asks_for_one_and_keeps_it_to_itself()
    {
        await using var service = new LoopbackApplication(("ApiKeys:0:Name", "one"), ("ApiKeys:0:Sha256", Api.Hosting.Security.Keys.Hash));
        await using var visit = await chromium.VisitAsync(service.Address);
        visit.ExpectedStatuses = [401];
        var key = visit.Page.GetByLabel("API key");
        await Expect(key).ToBeFocusedAsync();
        await Expect(visit.Refusal).ToContainTextAsync("This service answers only callers with a key");
        await key.FillAsync("wrong");
        await key.PressAsync("Enter");
        await Expect(visit.Refusal).ToContainTextAsync("The key is none of those that this service knows.");
        await key.FillAsync(Api.Hosting.Security.Keys.Text);
        await key.PressAsync("Enter");

        await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("5 answers");
        await Expect(visit.Refusal).ToBeHiddenAsync();
        await Expect(visit.Code).ToContainTextAsync("-H \"X-Api-Key: $GRADSERVICE_KEY\"");
        Assert.DoesNotContain(Uri.EscapeDataString(Api.Hosting.Security.Keys.Text), visit.Page.Url, StringComparison.Ordinal);
        Assert.DoesNotContain(Api.Hosting.Security.Keys.Text, await visit.Code.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(0, await visit.Page.EvaluateAsync<int>("localStorage.length + document.cookie.length"));
    }

    [FactNeedsChromium]
    public async Task Below_a_path_base_the_page_works_as_at_the_root_with_and_without_the_slash()
    {
        await using var service = new LoopbackApplication(("PathBase", "/lab/gradservice"));
        foreach (var start in new[] { "/lab/gradservice", "/lab/gradservice/" })
        {
            await using var visit = await chromium.VisitAsync(service.Address + start);
            await Expect(visit.Picture).ToBeVisibleAsync();
            await Expect(visit.Code).ToContainTextAsync($"{service.Address}/lab/gradservice/v1/gradients/compare");
        }
    }

    private static async Task AssertFaultAsync(PlaygroundPage visit, string path, string message)
    {
        var control = visit.Control(path);
        await Expect(control).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(control).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex(System.Text.RegularExpressions.Regex.Escape(message)));
        await Expect(visit.Refusal).ToContainTextAsync(message);
    }
}
