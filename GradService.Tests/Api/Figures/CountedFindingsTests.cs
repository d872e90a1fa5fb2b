namespace GradService.Tests.Api.Figures;

/// <summary>What a figure shows counts as what an answer has. Meters count for all services of a process: no other may run.</summary>
[Collection(OneAtATime.Name)]
public sealed class CountedFindingsTests
{
    [Fact]
    public async Task What_a_figure_shows_is_counted_as_what_an_answer_has()
    {
        await using var own = new GradApplication();
        await own.DrawAsync(FigureRequest.Compare());
        using var client = own.CreateClient();
        var metrics = await client.GetStringAsync("/metrics");
        Assert.Matches("(?m)^gradservice_findings[^\n]*sum-gradient-vanishes[^\n]* 1( |$)", metrics);
    }
}
