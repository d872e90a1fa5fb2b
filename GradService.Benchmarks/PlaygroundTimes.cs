using System.Globalization;
using System.Reflection;
using Microsoft.Playwright;

namespace GradService.Benchmarks;

/// <summary>
/// How heavy the playground is, how soon it paints, and how long it takes from a key to the pictures: Chromium beside a running service,
/// <c>dotnet run --project GradService.Benchmarks -c Release -- playground http://127.0.0.1:5080/</c>.
/// </summary>
public static class PlaygroundTimes
{
    private const int Visits = 15;
    private const int Keys = 60;

    /// <summary>From the key to the frame after the new picture is in its place.</summary>
    private const string KeyToPicture = """
        () => { window.shown = new Promise(done => {
          let pressed = 0;
          addEventListener('keydown', event => pressed = event.timeStamp, { capture: true, once: true });
          const observer = new MutationObserver(() => {
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - pressed)));
          });
          observer.observe(document.querySelector('#picture'), { childList: true });
        }); }
        """;

    public static async Task RunAsync(string address)
    {
        var package = typeof(PlaygroundTimes).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "PlaywrightPackage").Value;
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package);
        using var playwright = await Playwright.CreateAsync();
        await using var browser = await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"],
        });

        var paints = new List<double>();
        for (var visit = 0; visit < Visits; visit++)
        {
            await using var context = await browser.NewContextAsync();
            var page = await VisitAsync(context, address);
            paints.Add(await page.EvaluateAsync<double>("performance.getEntriesByName('first-paint')[0].startTime"));
            if (visit == 0)
            {
                var sizes = await page.EvaluateAsync<double[]>("""
                    () => {
                      const parts = [...performance.getEntriesByType('navigation'),
                        ...performance.getEntriesByType('resource').filter(part => part.name.includes('/playground/'))];
                      return [parts.length, ...['decodedBodySize', 'encodedBodySize'].map(size => parts.reduce((sum, part) => sum + part[size], 0))];
                    }
                    """);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"page: {sizes[0]} files, {sizes[1] / 1000:0} kB, {sizes[2] / 1000:0} kB as sent"));
            }
        }

        Tell("first paint, a visitor's first visit", paints);

        await using var last = await browser.NewContextAsync(new() { ViewportSize = new() { Width = 1440, Height = 900 } });
        var typed = await VisitAsync(last, address);
        await typed.Locator("[data-path='inputs.axes[0].count']").FillAsync("200");
        await SettledAsync(typed);
        await typed.Locator("[data-path='network.seed']").FocusAsync();
        var times = new List<double>();
        for (var key = 0; key < Keys; key++)
        {
            await typed.Keyboard.PressAsync("Control+a");
            await typed.EvaluateAsync(KeyToPicture);
            await typed.Keyboard.PressAsync($"Digit{key % 10}");
            times.Add(await typed.EvaluateAsync<double>("window.shown"));
            await SettledAsync(typed);
        }

        Tell("key to pictures, five modes of 200 points, each time another network", times);
    }

    private static async Task<IPage> VisitAsync(IBrowserContext context, string address)
    {
        var page = await context.NewPageAsync();
        await page.GotoAsync(address);
        await SettledAsync(page);
        return page;
    }

    private static Task SettledAsync(IPage page) => page.Locator("#results[aria-busy=false]").WaitForAsync();

    private static void Tell(string what, List<double> times)
    {
        times.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: median {times[times.Count / 2]:0} ms, nine in ten within {times[(int)(0.9 * times.Count)]:0} ms, least {times[0]:0} "
                + $"ms ({times.Count} times)"));
    }
}
