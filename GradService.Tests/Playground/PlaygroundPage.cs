using System.Text.Json.Nodes;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace GradService.Tests.Playground;

/// <summary>The playground in a browser. On the way out it must not have complained.</summary>
public sealed class PlaygroundPage : IAsyncDisposable
{
    private readonly IBrowserContext _context;
    private readonly List<string> _complaints = [];

    private PlaygroundPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Add($"{message.Text} {message.Location}");
            }
        };
        page.PageError += (_, error) => _complaints.Add(error);
    }

    public IPage Page { get; }

    /// <summary>Statuses that a test brings about, and of which Chromium tells its console.</summary>
    public IReadOnlyList<int> ExpectedStatuses { get; set; } = [];

    internal ILocator Picture => Page.Locator("#picture svg");

    internal ILocator Findings => Page.Locator("#findings");

    internal ILocator Refusal => Page.GetByRole(AriaRole.Alert);

    internal ILocator Code => Page.Locator("#code code");

    /// <summary>What unfolds the list of stored networks.</summary>
    internal ILocator Stored => Page.Locator("summary", new() { HasText = "Stored networks" });

    public static async Task<PlaygroundPage> OfAsync(IBrowser browser, BrowserNewContextOptions visitor, float patience)
    {
        var context = await browser.NewContextAsync(visitor);
        context.SetDefaultTimeout(patience);
        context.SetDefaultNavigationTimeout(patience);
        return new PlaygroundPage(context, await context.NewPageAsync());
    }

    public async Task GoAsync(string address)
    {
        await Page.GotoAsync(address);
        await SettledAsync();
    }

    /// <summary>Nothing is on its way. What is typed is at once: who has typed can wait for this.</summary>
    public Task SettledAsync() => Assertions.Expect(Page.Locator("#results")).ToHaveAttributeAsync("aria-busy", "false");

    public async Task ChooseAsync(string preset)
    {
        await Page.GetByRole(AriaRole.Button, new() { Name = preset }).ClickAsync();
        await SettledAsync();
    }

    /// <summary>The control that stands for a path in the request.</summary>
    public ILocator Control(string path) => Page.Locator($"[data-path='{path}']");

    /// <summary>The button that opens a stored network, found by words on it, while the list is unfolded.</summary>
    public ILocator StoredNetwork(string words) =>
        Page.GetByRole(AriaRole.Grid).GetByRole(AriaRole.Row).Filter(new() { HasText = words }).GetByRole(AriaRole.Button).First;

    public async Task TypeAsync(string path, string text)
    {
        await Control(path).FillAsync(text);
        await SettledAsync();
    }

    /// <summary>The body of the request that is on the way to a path while something is done.</summary>
    public async Task<JsonNode> AskedAsync(string path, Func<Task> doing)
    {
        var request = await Page.RunAndWaitForRequestAsync(doing, asked => asked.Url.EndsWith(path, StringComparison.Ordinal));
        await SettledAsync();
        return JsonNode.Parse(request.PostData!)!;
    }

    /// <summary>What is wrong for those who do not see the page as it is meant: serious and critical violations.</summary>
    public async Task AssertAccessibleAsync()
    {
        // Inside a picture are outlines of letters by the thousand, which its role hides from whoever does not see them.
        var result = await Page.RunAxe(new AxeRunContext { Exclude = [new AxeSelector("#picture svg > *")] },
            new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.Empty(result.Violations.Where(violation => violation.Impact is "serious" or "critical")
            .Select(violation => $"{violation.Id}: {string.Join("; ", violation.Nodes.Select(node => node.Html))}"));
    }

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.All(_complaints,
            complaint => Assert.Contains(ExpectedStatuses, status => complaint.Contains($"responded with a status of {status}", StringComparison.Ordinal)));
    }
}
