using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace GradService.Api.Storage;

/// <summary>The folder of stored networks, opened: this process has it for itself, its database is of this version, and it holds nothing left over.</summary>
internal sealed class DataFolder : IDisposable
{
    public const string DatabaseName = "networks.db";

    /// <summary>How long a statement waits for another process that holds the database; readers and writers of this one never wait for each other.</summary>
    private const int BusySeconds = 1;

    private static readonly string[] Tables = ["networks", "names", "__EFMigrationsHistory", "__EFMigrationsLock", "sqlite_sequence"];

    private readonly string _folder;
    private readonly IStorageFiles _disk;
    private readonly IReadOnlyList<IInterceptor> _interceptors;
    private readonly FileStream? _owned;
    private readonly string _connection;
    private readonly PooledDbContextFactory<NetworkDatabase> _databases;
    private IReadOnlyList<(string Path, FileIdentity? Identity)> _opened = [];

    /// <param name="folder">Where it is.</param>
    /// <param name="disk">What is done to it.</param>
    /// <param name="interceptors">Told of what the database is asked.</param>
    /// <param name="owned">What says that it is this process's.</param>
    /// <param name="readOnly">Why nothing can be written; null where that can.</param>
    private DataFolder(string folder, IStorageFiles disk, IReadOnlyList<IInterceptor> interceptors, FileStream? owned, Exception? readOnly)
    {
        (_folder, _disk, _interceptors, _owned, ReadOnlyBecause) = (folder, disk, interceptors, owned, readOnly);

        // The database is made at the opening and never afterwards: in place of one that was taken away there must be no other one.
        _connection = readOnly is null ? Connection(SqliteOpenMode.ReadWrite) : ReadingConnection();
        _databases = new PooledDbContextFactory<NetworkDatabase>(Options(_connection));
        Files = new ParameterFiles(folder, disk);
        Reserve = new SpaceReserve(folder, Files, disk);
    }

    public ParameterFiles Files { get; }

    public SpaceReserve Reserve { get; }

    /// <summary>Why nothing can be written in it; null where that can be.</summary>
    public Exception? ReadOnlyBecause { get; }

    /// <summary>Files that were removed when it was opened, as they had never been finished.</summary>
    public int Orphans { get; private set; }

    /// <summary>Files of parameters that the database does not know; they are left where they are.</summary>
    public int Unknown { get; private set; }

    /// <summary>Networks whose parameters are not there.</summary>
    public int Missing { get; private set; }

    /// <summary>What its networks take of the room for them.</summary>
    public long StoredBytes { get; set; }

    /// <summary>How many networks it has.</summary>
    public long Count { get; set; }

    private string DatabasePath => Path.Combine(_folder, DatabaseName);

    private string MarkPath => Path.Combine(_folder, FolderMark.FileName);

    /// <param name="folder">Where it is; it is made if it is not there.</param>
    /// <param name="disk">What is done to it.</param>
    /// <param name="interceptors">Told of what the database is asked.</param>
    /// <exception cref="StorageUnavailableException">Another process has it, it is somebody else's, or its database is lost.</exception>
    public static DataFolder Open(string folder, IStorageFiles disk, IReadOnlyList<IInterceptor> interceptors)
    {
        disk.MakeFolder(folder);
        FolderMark.Check(folder);
        var owned = disk.Own(Path.Combine(folder, "lock"));
        try
        {
            return OpenOwned(folder, disk, interceptors, owned);
        }
        catch
        {
            owned?.Dispose();
            throw;
        }
    }

    /// <summary>A conversation with the database, for one piece of work.</summary>
    public NetworkDatabase Database() => _databases.CreateDbContext();

    /// <exception cref="StorageUnavailableException">The folder is gone, or is not the one that was opened: what were written to it now
    /// would be lost.</exception>
    public void CheckIsTheSame()
    {
        foreach (var (path, identity) in _opened)
        {
            if (FileIdentity.Of(path) != identity || (identity is null && !Path.Exists(path)))
            {
                throw new StorageUnavailableException(
                    "Networks cannot be stored, as their folder was removed or replaced while the service ran. Whoever runs it can bring the folder back, "
                        + "or restart the service to go on with the one that is there.", StorageUnavailableException.Replaced);
            }
        }
    }

    /// <summary>Whether a folder that could not be written, when it was opened, can be now. Some bytes are written to see it.</summary>
    public bool CanBeWrittenAgain()
    {
        try
        {
            return WhyNothingCanBeMade(SpaceReserve.Bytes) is null;
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is not null)
        {
            return false;
        }
    }

    /// <summary>Makes room again where there was none, once something was deleted.</summary>
    public void Refill()
    {
        using var database = Database();
        database.Database.ExecuteSqlRaw("PRAGMA wal_checkpoint(TRUNCATE)");
        Reserve.Keep();
    }

    public void Dispose()
    {
        Forget(_connection);
        _owned?.Dispose();
    }

    private static DataFolder OpenOwned(string folder, IStorageFiles disk, IReadOnlyList<IInterceptor> interceptors, FileStream? owned)
    {
        var opened = new DataFolder(folder, disk, interceptors, owned, null);
        try
        {
            return opened.Prepared();
        }
        catch (Exception failure) when (opened.WhyNotWritable(failure) is not null)
        {
            var why = opened.WhyNotWritable(failure);
            Forget(opened._connection);
            return opened.Reserve.TryRelease()
                ? OpenOwned(folder, disk, interceptors, owned)
                : new DataFolder(folder, disk, interceptors, owned, why is StorageFullException ? StorageFailures.FullWithoutReserve(why) : why).Read();
        }
        finally
        {
            Forget(opened.Connection(SqliteOpenMode.ReadWriteCreate));
        }
    }

    /// <summary>Why a folder that could not be opened to be written can be read all the same; null where that is not so.</summary>
    private Exception? WhyNotWritable(Exception failure)
    {
        if (new FileInfo(DatabasePath) is not { Exists: true, Length: > 0 } || StorageFailures.Of(failure) is not { } known)
        {
            return null;
        }

        // SQLite says only that it cannot open the files beside the database; the disk says why.
        return IsOfTheDisk(known) ? known
            : known is StorageUnavailableException { Code: StorageUnavailableException.Failed, InnerException: SqliteException }
            ? WhyNothingCanBeMade(SpaceReserve.FewestBytes)
            : null;
    }

    private Exception? WhyNothingCanBeMade(int bytes)
    {
        try
        {
            using var some = Files.Receive();
            some.Content.Write(new byte[bytes]);
            some.Finish();
            return null;
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is { } known && IsOfTheDisk(known))
        {
            return known;
        }
    }

    private static bool IsOfTheDisk(Exception known) =>
        known is StorageFullException or StorageUnavailableException { Code: StorageUnavailableException.ReadOnly };

    private static void Forget(string connection)
    {
        using var one = new SqliteConnection(connection);
        SqliteConnection.ClearPool(one);
    }

    private DataFolder Prepared()
    {
        var (kept, onTheirWay) = (Files.Ids().Count, Files.IdsOnTheirWay().Count);
        if (kept + onTheirWay > 0 && new FileInfo(DatabasePath) is not { Exists: true, Length: > 0 })
        {
            throw DatabaseLost();
        }

        using (var making = new NetworkDatabase(Options(Connection(SqliteOpenMode.ReadWriteCreate))))
        {
            var tables = making.Database.SqlQueryRaw<string>("SELECT name AS Value FROM sqlite_master WHERE type = 'table'").ToList();
            if (tables.Except(Tables).Any())
            {
                throw FolderMark.Foreign();
            }

            // Changes come one after another: a first store, or a last deletion, that is broken off leaves a single file on its way and nothing else.
            var isBrokenOff = tables.Contains("networks") && kept == 0 && onTheirWay <= 1;
            if (kept + onTheirWay > 0 && !isBrokenOff && (!tables.Contains("networks") || !making.Networks.Any()))
            {
                throw DatabaseLost();
            }

            // A process that was killed while it migrated leaves a lock in the database that nobody would ever release. The folder is ours alone.
            making.Database.ExecuteSqlRaw("DROP TABLE IF EXISTS \"__EFMigrationsLock\"");
            making.Database.ExecuteSqlRaw("PRAGMA journal_mode = WAL");
            Migrate(making);
            Files.MakeFolders();
            Look(Files.EndUnfinished);
            Mark();
            Reserve.Keep();
        }

        string[] parts = ["lock", DatabaseName, "parameters", "incoming"];
        _opened = [.. parts.Select(part => Path.Combine(_folder, part)).Select(path => (path, FileIdentity.Of(path)))];
        return this;
    }

    private static void Migrate(NetworkDatabase database)
    {
        try
        {
            database.Database.Migrate();
        }
        catch (InvalidOperationException failure)
        {
            // Where its transaction failed, Entity Framework goes on to use it, and tells of that instead.
            throw new StorageUnavailableException(
                "Stored networks cannot be reached, as their database could not be brought to its newest form. Networks that are described in the "
                    + "request are computed as ever.", StorageUnavailableException.Failed, failure);
        }
    }

    /// <summary>What can be said of it where nothing can be written.</summary>
    private DataFolder Read()
    {
        Look(_ => 0);
        return this;
    }

    private void Look(Func<Func<string, bool>, int> endUnfinished)
    {
        using var database = Database();
        var known = database.Networks.Select(row => row.Id).ToHashSet();
        Orphans = endUnfinished(known.Contains);
        var ids = Files.Ids();
        Unknown = ids.Count(id => !known.Contains(id));
        Missing = known.Count(id => !ids.Contains(id));
        StoredBytes = database.Networks.Sum(row => row.StoredBytes);
        Count = known.Count;
    }

    /// <summary>From now on the folder is known to be the service's, also without its database. A full disk gets its mark when there is room.</summary>
    private void Mark()
    {
        if (File.Exists(MarkPath))
        {
            return;
        }

        try
        {
            using var file = Files.Receive();
            file.Content.Write(FolderMark.New());
            file.Finish();
            file.MoveTo(MarkPath);
            _disk.FlushFolder(_folder);
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is StorageFullException)
        {
            return;
        }
    }

    private static StorageUnavailableException DatabaseLost() =>
        new("Stored networks cannot be reached: their database is empty or not there, and their parameters are. Nothing was touched. "
            + "Whoever runs the service can restore networks.db from a backup, or move the folders parameters and incoming away to begin anew.",
            StorageUnavailableException.DatabaseLost);

    private string Connection(SqliteOpenMode mode) =>
        new SqliteConnectionStringBuilder { DataSource = DatabasePath, Mode = mode, ForeignKeys = true, DefaultTimeout = BusySeconds }.ToString();

    /// <summary>Where nobody can write, nobody does: a database whose journal is not there can be read without one.</summary>
    private string ReadingConnection()
    {
        var hasJournal = new FileInfo(DatabasePath + "-wal") is { Exists: true, Length: > 0 };
        var source = hasJournal ? DatabasePath : $"file:{Uri.EscapeDataString(DatabasePath).Replace("%2F", "/", StringComparison.Ordinal)}?immutable=1";
        return new SqliteConnectionStringBuilder { DataSource = source, Mode = SqliteOpenMode.ReadOnly, ForeignKeys = true, DefaultTimeout = BusySeconds }
            .ToString();
    }

    private DbContextOptions<NetworkDatabase> Options(string connection) =>
        new DbContextOptionsBuilder<NetworkDatabase>().UseSqlite(connection).AddInterceptors(_interceptors).Options;
}
