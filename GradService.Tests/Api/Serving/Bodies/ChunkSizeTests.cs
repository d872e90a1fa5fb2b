using GradService.Tests.Docs;

namespace GradService.Tests.Api.Serving.Bodies;

/// <summary>Bodies in chunks whose sizes are none.</summary>
public sealed class ChunkSizeTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [Theory]
    [InlineData("80000000")]
    [InlineData("FFFFFFFF")]
    [InlineData("7FFFFFFFFFFFFFFFF")]
    [InlineData("zz")]
    public async Task Are_400_and_no_mistake_of_the_service(string size)
    {
        using var connection = await RawConnection.OpenAsync(new Uri(application.Address));
        await connection.SendAsync("POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: "
            + $"chunked\r\nConnection: close\r\n\r\n{size}\r\nabc");
        Assert.StartsWith("HTTP/1.1 400 ", await connection.ReadToEndAsync(), StringComparison.Ordinal);
    }
}
