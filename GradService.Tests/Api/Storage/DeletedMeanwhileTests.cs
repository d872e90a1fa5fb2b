using System.Data.Common;
using System.Net;
using GradService.Api.Storage;
using GradService.Tests.Api.Networks;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Storage;

/// <summary>A network that is deleted while somebody reads it is not there, and nothing is damaged.</summary>
public sealed class DeletedMeanwhileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    /// <summary>Done once, before the next operation of this name.</summary>
    private (string Name, Action Deletion)? _next;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("layers", "/v1/networks/{0}/parameters")]
    [InlineData("numbers", "/v1/networks/{0}/parameters")]
    [InlineData("layers", "/v1/forward")]
    [InlineData("numbers", "/v1/forward")]
    public async Task It_is_404_and_the_log_has_no_word_of_damage(string before, string path)
    {
        using var log = new CapturedLog();
        await using var application = Application(log);
        using var client = application.CreateClient();
        var id = await client.StoreAsync(NetworkRequests.Spec(1));
        var store = application.Services.GetRequiredService<NetworkStore>();
        _next = (before, () => Assert.True(store.DeleteAsync(id).GetAwaiter().GetResult()));
        var answer = path == "/v1/forward"
            ? await ProblemAnswer.PostAsync(application, path, $$"""{ "network": { "id": "{{id}}" }, "inputs": [[0], [1]] }""")
            : await ProblemAnswer.OfAsync(await client.GetAsync(string.Format(null, path, id)));
        Assert.Null(_next);
        Assert.Equal((int)HttpStatusCode.NotFound, answer.Status);
        Assert.DoesNotContain(log.Lines, line => line.Level >= LogLevel.Warning && line.Category == typeof(NetworkStore).FullName);
    }

    private void Before(string name)
    {
        if (_next is { } next && next.Name == name)
        {
            _next = null;
            next.Deletion();
        }
    }

    private GradApplication Application(CapturedLog log) => new()
    {
        Settings = [("Storage:Folder", _folder.Path), ("Engine:NetworkCacheBytes", "0")],
        Additions = services =>
        {
            log.AddTo(services);
            services.Replace(ServiceDescriptor.Singleton(provider => new NetworkStore(provider.GetRequiredService<IOptions<StorageOptions>>(),
                provider.GetRequiredService<ILogger<NetworkStore>>(), TimeProvider.System)
            {
                Disk = new OtherDisk
                {
                    Doing = (name, operation) =>
                    {
                        Before(name == "open to read" ? "numbers" : name);
                        operation();
                    },
                },
                Interceptors = [new Questions(Before)],
            }));
        },
    };

    private sealed class Questions(Action<string> before) : DbCommandInterceptor
    {
        public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
        {
            before(command.CommandText.StartsWith("SELECT \"n\".\"spec\"", StringComparison.Ordinal) ? "layers" : "");
            return result;
        }
    }
}
