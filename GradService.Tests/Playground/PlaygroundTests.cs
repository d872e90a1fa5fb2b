using System.Globalization;
using System.Text.Json.Nodes;
using GradService.Tests.Docs;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace GradService.Tests.Playground;

/// <summary>What a visitor does with the playground, in Chromium.</summary>
[Collection(SharedChromium.Name)]
[Trait("Lane", "Slow")]
public sealed class PlaygroundTests(Chromium chromium, LoopbackApplication application)
{
    private string Address => application.Address + "/";

    /// <summary>
    /// The forum's question and its answer: the derivative of the sum is noise, and the detached one is the slope of the curve, as
    /// differences of the curve shown tell.
    /// </summary>
    [FactNeedsChromium]
    public async Task The_forums_network_shows_a_vanishing_sum_and_beside_it_the_slope_of_the_curve()
    {
        await using var visit = await chromium.VisitAsync(Address + "#preset=forum-without");
        await Expect(visit.Findings).Not.ToContainTextAsync("Sum gradient vanishes");
        await visit.ChooseAsync("Forum, with BatchNorm");

        var vanishing = visit.Findings.Locator("li", new() { HasText = "Sum gradient vanishes" });
        await Expect(vanishing).ToContainTextAsync("sum-gradient-vanishes");
        await Expect(vanishing).ToContainTextAsync("warning");
        await Expect(vanishing).ToContainTextAsync("train, sum");
        await Expect(visit.Picture.Locator("title")).ToContainTextAsync("trainDetached, perSample");
        await Expect(visit.Picture.Locator("desc")).ToContainTextAsync("trainDetached, perSample: the slope of the curve");

        await visit.Page.GetByText("Every point (100)").ClickAsync();
        var (x, y) = (await ColumnAsync(visit, "x"), await ColumnAsync(visit, "y · trainDetached, perSample"));
        var (detached, sum) = (await ColumnAsync(visit, "∂y · trainDetached, perSample"), await ColumnAsync(visit, "∂y · train, sum"));
        Assert.Equal(100, x.Count);

        // Four digits are shown: the differences are good to 1e-4 / 0.02.
        Assert.All(Enumerable.Range(1, 98), i => Assert.Equal((y[i + 1] - y[i - 1]) / (x[i + 1] - x[i - 1]), detached[i], 1e-2));
        Assert.InRange(detached.Max(Math.Abs), 0.3, 0.6);
        Assert.All(sum, value => Assert.InRange(Math.Abs(value), 0, 1e-4));
    }

    [FactNeedsChromium]
    public async Task A_second_visit_finds_the_page_as_the_first_one_did()
    {
        await using var visit = await chromium.VisitAsync(Address);
        var rules = await visit.Page.EvaluateAsync<int>("document.styleSheets[0].cssRules.length");
        await visit.Page.GotoAsync("about:blank");
        await visit.GoAsync(Address);
        Assert.Equal(rules, await visit.Page.EvaluateAsync<int>("document.styleSheets[0].cssRules.length"));
        await Expect(visit.Findings).ToContainTextAsync("Sum gradient vanishes");
        await Expect(visit.Picture.Locator("title")).ToContainTextAsync("trainDetached, perSample");
    }

    [FactNeedsChromium]
    public async Task Every_preset_is_answered_with_a_picture_that_says_what_it_shows()
    {
        await using var visit = await chromium.VisitAsync(Address);
        foreach (var (name, answers, shown) in new[] { ("Forum, without", 5, "train, perSample"), ("Three BatchNorms", 5, "movingAverage"),
            ("Two inputs", 5, "trainDetached"), ("Poisson, a loss", 6, "value of the loss") })
        {
            await visit.ChooseAsync(name);
            await Expect(visit.Refusal).ToBeHiddenAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync($"{answers} answers");
            await Expect(visit.Page.Locator("#numbers > .scroll tbody tr")).ToHaveCountAsync(answers);
            await Expect(visit.Picture.Locator("title")).ToContainTextAsync(shown);
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = name })).ToHaveAttributeAsync("aria-pressed", "true");
        }

        await Expect(visit.Findings).ToContainTextAsync("objective-blind");
    }

    [FactNeedsChromium]
    public async Task The_boundary_of_Poisson_is_a_term_or_built_in_and_either_has_an_address()
    {
        await using var visit = await chromium.VisitAsync(Address + "#preset=poisson");
        var soft = await visit.Code.TextContentAsync();
        await Expect(visit.Page.GetByLabel("Soft boundary")).ToBeCheckedAsync();

        var asked = await visit.AskedAsync("/v1/objectives/compare", () => visit.Page.GetByLabel("Hard boundary").CheckAsync());
        Assert.Equal("x*(1-x)*n", (string)asked["fields"]!["u"]!);
        Assert.Equal("n", (string)Assert.Single(asked["outputs"]!.AsArray())!);
        Assert.Equal("interior", (string)Assert.Single(asked["points"]!.AsArray())!["name"]!);
        Assert.Equal("u_xx + pi^2*sin(pi*x)", (string)Assert.Single(asked["terms"]!.AsArray())!["residual"]!);
        await AssertAnsweredAsync();
        await Expect(visit.Page).ToHaveURLAsync(Address + "#preset=poisson-hard");
        await visit.AssertAccessibleAsync();
        await visit.Page.ReloadAsync();
        await Expect(visit.Page.GetByLabel("Hard boundary")).ToBeCheckedAsync();
        await Expect(visit.Control("fields")).ToHaveValueAsync("u = x*(1-x)*n");

        await visit.Page.GetByLabel("Soft boundary").CheckAsync();
        await AssertAnsweredAsync();
        await Expect(visit.Page).ToHaveURLAsync(Address + "#preset=poisson");
        await Expect(visit.Code).ToHaveTextAsync(soft!);

        async Task AssertAnsweredAsync()
        {
            await visit.SettledAsync();
            await Expect(visit.Refusal).ToBeHiddenAsync();
            await Expect(visit.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("6 answers");
            await Expect(visit.Page.GetByRole(AriaRole.Button, new() { Name = "Poisson, a loss" })).ToHaveAttributeAsync("aria-pressed", "true");
        }
    }

    [FactNeedsChromium]
    public async Task Fields_of_a_loss_are_typed_one_a_line()
    {
        await using var visit = await chromium.VisitAsync(Address + "#preset=poisson");
        visit.ExpectedStatuses = [400];
        var asked = await visit.AskedAsync("/v1/objectives/compare",
            () => visit.Control("fields").FillAsync("flux = u^2*u_x\n\nsource = pi^2*sin(pi*x)"));
        Assert.Equal("""{"flux":"u^2*u_x","source":"pi^2*sin(pi*x)"}""", asked["fields"]!.ToJsonString());
        await visit.TypeAsync("terms[0].residual", "flux_x + source");
        await Expect(visit.Refusal).ToBeHiddenAsync();

        await visit.TypeAsync("fields", "flux = u^2*(");
        await Expect(visit.Control("fields")).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.TypeAsync("fields", "");
        await visit.TypeAsync("terms[0].residual", "u_xx + pi^2*sin(pi*x)");
        await Expect(visit.Page).ToHaveURLAsync(Address + "#preset=poisson");
    }

    [FactNeedsChromium]
    public async Task Branches_are_lists_of_layers_which_come_and_go()
    {
        await using var visit = await chromium.VisitAsync(Address);
        visit.ExpectedStatuses = [400];
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByLabel("Type of layer 1").SelectOptionAsync("branches"));
        Assert.Equal("""{"type":"branches","layers":[[{"type":"tanh"}],[]],"combine":"add"}""", asked["network"]!["layers"]![1]!.ToJsonString());
        await Expect(visit.Refusal).ToBeHiddenAsync();

        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add a branch" }).ClickAsync());
        Assert.Equal("""[[{"type":"tanh"}],[],[{"type":"tanh"}]]""", asked["network"]!["layers"]![1]!["layers"]!.ToJsonString());
        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Control("network.layers[1].combine").SelectOptionAsync("concat"));
        Assert.Equal("concat", (string)asked["network"]!["layers"]![1]!["combine"]!);
        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove branch 1" }).ClickAsync());
        Assert.Equal("""[[{"type":"tanh"}],[{"type":"tanh"}]]""", asked["network"]!["layers"]![1]!["layers"]!.ToJsonString());

        await visit.Page.Locator("[data-key='network.layers[1].layers[1][0] type']").SelectOptionAsync("linear");
        await visit.TypeAsync("network.layers[1].layers[1][0].outFeatures", "-3");
        await Expect(visit.Control("network.layers[1].layers[1][0].outFeatures")).ToHaveAttributeAsync("aria-invalid", "true");
        await visit.TypeAsync("network.layers[1].layers[1][0].outFeatures", "3");
        await Expect(visit.Page.Locator("[aria-invalid]")).ToHaveCountAsync(0);
        await visit.Page.ReloadAsync();
        await Expect(visit.Control("network.layers[1].layers[1][0].outFeatures")).ToHaveValueAsync("3");
    }

    [FactNeedsChromium]
    public async Task Layers_are_edited_added_moved_and_removed_and_what_is_asked_follows()
    {
        await using var visit = await chromium.VisitAsync(Address);
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Control("network.layers[0].outFeatures").FillAsync("6"));
        Assert.Equal(6, (int)asked["network"]!["layers"]![0]!["outFeatures"]!);

        await visit.Page.GetByLabel("Layer to add").SelectOptionAsync("residual");
        asked = await visit.AskedAsync("/v1/gradients/compare",
            () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Add layer", Exact = true }).Last.ClickAsync());
        Assert.Equal(["linear", "tanh", "batchNorm", "linear", "residual"], Types(asked));
        Assert.Equal("tanh", (string)asked["network"]!["layers"]![4]!["layers"]![0]!["type"]!);

        asked = await visit.AskedAsync("/v1/gradients/compare",
            () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Remove layer 4, residual" }).ClickAsync());
        Assert.Equal(["linear", "tanh", "batchNorm", "linear"], Types(asked));

        asked = await visit.AskedAsync("/v1/gradients/compare",
            () => visit.Page.GetByRole(AriaRole.Button, new() { Name = "Move layer 1, tanh down" }).ClickAsync());
        Assert.Equal(["linear", "batchNorm", "tanh", "linear"], Types(asked));

        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByLabel("Type of layer 2").SelectOptionAsync("softplus"));
        Assert.Equal(["linear", "batchNorm", "softplus", "linear"], Types(asked));
        await Expect(visit.Refusal).ToBeHiddenAsync();
        await Expect(visit.Picture).ToBeVisibleAsync();
    }

    [FactNeedsChromium]
    public async Task Modes_are_taken_in_and_left_out_and_the_reference_batch_is_asked_for_where_it_is_needed()
    {
        await using var visit = await chromium.VisitAsync(Address);
        var asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByLabel("reference, per sample").CheckAsync());
        Assert.Equal("reference", (string)asked["compare"]!.AsArray()[^1]!["mode"]!);
        Assert.Equal(50, asked["batchNorm"]!["referenceInputs"]!.AsArray().Count);
        await Expect(visit.Page.Locator("#numbers > .scroll tbody tr")).ToHaveCountAsync(6);
        asked = await visit.AskedAsync("/v1/gradients/compare", () => visit.Page.GetByLabel("reference, per sample").UncheckAsync());
        Assert.Equal(5, asked["compare"]!.AsArray().Count);
        Assert.Null(asked["batchNorm"]);

        asked = await visit.AskedAsync("/v1/figures", () => visit.Page.GetByLabel("Picture", new() { Exact = true }).SelectOptionAsync("coupling"));
        Assert.All(asked["request"]!["compare"]!.AsArray(), entry => Assert.Equal("jacobian", (string)entry!["kind"]!));
        await Expect(visit.Picture.Locator("title")).ToContainTextAsync("train, jacobian");
    }

    [FactNeedsChromium]
    public async Task A_link_reproduces_what_its_sender_saw()
    {
        await using var sender = await chromium.VisitAsync(Address, Clipboard);
        await sender.TypeAsync("network.seed", "23");
        await sender.TypeAsync("network.layers[2].momentum", "null");
        await sender.Page.GetByLabel("Listed").CheckAsync();
        await sender.TypeAsync("inputs", "0 0.1 0.25 0.5 0.7 0.8 0.9 1 1.5");
        await sender.Page.GetByRole(AriaRole.Button, new() { Name = "Copy link" }).ClickAsync();
        var link = await ClipboardAsync(sender);

        await using var receiver = await chromium.VisitAsync(link);
        await Expect(receiver.Control("network.seed")).ToHaveValueAsync("23");
        await Expect(receiver.Control("inputs")).ToHaveValueAsync("0 0.1 0.25 0.5 0.7 0.8 0.9 1 1.5");
        Assert.Contains("\"momentum\": null", await receiver.Code.TextContentAsync(), StringComparison.Ordinal);
        Assert.Equal(await sender.Code.TextContentAsync(), await receiver.Code.TextContentAsync());
        Assert.Equal(await PathsAsync(sender), await PathsAsync(receiver));
    }

    [FactNeedsChromium]
    public async Task A_link_with_more_layers_than_a_page_can_show_is_none()
    {
        await using var visit = await chromium.VisitAsync(Address);
        await visit.TypeAsync("network.layers[0].outFeatures", "11");
        await visit.Page.EvaluateAsync("""
            () => {
              const state = JSON.parse(atob(location.hash.slice('#state='.length).replaceAll('-', '+').replaceAll('_', '/')));
              state.network.layers = Array.from({ length: 20000 }, () => ({ type: 'tanh' }));
              location.hash = '#state=' + btoa(JSON.stringify(state)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
            }
            """);
        await Expect(visit.Page.GetByText("have more than 1,000 layers")).ToBeVisibleAsync();
        await visit.SettledAsync();
    }

    [FactNeedsChromium]
    public async Task A_link_that_is_none_opens_what_every_visitor_sees_and_the_page_says_so()
    {
        foreach (var fragment in new[] { "#state=***", "#state=eyJ0YXNrIjoiZ3JhZGllbnRzIn0", "#else", "#preset=" + new string('0', 64) })
        {
            await using var visit = await chromium.VisitAsync(Address + fragment);
            visit.ExpectedStatuses = [404];
            await Expect(visit.Page).ToHaveURLAsync(Address + "#preset=forum");
            await Expect(visit.Picture).ToBeVisibleAsync();
            var told = visit.Page.GetByText("The link stands for nothing that can be opened here");
            await Expect(told).ToBeVisibleAsync();
            await visit.AssertAccessibleAsync();
            await visit.ChooseAsync("Two inputs");
            await Expect(told).ToBeHiddenAsync();
        }
    }

    /// <summary>What is copied is pasted into bash and run; it answers what the page asked for.</summary>
    [FactNeedsChromiumAndCurl]
    public async Task The_request_copied_as_curl_runs_and_answers_the_same()
    {
        await using var visit = await chromium.VisitAsync(Address, Clipboard);
        foreach (var preset in new[] { "Forum, with BatchNorm", "Poisson, a loss" })
        {
            await visit.ChooseAsync(preset);
            await visit.Page.GetByRole(AriaRole.Button, new() { Name = "Copy", Exact = true }).ClickAsync();
            var answer = JsonNode.Parse(await Tool.Curl.RunAsync("-c", await ClipboardAsync(visit)))!;
            var findings = answer["results"]!.AsArray().SelectMany(result => result!["diagnostics"]!["findings"]!.AsArray())
                .Select(finding => (string)finding!["message"]!).Distinct().ToList();
            Assert.NotEmpty(findings);
            foreach (var finding in findings)
            {
                await Expect(visit.Findings).ToContainTextAsync(finding);
            }
        }
    }

    [FactNeedsChromiumAndPython]
    public async Task The_request_copied_as_Python_runs_and_prints_a_line_for_each_answer()
    {
        await using var visit = await chromium.VisitAsync(Address, Clipboard);
        foreach (var (preset, lines) in new[] { ("Two inputs", 5), ("Poisson, a loss", 6) })
        {
            await visit.ChooseAsync(preset);
            await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "Python" }).ClickAsync();
            var printed = await Tool.NumPy.RunAsync("-c", (await visit.Code.TextContentAsync())!);
            Assert.Equal(lines, printed.TrimEnd().Split('\n').Length);
        }

        await visit.Page.GetByRole(AriaRole.Tab, new() { Name = "C#" }).ClickAsync();
        Assert.Contains("new HttpClient()", await visit.Code.TextContentAsync(), StringComparison.Ordinal);
    }

    private static BrowserNewContextOptions Clipboard => new() { Permissions = ["clipboard-read", "clipboard-write"] };

    private static Task<string> ClipboardAsync(PlaygroundPage visit) => visit.Page.EvaluateAsync<string>("navigator.clipboard.readText()");

    private static IEnumerable<string> Types(JsonNode asked) => asked["network"]!["layers"]!.AsArray().Select(layer => (string)layer!["type"]!);

    /// <summary>The curves as they are drawn.</summary>
    private static Task<string[]> PathsAsync(PlaygroundPage visit) =>
        visit.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('#picture svg path')].map(path => path.getAttribute('d'))");

    private static async Task<IReadOnlyList<double>> ColumnAsync(PlaygroundPage visit, string name)
    {
        var table = visit.Page.Locator("#numbers details table");
        var heads = await table.Locator("thead th").AllTextContentsAsync();
        var column = heads.ToList().IndexOf(name);
        Assert.True(column >= 0, $"{name} is none of {string.Join(", ", heads)}");
        var cells = await table.Locator($"tbody tr > :nth-child({column + 1})").AllTextContentsAsync();
        return [.. cells.Select(cell => double.Parse(cell.Replace('−', '-'), CultureInfo.InvariantCulture))];
    }
}
