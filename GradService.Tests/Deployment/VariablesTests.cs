namespace GradService.Tests.Deployment;

/// <summary>That the check of variables can fail.</summary>
public sealed class VariablesTests
{
    [Theory]
    [InlineData("Limits__MaxPasses", "10", null)]
    [InlineData("Limits__DeadlineSeconds", "7.5", null)]
    [InlineData("PathBase", "/gradservice", null)]
    [InlineData("ApiKeys__0__Name", "ci", null)]
    [InlineData("ApiKeys__1__RequestsPerMinute", "0", "ApiKeys__1__RequestsPerMinute may not be 0")]
    [InlineData("ApiKeys__0__Key", "secret", "nobody reads ApiKeys__0__Key")]
    [InlineData("Security__OpenMetrics", "true", null)]
    [InlineData("Security__CorsOrigins__0", "https://lab.example", null)]
    [InlineData("ASPNETCORE_URLS", "http://+:8080", null)]
    [InlineData("Limits__MaxPasses", "0", "Limits__MaxPasses may not be 0")]
    [InlineData("Limits__MaxPasses", "1g", "Limits__MaxPasses may not be 1g")]
    [InlineData("Limits__MaxPases", "10", "nobody reads Limits__MaxPases")]
    [InlineData("Limits_MaxPasses", "10", "nobody reads Limits_MaxPasses")]
    [InlineData("PathBase", "gradservice", "PathBase may not be gradservice")]
    [InlineData("ASPNETCORE_URL", "http://+:8080", "nobody reads ASPNETCORE_URL")]
    public void A_variable_that_nobody_reads_or_that_is_out_of_range_is_found(string name, string value, string? wrong) =>
        Assert.Equal(wrong, Variables.WhyWrong(name, value));
}
