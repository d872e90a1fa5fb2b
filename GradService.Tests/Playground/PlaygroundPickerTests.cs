using System.Text.Json;
using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>The list of stored networks: how it is found, searched and gone through, with and without a mouse.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundPickerTests(Chromium chromium)
{
    /// <summary>Folded it is one line and one stop of Tab; unfolded it has a search and the list, and moves nothing.</summary>
    [FactNeedsChromium]
    public async Task Two_hundred_networks_take_the_room_and_the_stops_of_Tab_of_one()
    {
        await using var service = new LoopbackApplication();
        await StoredOnes.StoreAsync(service, "first", 1);
        await using var visit = await chromium.VisitAsync(service.Address);
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 1");
        var before = await TopOfFormAsync(visit);
        for (var i = 1; i < 200; i++)
        {
            await StoredOnes.StoreAsync(service, i % 2 == 0 ? null : $"trained-{i:000}", 1 + i % 3, seed: i);
        }

        await visit.Page.ReloadAsync();
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 200");
        Assert.Equal(before, await TopOfFormAsync(visit), 1.0);
        Assert.InRange(before, 0, 300);
        await visit.Stored.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(FirstOfForm(visit)).ToBeFocusedAsync();

        await visit.Stored.FocusAsync();
        await visit.Page.Keyboard.PressAsync("Enter");
        await Expect(Rows(visit)).ToHaveCountAsync(200);
        Assert.Equal(before, await TopOfFormAsync(visit), 1.0);
        Assert.InRange((await List(visit).BoundingBoxAsync())!.Height, 100, 400);
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(Search(visit)).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(visit.StoredNetwork("trained-199")).ToBeFocusedAsync();
        await visit.Page.Keyboard.PressAsync("Tab");
        await Expect(FirstOfForm(visit)).ToBeFocusedAsync();
        await Expect(List(visit)).ToBeHiddenAsync();
    }

    [FactNeedsChromium]
    public async Task A_network_without_a_name_is_shown_by_what_it_is_and_one_with_names_by_them()
    {
        await using var service = new LoopbackApplication();
        var id = await StoredOnes.StoreAsync(service,
            """{ "network": { "inputShape": [2, 3, 3], "layers": [{ "type": "flatten" }, { "type": "linear", "outFeatures": 60 }] } }""");
        var named = await StoredOnes.StoreAsync(service, "small", 1);
        await using var visit = await chromium.VisitAsync(service.Address);
        await visit.Stored.ClickAsync();
        await Expect(visit.StoredNetwork(id[..8]).Locator("b")).ToHaveTextAsync("2×3×3 → 60, 1,140 parameters");
        await Expect(visit.StoredNetwork(id[..8]).Locator("small")).ToHaveTextAsync($"stored just now · {id[..8]}");
        await Expect(visit.StoredNetwork(named[..8]).Locator("b")).ToHaveTextAsync("small");
        await Expect(visit.StoredNetwork(named[..8]).Locator("small")).ToHaveTextAsync($"1 → 1, 2 parameters · stored just now · {named[..8]}");
    }

    [FactNeedsChromium]
    public async Task A_search_finds_names_beginnings_of_ids_and_shapes_as_one_writes_them()
    {
        await using var service = new LoopbackApplication();
        var wide = await StoredOnes.StoreAsync(service, "wide", 64);
        await StoredOnes.StoreAsync(service, "widest", 65);
        await StoredOnes.StoreAsync(service,
            """{ "name": "images", "network": { "inputShape": [2, 3, 3], "layers": [{ "type": "flatten" }, { "type": "linear", "outFeatures": 1 }] } }""");
        await using var visit = await chromium.VisitAsync(service.Address);
        await visit.Stored.ClickAsync();
        foreach (var (search, found) in new (string, string[])[]
        {
            ("", ["images", "widest", "wide"]), ("WIDE", ["widest", "wide"]), (wide[..10], ["wide"]), ("1 → 64", ["wide"]), ("2x3x3", ["images"]),
            ("[2, 3, 3] -> [1]", ["images"]), ("2×3×3→1", ["images"]), ("-> 65", ["widest"]), ("wide 1→65", ["widest"]), ("nothing", []),
        })
        {
            await Search(visit).FillAsync(search);
            await Expect(Rows(visit).Locator("b")).ToHaveTextAsync(found);
            await Expect(visit.Page.GetByText($"{found.Length} of 3", new() { Exact = true })).ToBeVisibleAsync();
        }
    }

    [FactNeedsChromium]
    public async Task The_keyboard_picks_a_network_and_folds_the_list_up()
    {
        await using var service = new LoopbackApplication();
        var ids = new List<string>();
        foreach (var name in new[] { "a", "b", "c", "d" })
        {
            ids.Add(await StoredOnes.StoreAsync(service, $"net-{name}", 1, seed: ids.Count));
        }

        await using var visit = await chromium.VisitAsync(service.Address);
        var keyboard = visit.Page.Keyboard;
        await visit.Stored.FocusAsync();
        await PressAsync(visit, "Enter", "Tab", "ArrowDown");
        await Expect(visit.StoredNetwork("net-d")).ToBeFocusedAsync();
        foreach (var (key, name) in new[] { ("End", "net-a"), ("ArrowDown", "net-a"), ("ArrowUp", "net-b"), ("Home", "net-d"), ("ArrowDown", "net-c") })
        {
            await keyboard.PressAsync(key);
            await Expect(visit.StoredNetwork(name)).ToBeFocusedAsync();
        }

        await keyboard.PressAsync("Escape");
        await Expect(visit.Stored).ToBeFocusedAsync();
        await Expect(List(visit)).ToBeHiddenAsync();

        await PressAsync(visit, "Enter", "Tab");
        await keyboard.TypeAsync("net-b");
        await keyboard.PressAsync("ArrowDown");
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => keyboard.PressAsync("Enter"));
        Assert.Equal(ids[1], (string)asked["network"]!["id"]!);
        await Expect(visit.Stored).ToBeFocusedAsync();
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 4 open: net-b");
        await Expect(List(visit)).ToBeHiddenAsync();

        // Unfolded again it has no search any more, and stands at the network that is open.
        await PressAsync(visit, "Enter", "Tab", "Tab");
        await Expect(visit.StoredNetwork("net-b")).ToBeFocusedAsync();
        await Expect(visit.StoredNetwork("net-b")).ToHaveAttributeAsync("aria-pressed", "true");
        await visit.Page.GetByRole(AriaRole.Heading, new() { Name = "GradService" }).ClickAsync();
        await Expect(List(visit)).ToBeHiddenAsync();
    }

    [FactNeedsChromium]
    public async Task The_keyboard_deletes_what_has_no_name_after_a_question_and_says_why_it_does_not_delete_the_rest()
    {
        await using var service = new LoopbackApplication();
        await StoredOnes.StoreAsync(service, "kept", 1);
        foreach (var outputs in new[] { 2, 3, 4 })
        {
            await StoredOnes.StoreAsync(service, name: null, outputs);
        }

        await using var visit = await chromium.VisitAsync(service.Address);
        visit.ExpectedStatuses = [409];
        var answers = new Queue<bool>([false, true, true, true]);
        var questions = new List<string>();
        visit.Page.Dialog += async (_, dialog) =>
        {
            questions.Add(dialog.Message);
            await (answers.Dequeue() ? dialog.AcceptAsync() : dialog.DismissAsync());
        };
        await visit.Stored.FocusAsync();
        await PressAsync(visit, "Enter", "Tab", "Tab", "ArrowDown", "ArrowRight");
        await Expect(DeletionOf(visit, "1 → 3")).ToBeFocusedAsync();
        await PressAsync(visit, "Enter");
        Assert.Contains("Delete 1 → 3, 6 parameters", Assert.Single(questions), StringComparison.Ordinal);
        await Expect(Rows(visit)).ToHaveCountAsync(4);

        // The network that comes to its place has the focus then.
        await PressAsync(visit, "Enter");
        await Expect(Rows(visit).Locator("b")).ToHaveTextAsync(["1 → 4, 8 parameters", "1 → 2, 4 parameters", "kept"]);
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: 3");
        await Expect(DeletionOf(visit, "1 → 2")).ToBeFocusedAsync();
        await PressAsync(visit, "ArrowLeft", "Delete");
        await Expect(Rows(visit).Locator("b")).ToHaveTextAsync(["1 → 4, 8 parameters", "kept"]);

        await PressAsync(visit, "Delete");
        await Expect(visit.Page.GetByLabel("Stored networks")).ToContainTextAsync("got one with the name kept");
        await Expect(Rows(visit)).ToHaveCountAsync(2);
    }

    /// <summary>Pages of a service that never ends: the page asks for four of 500, and says that there are more.</summary>
    [FactNeedsChromium]
    public async Task All_pages_are_asked_for_when_the_list_is_unfolded_up_to_a_bound()
    {
        await using var service = new LoopbackApplication();
        await using var visit = await chromium.BlankAsync();
        var asked = new List<string>();
        await visit.Page.RouteAsync("**/v1/networks?*", route =>
        {
            asked.Add(new Uri(route.Request.Url).Query);
            var first = (asked.Count == 1 ? 0 : asked.Count - 2) * 500;
            return route.FulfillAsync(new()
            {
                ContentType = "application/json",
                Body = JsonSerializer.Serialize(new { items = Enumerable.Range(first, 500).Select(Listed), next = $"{first + 500}" }),
            });
        });
        await visit.GoAsync(service.Address);
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: more than 500");
        Assert.Equal(["?limit=500"], asked);

        await visit.Stored.ClickAsync();
        await Expect(visit.Stored).ToHaveTextAsync("Stored networks: more than 2,000");
        Assert.Equal(["?limit=500", "?limit=500", "?limit=500&after=500", "?limit=500&after=1000", "?limit=500&after=1500"], asked);
        await Expect(visit.Page.GetByText("Only the first 2,000 that were stored are listed")).ToBeVisibleAsync();
        await Search(visit).FillAsync("net-1234");
        await Expect(visit.StoredNetwork("net-1234")).ToContainTextAsync("stored 2 hours ago");
        await Expect(visit.Page.GetByText("1 of 2,000", new() { Exact = true })).ToBeVisibleAsync();
    }

    [FactNeedsChromium]
    public async Task Unfolded_the_list_is_accessible_in_the_light_in_the_dark_and_on_a_phone()
    {
        await using var service = new LoopbackApplication();
        var id = await StoredOnes.StoreAsync(service, "open", 1);
        for (var i = 0; i < 30; i++)
        {
            await StoredOnes.StoreAsync(service, i % 2 == 0 ? null : $"a-name-of-many-letters-as-a-sweep-makes-them-lr0.001_wd0.01_{i}", 2, seed: i);
        }

        foreach (var visitor in new BrowserNewContextOptions[]
        {
            new(), new() { ColorScheme = ColorScheme.Dark }, new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true },
        })
        {
            await using var visit = await chromium.VisitAsync($"{service.Address}/#preset={id}", visitor);
            await visit.Stored.ClickAsync();
            await Expect(Rows(visit)).ToHaveCountAsync(31);
            await visit.AssertAccessibleAsync();
            Assert.InRange(await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"), -20, 0);
        }
    }

    private static object Listed(int number) => new
    {
        id = $"{number:x64}", name = $"net-{number}", names = new[] { $"net-{number}" }, inputShape = new[] { 1 }, outputShape = new[] { 1 },
        parameterCount = 2, createdAt = DateTime.UtcNow.AddHours(-2.5),
    };

    private static ILocator Search(PlaygroundPage visit) => visit.Page.GetByLabel("Search by name");

    private static ILocator List(PlaygroundPage visit) => visit.Page.GetByRole(AriaRole.Grid);

    private static ILocator Rows(PlaygroundPage visit) => List(visit).GetByRole(AriaRole.Row);

    private static ILocator DeletionOf(PlaygroundPage visit, string title) => visit.Page.GetByRole(AriaRole.Button, new() { Name = $"Delete {title}" });

    private static ILocator FirstOfForm(PlaygroundPage visit) => visit.Page.Locator("#form summary").First;

    private static async Task<double> TopOfFormAsync(PlaygroundPage visit) => (await visit.Page.Locator("#form").BoundingBoxAsync())!.Y;

    private static async Task PressAsync(PlaygroundPage visit, params string[] keys)
    {
        foreach (var key in keys)
        {
            await visit.Page.Keyboard.PressAsync(key);
        }
    }
}
