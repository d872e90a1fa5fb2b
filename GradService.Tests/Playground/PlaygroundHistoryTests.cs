using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>Edits as entries of the browser's history.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundHistoryTests(Chromium chromium, LoopbackApplication application)
{
    /// <summary>The time by the page's clock, which the tests set: a busy machine makes no pauses.</summary>
    private static readonly DateTime Noon = new(2026, 1, 1, 12, 0, 0, DateTimeKind.Utc);

    private string Address => application.Address + "/";

    [FactNeedsChromium]
    public async Task Back_undoes_edit_by_edit_and_Forward_does_them_again()
    {
        await using var visit = await chromium.VisitAsync(Address);
        var states = new List<(string Url, string Code)> { await StateAsync(visit) };
        foreach (var edit in new Func<Task>[]
        {
            () => visit.TypeAsync("network.seed", "12"),
            () => visit.TypeAsync("network.layers[0].outFeatures", "6"),
            () => visit.Page.GetByLabel("train, sum").UncheckAsync(),
            () => visit.Page.GetByLabel("Picture", new() { Exact = true }).SelectOptionAsync("coupling"),
            () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove layer 2, batchNorm" }).ClickAsync(),
            () => visit.Page.GetByLabel("Listed").CheckAsync(),
            () => visit.ChooseAsync("Poisson, a loss"),
            () => visit.TypeAsync("terms[0].residual", "u_xx"),
        })
        {
            var before = visit.Page.Url;
            await edit();
            await visit.SettledAsync();
            Assert.NotEqual(before, visit.Page.Url);
            states.Add(await StateAsync(visit));
        }

        for (var i = states.Count - 2; i >= 0; i--)
        {
            await visit.Page.GoBackAsync();
            await AssertStateAsync(visit, states[i]);
        }

        await Expect(visit.Control("network.seed")).ToHaveValueAsync("7");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Forum, with BatchNorm" })).ToHaveAttributeAsync("aria-pressed", "true");
        foreach (var state in states.Skip(1))
        {
            await visit.Page.GoForwardAsync();
            await AssertStateAsync(visit, state);
        }

        await Expect(visit.Control("terms[0].residual")).ToHaveValueAsync("u_xx");
        await visit.Page.ReloadAsync();
        await AssertStateAsync(visit, states[^1]);
        await visit.Page.GoBackAsync();
        await AssertStateAsync(visit, states[^2]);
    }

    /// <summary>What is shown is what the service answers to the state that has come back.</summary>
    [FactNeedsChromium]
    public async Task Back_asks_the_service_anew_and_leaves_the_focus_and_the_caret_at_the_field()
    {
        await using var visit = await chromium.VisitAsync(Address);
        await visit.Control("network.layers[0].outFeatures").FocusAsync();
        await visit.Page.Keyboard.PressAsync("End");
        await visit.Page.Keyboard.PressAsync("1");
        await Expect(visit.Control("network.layers[0].outFeatures")).ToHaveValueAsync("101");
        await visit.SettledAsync();
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GoBackAsync());
        Assert.Equal(10, (int)asked["network"]!["layers"]![0]!["outFeatures"]!);
        await Expect(visit.Control("network.layers[0].outFeatures")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("2");
        await Expect(visit.Control("network.layers[0].outFeatures")).ToHaveValueAsync("102");

        // Where the field is gone the form begins anew.
        await visit.ChooseAsync("Poisson, a loss");
        await visit.Control("terms[1].weight").FocusAsync();
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.Locator("#form summary").First).ToBeFocusedAsync();
    }

    [FactNeedsChromium]
    public async Task Keys_are_one_edit_until_a_pause_or_another_field()
    {
        await using var visit = await chromium.VisitAsync(Address);
        await visit.Page.Clock.SetFixedTimeAsync(Noon);
        var entries = await EntriesAsync(visit);
        await visit.Control("network.seed").PressSequentiallyAsync("123");
        Assert.Equal(entries + 1, await EntriesAsync(visit));
        await visit.Control("network.layers[0].outFeatures").PressSequentiallyAsync("1");
        await visit.Control("network.seed").PressSequentiallyAsync("4");
        Assert.Equal(entries + 3, await EntriesAsync(visit));
        await visit.Page.Clock.SetFixedTimeAsync(Noon.AddSeconds(2));
        await visit.Control("network.seed").PressSequentiallyAsync("56");
        Assert.Equal(entries + 4, await EntriesAsync(visit));
        var seeds = new List<string> { await visit.Control("network.seed").InputValueAsync() };
        for (var i = 0; i < 4; i++)
        {
            var before = visit.Page.Url;
            await visit.Page.GoBackAsync();
            Assert.NotEqual(before, visit.Page.Url);
            await visit.SettledAsync();
            seeds.Add(await visit.Control("network.seed").InputValueAsync());
        }

        Assert.Equal((4, "7"), (seeds.Distinct().Count(), seeds[^1]));
    }

    [FactNeedsChromium]
    public async Task What_changes_nothing_is_no_entry()
    {
        await using var visit = await chromium.VisitAsync(Address);
        await visit.Page.Clock.SetFixedTimeAsync(Noon);
        var entries = await EntriesAsync(visit);
        await visit.ChooseAsync("Forum, with BatchNorm");
        await visit.TypeAsync("network.seed", "7");
        await visit.TypeAsync("network.seed", " 7");
        await visit.Page.Locator(".skip").FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Heading, new() { Name = "Results" })).ToBeFocusedAsync();
        await Expect(visit.Page).ToHaveURLAsync(Address + "#preset=forum");
        Assert.Equal(entries, await EntriesAsync(visit));

        // An edit that is taken back by hand leaves no step at which Back would do nothing.
        await visit.TypeAsync("network.seed", "8");
        await visit.TypeAsync("network.seed", "7");
        await visit.Page.GetByLabel("train, sum").UncheckAsync();
        await visit.SettledAsync();
        Assert.Equal(entries + 1, await EntriesAsync(visit));
        await visit.Page.GoBackAsync();
        await Expect(visit.Page.GetByLabel("train, sum")).ToBeCheckedAsync();
    }

    [FactNeedsChromium]
    public async Task A_stored_network_that_was_picked_is_left_by_Back_and_comes_again_by_Forward()
    {
        await using var service = new LoopbackApplication();
        var id = await StoredOnes.StoreAsync(service, "kept", 1);
        await using var visit = await chromium.VisitAsync(service.Address);
        await visit.Stored.ClickAsync();
        await visit.StoredNetwork("kept").ClickAsync();
        await Expect(visit.Page).ToHaveURLAsync($"{service.Address}/#preset={id}");
        await visit.SettledAsync();
        await visit.TypeAsync("network.seed", "5");
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1");

        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GoBackAsync());
        Assert.Equal(id, (string)asked["network"]!["id"]!);
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1 open: kept");
        await visit.Page.GoBackAsync();
        await Expect(visit.Page).ToHaveURLAsync($"{service.Address}/#preset=forum");
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1");
        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GoForwardAsync());
        Assert.Equal(id, (string)asked["network"]!["id"]!);
    }

    private static Task<int> EntriesAsync(PlaygroundPage visit) => visit.Page.EvaluateAsync<int>("history.length");

    private static async Task<(string Url, string Code)> StateAsync(PlaygroundPage visit) => (visit.Page.Url, (await visit.Code.TextContentAsync())!);

    /// <summary>The address, and the request that is shown, which is the one that was sent last.</summary>
    private static async Task AssertStateAsync(PlaygroundPage visit, (string Url, string Code) state)
    {
        await Expect(visit.Page).ToHaveURLAsync(state.Url);
        await Expect(visit.Code).ToHaveTextAsync(state.Code);
        await visit.SettledAsync();
        await Expect(visit.Refusal).ToBeHiddenAsync();
    }
}
