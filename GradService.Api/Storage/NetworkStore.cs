using GradService.Api.Wire.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Options;

namespace GradService.Api.Storage;

/// <summary>
/// Networks by their content, and the names that point to them: what is known of them in a database, their numbers in files beside it. A
/// network is there as a whole or not at all. It is opened when it is first needed; where that fails, the next who needs it tries again.
/// What is read is checked against its id, and what is written only where the folder is still the one that was opened.
/// </summary>
internal sealed partial class NetworkStore : INetworkStore, IDisposable
{
    /// <summary>What a network takes of a disk at least.</summary>
    private const long Block = 4096;

    /// <summary>How often a folder that is read-only is looked at again.</summary>
    private static readonly TimeSpan BetweenOpenings = TimeSpan.FromSeconds(5);

    private static readonly Func<NetworkDatabase, string, string?> IdOfName =
        EF.CompileQuery((NetworkDatabase database, string name) => database.Names.Where(row => row.Name == name).Select(row => row.NetworkId).FirstOrDefault());
    private static readonly Func<NetworkDatabase, string, bool> HasId =
        EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.Any(row => row.Id == id));
    private static readonly Func<NetworkDatabase, string, string?> SpecOfId =
        EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.Where(row => row.Id == id).Select(row => row.Spec).FirstOrDefault());

    private static readonly Func<NetworkDatabase, string, NetworkRow?> RowOfId =
        EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.SingleOrDefault(row => row.Id == id));
    private static readonly Func<NetworkDatabase, string, NameRow?> RowOfName =
        EF.CompileQuery((NetworkDatabase database, string name) => database.Names.SingleOrDefault(row => row.Name == name));

    private readonly StorageOptions _options;
    private readonly StorageLog _log;
    private readonly TimeProvider _time;
    private readonly RecentLookups _names = new();
    private readonly RecentLookups _ids = new();
    private readonly DatabaseGate _gate = new();
    private readonly FolderOpening _opening;

    /// <summary>Changes come one after another; what takes long is done before.</summary>
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Lock _reserving = new();

    /// <summary>What files on their way in take, all together.</summary>
    private long _incomingBytes;
    private IReadOnlyList<string>? _allNames;
    private int _nameChanges;
    private long _reopened;

    public NetworkStore(IOptions<StorageOptions> options, ILogger<NetworkStore> logger, TimeProvider time)
    {
        (_options, _log, _time) = (options.Value, new StorageLog(logger, options.Value.FolderInUse, time), time);
        _opening = new FolderOpening(OpenFolder);
    }

    /// <summary>What is done to the disk.</summary>
    public IStorageFiles Disk { get; init; } = new StorageFiles();

    /// <summary>Told of what the database is asked.</summary>
    public IReadOnlyList<IInterceptor> Interceptors { get; init; } = [];

    /// <summary>How long a change waits for its turn.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Networks that are stored, as far as that is known without asking the disk.</summary>
    public long Count => _opening.Folder?.Count ?? 0;

    /// <summary>What they take of the room for them.</summary>
    public long StoredBytes => _opening.Folder?.StoredBytes ?? 0;

    /// <summary>A file for what comes in. Its bytes take room, beside what is stored, until it is disposed of.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be stored.</exception>
    public IncomingFile Receive() => Guarded(() => Writable().Files.Receive(Reserve));

    /// <summary>Stores a network, unless it is there, and gives it a name, unless it has it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="name">The name; null: none.</param>
    /// <param name="source">The file that its numbers came in, whose room they are given; null: there is none.</param>
    /// <returns>The network, and whether it is new.</returns>
    /// <exception cref="FaultException">The name points to another network.</exception>
    public async Task<(StoredNetwork Network, bool IsNew)> StoreAsync(CanonicalNetwork network, string? name, IncomingFile? source = null)
    {
        source?.ReserveAll(0);
        using var file = IsWhole(network) ? null : Written(network, isNew: !Has(network.Id));
        return await ChangeAsync((folder, database) =>
        {
            CheckName(database, name, network.Id);
            var row = RowOfId(database, network.Id);
            var isNew = row is null;

            // Who deleted it just now made it new again.
            using var late = isNew && file is null ? Written(network, isNew) : null;
            var incoming = file ?? late;
            if (row is null)
            {
                row = NewRow(network);

                // What was written to repair it took no room until now.
                incoming!.ReserveAll(row.StoredBytes);
                database.Add(row);
            }

            if (name is not null && RowOfName(database, name) is null)
            {
                CheckNames(database);
                database.Add(new NameRow { Name = name, NetworkId = network.Id, Version = Guid.NewGuid(), MovedAt = Now() });
            }

            if (incoming is not null)
            {
                row.Spec = NetworkSpecText.Of(network.Spec);
            }

            Save(folder, database, network.Id, () =>
            {
                if (incoming is not null)
                {
                    folder.Files.Announce(incoming, network.Id);
                }
            });
            if (name is not null)
            {
                NameChanged(name);
            }

            if (isNew)
            {
                folder.StoredBytes += row.StoredBytes;
                folder.Count++;
            }

            return (StoredNetwork.Of(row, NamesOf(database, network.Id)), isNew);
        });
    }

    /// <summary>Gives a network that is stored a name, unless it has it; null where it is not stored. Its numbers are not touched.</summary>
    /// <inheritdoc cref="StoreAsync"/>
    public async Task<StoredNetwork?> NameAsync(string id, string? name)
    {
        if (name is not null)
        {
            await MoveAsync(name, id, known =>
            {
                if (known is not null && known.Id != id)
                {
                    throw Taken(name, known.Id);
                }
            });
        }

        return Find(id);
    }

    /// <summary>Deletes a network to which no name points; false where there is none with this id.</summary>
    /// <exception cref="FaultException">Names point to it.</exception>
    public Task<bool> DeleteAsync(string id) => ChangeAsync((folder, database) =>
    {
        if (RowOfId(database, id) is not { } row)
        {
            return false;
        }

        if (NamesOf(database, id) is { Count: > 0 } names)
        {
            throw new FaultException(Fault.Conflict("id", "a network that no name points to",
                $"one with {(names.Count == 1 ? "the name" : "the names")} {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}",
                "Delete these names first, or move them to another network: DELETE or PUT /v1/names/{name}."));
        }

        database.Remove(row);
        _ids.Changed(id);
        Save(folder, database, id, () => folder.Files.Withdraw(id));
        _ids.Changed(id);
        folder.StoredBytes -= row.StoredBytes;
        folder.Count--;
        return true;
    }, makesRoom: true);

    /// <summary>Points a name to a network; the name is made if it is not there.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">The network.</param>
    /// <param name="check">Told the name as it is, null where it is not there; throws where the caller does not want that.</param>
    /// <returns>The name, and whether it is new; null where there is no such network.</returns>
    public Task<(StoredName Name, bool IsNew)?> MoveAsync(string name, string id, Action<StoredName?> check) =>
        ChangeAsync<(StoredName, bool)?>((_, database) =>
        {
            var row = RowOfName(database, name);
            check(row is null ? null : StoredName.Of(row));
            if (!HasId(database, id))
            {
                return null;
            }

            var isNew = row is null;
            if (row is null)
            {
                CheckNames(database);
                database.Add(row = new NameRow { Name = name, NetworkId = id, Version = Guid.NewGuid(), MovedAt = Now() });
            }
            else if (row.NetworkId != id)
            {
                (row.NetworkId, row.Version, row.MovedAt) = (id, Guid.NewGuid(), Now());
            }

            database.SaveChanges();
            NameChanged(name);
            return (StoredName.Of(row), isNew);
        });

    /// <summary>Deletes a name; false where there is none such.</summary>
    /// <param name="name">The name.</param>
    /// <param name="check">Told the name as it is, null where it is not there; throws where the caller does not want that.</param>
    public Task<bool> DeleteNameAsync(string name, Action<StoredName?> check) => ChangeAsync((_, database) =>
    {
        var row = RowOfName(database, name);
        check(row is null ? null : StoredName.Of(row));
        if (row is null)
        {
            return false;
        }

        database.Remove(row);
        database.SaveChanges();
        NameChanged(name);
        return true;
    }, makesRoom: true);

    public void Dispose()
    {
        _opening.Dispose();
        _changing.Dispose();
    }

    private static List<string> NamesOf(NetworkDatabase database, string id) =>
        [.. database.Names.AsNoTracking().Where(row => row.NetworkId == id).Select(row => row.Name).ToList().Order(StringComparer.Ordinal)];

    private static void CheckName(NetworkDatabase database, string? name, string id)
    {
        if (name is not null && IdOfName(database, name) is { } other && other != id)
        {
            throw Taken(name, other);
        }
    }

    private static FaultException Taken(string name, string other) => new(Fault.Conflict(
        "name", "a name that is free, or that points to the same content", $"'{name}', which points to {other}", $"Move it on purpose: PUT /v1/names/{name}."));

    private void CheckNames(NetworkDatabase database)
    {
        if (database.Names.LongCount() >= _options.MaxNames)
        {
            throw new StorageFullException(
                $"There may be {_options.MaxNames} names (limit MaxNames), and there are as many. Delete names that nobody needs: DELETE /v1/names/{{name}}.");
        }
    }

    /// <summary>
    /// Puts down the network's file, enters what has changed, and brings the file to where it belongs then. Where that does not work the
    /// next start does it: the file is whole, and found where it is.
    /// </summary>
    private void Save(DataFolder folder, NetworkDatabase database, string id, Action putDown)
    {
        try
        {
            putDown();
            database.SaveChanges();
        }
        finally
        {
            // Whatever failed, and whether it was entered all the same, the database knows.
            Settle(folder, id);
        }
    }

    private void Settle(DataFolder folder, string id)
    {
        try
        {
            using var database = folder.Database();
            folder.Files.Settle(id, HasId(database, id));
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is { } known)
        {
            _log.Failed(known);
        }
    }

    /// <summary>Whether a network is stored, and its file has its numbers.</summary>
    private bool IsWhole(CanonicalNetwork network) => Has(network.Id) && Guarded(() => Folder.Files.Holds(network.Id, network.Numbers))
        && Ask(database => SpecOfId(database, network.Id)) == NetworkSpecText.Of(network.Spec);

    /// <summary>A network's numbers in a file, which takes room where they are new; else they have it already.</summary>
    private IncomingFile Written(CanonicalNetwork network, bool isNew) => Guarded(() =>
    {
        var file = Writable().Files.Receive(Reserve);
        try
        {
            file.ReserveAll(isNew ? BytesOf(network) : 0);
            SafetensorsWriter.Write(file.Content, network.Numbers);
            file.Finish();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>The folder, if it can be written and is the one that was opened.</summary>
    private DataFolder Writable()
    {
        var folder = Folder;
        if (folder.ReadOnlyBecause is { } cause)
        {
            throw cause;
        }

        folder.CheckIsTheSame();
        return folder;
    }

    /// <summary>Room for a file on its way in, which takes so much instead of what it took. What becomes a network is counted as that first.</summary>
    private void Reserve(long before, long bytes)
    {
        lock (_reserving)
        {
            var (most, stored, others) = (_options.MaxStoredBytes, StoredBytes, _incomingBytes - before);
            if (bytes > before && stored + others + bytes > most)
            {
                throw new StorageFullException($"Stored networks may take {most} bytes together (limit MaxStoredBytes), "
                    + $"they take {stored}{(others > 0 ? $", others on their way in {others}" : "")}, and this one would take {bytes}. "
                    + "Delete networks that nobody needs: DELETE /v1/networks/{id}.");
            }

            _incomingBytes = others + bytes;
        }
    }

    private static long BytesOf(CanonicalNetwork network) => Math.Max(Block, network.ParameterBytes);

    private NetworkRow NewRow(CanonicalNetwork network) => new()
    {
        Id = network.Id,
        Spec = NetworkSpecText.Of(network.Spec),
        InputShape = string.Join(',', network.Input.Dimensions.ToArray()),
        OutputShape = string.Join(',', network.Output.Dimensions.ToArray()),
        ParameterCount = network.LearnableCount,
        StoredBytes = BytesOf(network),
        CreatedAt = Now(),
    };

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();
}
