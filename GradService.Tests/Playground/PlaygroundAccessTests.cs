using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>The playground on a phone, in the dark, by keyboard alone, and as a screen reader finds it.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundAccessTests(Chromium chromium, LoopbackApplication application)
{
    private string Address => application.Address + "/";

    [FactNeedsChromium]
    public async Task On_a_phone_nothing_is_wider_than_the_screen()
    {
        await using var visit = await chromium.VisitAsync(Address, new() { ViewportSize = new() { Width = 390, Height = 844 }, HasTouch = true });
        foreach (var preset in new[] { "Forum, with BatchNorm", "Two inputs", "Poisson, a loss" })
        {
            await visit.ChooseAsync(preset);
            Assert.InRange(await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"), 300, 390);
            Assert.InRange((await visit.Picture.BoundingBoxAsync())!.Width, 240, 390);
        }

        await visit.AssertAccessibleAsync();
    }

    [FactNeedsChromium]
    public async Task In_the_dark_page_and_pictures_are_dark_and_follow_when_that_changes()
    {
        await using var visit = await chromium.VisitAsync(Address, new() { ColorScheme = ColorScheme.Dark });
        Assert.InRange(await BrightnessAsync(visit, "getComputedStyle(document.body).backgroundColor"), 0, 60);
        Assert.InRange(await BrightnessAsync(visit, "getComputedStyle(document.querySelector('#picture svg rect')).fill"), 0, 60);
        await visit.AssertAccessibleAsync();

        var asked = await visit.AskedAsync("/v1/figures", () => visit.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light }));
        Assert.Equal("light", (string)asked["figure"]!["theme"]!);
        await Expect(visit.Picture).ToBeVisibleAsync();
        Assert.InRange(await BrightnessAsync(visit, "getComputedStyle(document.querySelector('#picture svg rect')).fill"), 230, 255);
        Assert.InRange(await BrightnessAsync(visit, "getComputedStyle(document.body).backgroundColor"), 230, 255);
    }

    [FactNeedsChromium]
    public async Task Gradients_and_losses_have_no_serious_violation_of_accessibility()
    {
        await using var visit = await chromium.VisitAsync(Address);
        await visit.Page.GetByText("Every point (100)").ClickAsync();
        await visit.AssertAccessibleAsync();
        await visit.ChooseAsync("Poisson, a loss");
        await visit.AssertAccessibleAsync();
    }

    /// <summary>From the top of the page by Tab, Space, Enter and arrows; the focus is where one left it, also when a list has changed.</summary>
    [FactNeedsChromium]
    public async Task The_keyboard_alone_is_enough()
    {
        await using var visit = await chromium.VisitAsync(Address);
        var keyboard = visit.Page.Keyboard;
        await TabToAsync(visit, visit.Page.GetByRole(AriaRole.Button, new() { Name = "Three BatchNorms" }));
        await keyboard.PressAsync("Enter");
        await Expect(visit.Control("network.layers[8].eps")).ToBeVisibleAsync();

        await TabToAsync(visit, visit.Control("network.seed"));
        await keyboard.PressAsync("Control+a");
        await keyboard.TypeAsync("12");
        await Expect(visit.Code).ToContainTextAsync("\"seed\": 12");

        await TabToAsync(visit, visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move layer 1, tanh up" }));
        await keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move layer 0, tanh down" })).ToBeFocusedAsync();
        await keyboard.PressAsync("Enter");
        await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move layer 1, tanh down" })).ToBeFocusedAsync();

        await TabToAsync(visit, visit.Page.GetByLabel("eval, per sample"));
        await keyboard.PressAsync("Space");
        await Expect(visit.Page.Locator("#numbers > .scroll tbody tr")).ToHaveCountAsync(4);

        await TabToAsync(visit, visit.Page.GetByRole(AriaRole.Tab, new() { Name = "curl" }));
        await keyboard.PressAsync("ArrowRight");
        await Expect(visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Python" })).ToBeFocusedAsync();
        await Expect(visit.Code).ToContainTextAsync("import urllib.request");
    }

    private static async Task TabToAsync(PlaygroundPage visit, ILocator target)
    {
        for (var presses = 0; presses < 200; presses++)
        {
            if (await target.EvaluateAsync<bool>("each => each === document.activeElement"))
            {
                return;
            }

            await visit.Page.Keyboard.PressAsync("Tab");
        }

        Assert.Fail($"Tab does not come to {target}");
    }

    private static Task<double> BrightnessAsync(PlaygroundPage visit, string color) =>
        visit.Page.EvaluateAsync<double>($"(color => Math.max(...(color === 'white' ? [255] : color.match(/\\d+/g).slice(0, 3).map(Number))))({color})");
}
