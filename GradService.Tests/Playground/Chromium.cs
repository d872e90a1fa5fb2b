using System.Reflection;
using GradService.Tests.Docs;
using Microsoft.Playwright;

namespace GradService.Tests.Playground;

/// <summary>The distribution's Chromium, started once for all tests of the playground; tests that need it say so by FactNeedsChromium.</summary>
public sealed class Chromium : IAsyncLifetime
{
    /// <summary>Patience with a busy machine: whoever waits this long is told what did not happen.</summary>
    private const float Patience = 60_000;

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        if (Tool.Chromium.Missing is not null)
        {
            return;
        }

        var package = typeof(Chromium).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(each => each.Key == "PlaywrightPackage").Value;
        Environment.SetEnvironmentVariable("PLAYWRIGHT_DRIVER_SEARCH_PATH", package);
        Assertions.SetDefaultExpectTimeout(Patience);
        _playwright = await Microsoft.Playwright.Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = (await Tool.Chromium.RunAsync("-c", "command -v chromium")).Trim(),
            Args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-proxy-server"],
            Timeout = Patience,
        });
    }

    /// <summary>A new visitor's page at an address, as soon as the first answer is there.</summary>
    public async Task<PlaygroundPage> VisitAsync(string address, BrowserNewContextOptions? visitor = null)
    {
        var page = await BlankAsync(visitor);
        await page.GoAsync(address);
        return page;
    }

    /// <summary>A new visitor who has gone nowhere yet.</summary>
    public Task<PlaygroundPage> BlankAsync(BrowserNewContextOptions? visitor = null) => PlaygroundPage.OfAsync(_browser!, visitor ?? new(), Patience);

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? default);
        _playwright?.Dispose();
    }
}

/// <summary>The tests that share a browser.</summary>
[CollectionDefinition(Name)]
public sealed class SharedChromium : ICollectionFixture<Chromium>, ICollectionFixture<LoopbackApplication>
{
    public const string Name = "shared chromium";
}
