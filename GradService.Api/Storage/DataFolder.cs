using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace GradService.Api.Storage;

/// <summary>The folder of stored networks, opened: this process has it for itself, its database is of this version, and it holds nothing left over.</summary>
internal sealed class DataFolder : IDisposable
{
    /// <summary>How long a writer waits for a reader, or a reader for a checkpoint.</summary>
    private const int BusySeconds = 5;
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly FileStream _owned;
    private readonly PooledDbContextFactory<NetworkDatabase> _databases;
    private readonly string _connection;

    private DataFolder(FileStream owned, string folder, Func<string, Stream> create)
    {
        _owned = owned;
        _connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(folder, "networks.db"), ForeignKeys = true, DefaultTimeout = BusySeconds }.ToString();
        _databases = new PooledDbContextFactory<NetworkDatabase>(new DbContextOptionsBuilder<NetworkDatabase>().UseSqlite(_connection).Options);
        Files = new ParameterFiles(folder, create);
    }

    public ParameterFiles Files { get; }

    /// <summary>Files that were removed when it was opened, as nothing knew of them.</summary>
    public int Orphans { get; private set; }

    /// <summary>What its networks take of the room for them.</summary>
    public long StoredBytes { get; set; }

    /// <summary>How many networks it has.</summary>
    public long Count { get; set; }

    /// <param name="folder">Where it is; it is made if it is not there.</param>
    /// <param name="create">Opens a file that is to be written.</param>
    /// <exception cref="StorageUnavailableException">Another process has it.</exception>
    public static DataFolder Open(string folder, Func<string, Stream> create)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnersAlone);
        }

        var opened = new DataFolder(Own(Path.Combine(folder, "lock")), folder, create);
        try
        {
            opened.Prepare();
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>A conversation with the database, for one piece of work.</summary>
    public NetworkDatabase Database() => _databases.CreateDbContext();

    public void Dispose()
    {
        using (var connection = new SqliteConnection(_connection))
        {
            SqliteConnection.ClearPool(connection);
        }

        _owned.Dispose();
    }

    private static FileStream Own(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException taken) when (File.Exists(path))
        {
            throw new StorageUnavailableException("Stored networks cannot be reached, as another process has their folder. Networks that are described in the request are computed as ever.", taken);
        }
    }

    private void Prepare()
    {
        using var database = Database();

        // A process that was killed while it migrated leaves a lock in the database that nobody would ever release. The folder is ours alone.
        database.Database.ExecuteSqlRaw("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
        database.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL");
        database.Database.Migrate();
        Orphans = Files.RemoveOrphans(database.Networks.Select(row => row.Id).ToHashSet());
        StoredBytes = database.Networks.Sum(row => row.StoredBytes);
        Count = database.Networks.LongCount();
    }
}
