using GradService.Api.Hosting.Security;

namespace GradService.Tests.Api.Hosting.Security;

/// <summary>The service says at its start where it listens, and warns where anybody may come.</summary>
[Trait("Lane", "Slow")]
public sealed class ListeningTests
{
    private const string Warning = "beyond this machine, and no API key is configured";

    [Fact]
    public async Task Listening_beyond_this_machine_without_a_key_is_warned_of()
    {
        using var service = new ServiceProcess("--urls=http://0.0.0.0:0");
        Assert.Contains("http://0.0.0.0:", await service.UntilAsync("Now listening on: "), StringComparison.Ordinal);
        Assert.Contains("Listening on http://0.0.0.0:", await service.UntilAsync(Warning), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--urls=http://127.0.0.1:0", "")]
    [InlineData("--urls=http://0.0.0.0:0", "--ApiKeys:0:Name=ci --ApiKeys:0:Sha256=" + Keys.Hash)]
    public async Task Listening_on_loopback_or_with_a_key_is_not(string urls, string keys)
    {
        using var service = new ServiceProcess([urls, .. keys.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        await service.UntilAsync("Now listening on: http://");
        await service.UntilAsync("Content root path");
        Assert.DoesNotContain(Warning, service.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://127.0.0.1:5080", true)]
    [InlineData("http://127.8.0.1:5080", true)]
    [InlineData("http://[::1]:5080", true)]
    [InlineData("https://localhost:5080", true)]
    [InlineData("http://unix:/run/gradservice.sock", true)]
    [InlineData("http://+:8080", false)]
    [InlineData("http://*:8080", false)]
    [InlineData("http://0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", false)]
    [InlineData("http://192.0.2.7:8080", false)]
    [InlineData("http://grad.example", false)]
    public void Loopback_is_told_from_the_rest(string address, bool loopback) => Assert.Equal(loopback, ListeningWarning.IsLoopback(address));
}
