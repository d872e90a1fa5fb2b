using GradService.Tests.Docs;
using GradService.Tests.Playground;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Api.Documents;

/// <summary>/swagger in a browser, which must not complain.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class SwaggerPageTests(Chromium chromium, LoopbackApplication application)
{
    [FactNeedsChromium]
    public async Task A_figure_is_shown_as_the_picture_that_it_is()
    {
        await using var visit = await chromium.BlankAsync();
        var figures = await OpenAsync(visit.Page);
        var asked = await visit.Page.RunAndWaitForRequestAsync(
            () => figures.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync(),
            request => request.Url.EndsWith("/v1/figures", StringComparison.Ordinal));
        Assert.DoesNotContain("request-timeout", asked.Headers.Keys);
        await Expect(figures.Locator("img.figure")).ToBeVisibleAsync();
        Assert.InRange(await figures.Locator("img.figure").EvaluateAsync<int>("picture => picture.naturalWidth"), 900, 1000);
    }

    [FactNeedsChromium]
    public async Task A_figure_in_pixels_is_shown_too()
    {
        await using var visit = await chromium.BlankAsync();
        var figures = await OpenAsync(visit.Page);
        await figures.Locator(".response select.content-type").First.SelectOptionAsync("image/png");
        await figures.Locator("textarea").FillAsync("""
            {
              "of": "gradients",
              "request": {
                "network": { "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 1 }], "seed": 1 },
                "inputs": [[0], [0.5], [1]],
                "gradient": { "kind": "perSample" }
              },
              "figure": { "format": "png", "width": 400, "height": 300 }
            }
            """);
        await figures.GetByRole(AriaRole.Button, new() { Name = "Execute" }).ClickAsync();
        var picture = figures.Locator(".live-responses-table img");
        await Expect(picture).ToBeVisibleAsync();
        await Expect(picture).ToHaveJSPropertyAsync("naturalWidth", 400);
    }

    [FactNeedsChromium]
    public async Task On_a_phone_nothing_is_wider_than_the_screen()
    {
        await using var visit = await chromium.BlankAsync(new() { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true });
        await OpenAsync(visit.Page);
        Assert.Equal(390, await visit.Page.EvaluateAsync<int>("document.documentElement.scrollWidth"));
    }

    /// <summary>The operation that draws, ready to be executed.</summary>
    private async Task<ILocator> OpenAsync(IPage page)
    {
        await page.GotoAsync($"{application.Address}/swagger/index.html");
        var figures = page.Locator("[id='operations-Figures-Figures']");
        await figures.Locator(".opblock-summary-control").ClickAsync();
        await figures.GetByRole(AriaRole.Button, new() { Name = "Try it out" }).ClickAsync();
        await figures.GetByRole(AriaRole.Button, new() { Name = "Execute" }).WaitForAsync();
        return figures;
    }
}
