using System.Data.Common;
using System.Text;
using GradService.Api.Storage;
using GradService.Api.Wire.Reading;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Storage;

/// <summary>A folder in which nothing can be written is read without a break, says what helps, and is written again as soon as it can be.</summary>
public sealed class UnwritableFolderTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryFolder _folder = new();
    private readonly Clock _clock = new();
    private bool _isReadOnly;
    private string? _full;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_stays_open_for_those_who_read_until_it_can_be_written()
    {
        var id = await StoreAsync();
        _isReadOnly = true;
        using var store = Store();
        var folder = store.Open();
        Assert.Equal(StorageUnavailableException.ReadOnly, Assert.IsType<StorageUnavailableException>(folder.ReadOnlyBecause).Code);
        for (var looks = 0; looks < 3; looks++)
        {
            _clock.Passed += TimeSpan.FromSeconds(6);
            await store.OpenedAsync(Patience, CancellationToken.None);
            Assert.Same(folder, store.Open());
            using var parameters = store.ParametersOf(id);
            Assert.NotNull(parameters);
        }

        _isReadOnly = false;
        _clock.Passed += TimeSpan.FromSeconds(6);
        await store.OpenedAsync(Patience, CancellationToken.None);
        Assert.Null(store.Open().ReadOnlyBecause);
        Assert.True(await store.DeleteAsync(id));
    }

    [Theory]
    [InlineData("DELETE FROM", "while it runs")]
    [InlineData("PRAGMA journal_mode", "at the start")]
    public async Task Where_not_even_a_deletion_can_be_written_down_the_refusal_says_what_helps(string statement, string when)
    {
        var id = await StoreAsync();
        _full = when == "at the start" ? statement : null;
        using var store = Store();
        store.Open();
        File.Delete(Path.Combine(_folder.Path, "reserve"));
        _full = statement;
        var refusal = await Assert.ThrowsAsync<StorageFullException>(() => store.DeleteAsync(id));
        Assert.Contains("free some 256 KiB on that disk outside of the service", refusal.Message, StringComparison.Ordinal);
        using var parameters = store.ParametersOf(id);
        Assert.NotNull(parameters);
    }

    /// <summary>A network in the folder, which has no reserve.</summary>
    private async Task<string> StoreAsync()
    {
        var spec = RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes("""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2 }] }"""));
        var network = CanonicalNetwork.Of(spec, new Limits());
        using (var store = Store())
        {
            store.Open();
            await store.StoreAsync(network, null);
        }

        File.Delete(Path.Combine(_folder.Path, "reserve"));
        return network.Id;
    }

    private NetworkStore Store() => new(Options.Create(new StorageOptions { Folder = _folder.Path }), NullLogger<NetworkStore>.Instance, _clock)
    {
        Disk = new OtherDisk { Creation = path => _isReadOnly ? throw new IOException("Read-only file system", 30) : ParameterFiles.Create(path) },
        Interceptors = [new FullDatabase(() => _full)],
    };

    /// <summary>A database for whose statement there is no room.</summary>
    private sealed class FullDatabase(Func<string?> statement) : DbCommandInterceptor
    {
        private const int SqliteFull = 13;

        public override InterceptionResult<DbDataReader> ReaderExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result)
        {
            Check(command);
            return result;
        }

        public override InterceptionResult<int> NonQueryExecuting(DbCommand command, CommandEventData eventData, InterceptionResult<int> result)
        {
            Check(command);
            return result;
        }

        private void Check(DbCommand command)
        {
            if (statement() is { } full && command.CommandText.Contains(full, StringComparison.Ordinal))
            {
                throw new SqliteException("database or disk is full", SqliteFull);
            }
        }
    }

    /// <summary>Time that passes when it is told to.</summary>
    private sealed class Clock : TimeProvider
    {
        public TimeSpan Passed { get; set; } = TimeSpan.FromHours(1);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Passed.Ticks;
    }
}
