using GradService.Api.Arrays;
using GradService.Domain;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace GradService.Api.Storage;

/// <summary>
/// Networks by their content, and the names that point to them: what is known of them in a database, their numbers in files beside it. A
/// network is there as a whole or not at all. It is opened when it is first needed; where that fails, the next who needs it tries again.
/// </summary>
internal sealed partial class NetworkStore(IOptions<StorageOptions> options, ILogger<NetworkStore> logger, TimeProvider time) : INetworkStore, IDisposable
{
    /// <summary>What a network takes of a disk at least.</summary>
    private const long Block = 4096;

    private static readonly Func<NetworkDatabase, string, string?> IdOfName = EF.CompileQuery((NetworkDatabase database, string name) => database.Names.Where(row => row.Name == name).Select(row => row.NetworkId).FirstOrDefault());
    private static readonly Func<NetworkDatabase, string, bool> HasId = EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.Any(row => row.Id == id));
    private static readonly Func<NetworkDatabase, string, string?> SpecOfId = EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.Where(row => row.Id == id).Select(row => row.Spec).FirstOrDefault());

    private static readonly Func<NetworkDatabase, string, NetworkRow?> RowOfId = EF.CompileQuery((NetworkDatabase database, string id) => database.Networks.SingleOrDefault(row => row.Id == id));
    private static readonly Func<NetworkDatabase, string, NameRow?> RowOfName = EF.CompileQuery((NetworkDatabase database, string name) => database.Names.SingleOrDefault(row => row.Name == name));

    private readonly Lock _opening = new();
    private readonly RecentLookups _names = new();
    private readonly RecentLookups _ids = new();

    /// <summary>Changes come one after another; what takes long is done before.</summary>
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Lock _reserving = new();

    /// <summary>What files on their way in take, all together.</summary>
    private long _incomingBytes;
    private DataFolder? _folder;
    private string? _lastFailure;
    private bool _closed;

    /// <summary>Opens a file that is to be written.</summary>
    public Func<string, Stream> Create { get; init; } = ParameterFiles.Create;

    /// <summary>Networks that are stored, as far as that is known without asking the disk.</summary>
    public long Count => Volatile.Read(ref _folder)?.Count ?? 0;

    /// <summary>What they take of the room for them.</summary>
    public long StoredBytes => Volatile.Read(ref _folder)?.StoredBytes ?? 0;

    /// <summary>Opens the folder, unless that has been done.</summary>
    /// <exception cref="StorageUnavailableException">It cannot be used.</exception>
    public DataFolder Open() => Volatile.Read(ref _folder) ?? StorageFailures.Translated(() =>
    {
        lock (_opening)
        {
            return _folder ?? OpenFirst();
        }
    });

    /// <summary>A file for what comes in. Its bytes take room, beside what is stored, until it is disposed of.</summary>
    /// <exception cref="StorageUnavailableException">Nothing can be stored.</exception>
    public IncomingFile Receive() => Guarded(() => Open().Files.Receive(Reserve));

    /// <summary>Stores a network, unless it is there, and gives it a name, unless it has it.</summary>
    /// <param name="network">The network.</param>
    /// <param name="name">The name; null: none.</param>
    /// <returns>The network, and whether it is new.</returns>
    /// <exception cref="FaultException">The name points to another network.</exception>
    public async Task<(StoredNetwork Network, bool IsNew)> StoreAsync(CanonicalNetwork network, string? name)
    {
        using var file = Has(network.Id) ? null : Written(network);
        return await ChangeAsync((folder, database) =>
        {
            CheckName(database, name, network.Id);
            var row = RowOfId(database, network.Id);
            var isNew = row is null;

            // Who deleted it just now made it new again.
            using var late = isNew && file is null ? Written(network) : null;
            if (row is null)
            {
                row = NewRow(network);
                folder.Files.Keep(file ?? late!, network.Id);
                database.Add(row);
            }

            if (name is not null && RowOfName(database, name) is null)
            {
                database.Add(new NameRow { Name = name, NetworkId = network.Id, Version = Guid.NewGuid(), MovedAt = Now() });
            }

            Save(database, () =>
            {
                if (isNew)
                {
                    folder.Files.Delete(network.Id);
                }
            });
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
            throw new FaultException(Fault.Conflict("id", "a network that no name points to", $"one with {(names.Count == 1 ? "the name" : "the names")} {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}",
                "Delete these names first, or move them to another network: DELETE or PUT /v1/names/{name}."));
        }

        database.Remove(row);
        database.SaveChanges();
        _ids.Changed(id);
        folder.StoredBytes -= row.StoredBytes;
        folder.Count--;
        folder.Files.Delete(id);
        return true;
    });

    /// <summary>Points a name to a network; the name is made if it is not there.</summary>
    /// <param name="name">The name.</param>
    /// <param name="id">The network.</param>
    /// <param name="check">Told the name as it is, null where it is not there; throws where the caller does not want that.</param>
    /// <returns>The name, and whether it is new; null where there is no such network.</returns>
    public Task<(StoredName Name, bool IsNew)?> MoveAsync(string name, string id, Action<StoredName?> check) => ChangeAsync<(StoredName, bool)?>((_, database) =>
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
            database.Add(row = new NameRow { Name = name, NetworkId = id, Version = Guid.NewGuid(), MovedAt = Now() });
        }
        else if (row.NetworkId != id)
        {
            (row.NetworkId, row.Version, row.MovedAt) = (id, Guid.NewGuid(), Now());
        }

        database.SaveChanges();
        _names.Changed(name);
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
        _names.Changed(name);
        return true;
    });

    /// <summary>A name; null where there is none such.</summary>
    public StoredName? FindName(string name) => Ask(database => database.Names.AsNoTracking().SingleOrDefault(row => row.Name == name) is { } row ? StoredName.Of(row) : null);

    /// <summary>A network; null where there is none with this id.</summary>
    public StoredNetwork? Find(string id) => Ask(database =>
        database.Networks.AsNoTracking().SingleOrDefault(row => row.Id == id) is { } row ? StoredNetwork.Of(row, NamesOf(database, id)) : null);

    /// <summary>Networks in the order in which they came, without their specs.</summary>
    /// <param name="after">The number of the last one before them.</param>
    /// <param name="limit">How many at most.</param>
    public IReadOnlyList<StoredNetwork> List(long after, int limit) => Ask(database =>
    {
        var rows = database.Networks.AsNoTracking().Where(row => row.Number > after).OrderBy(row => row.Number).Take(limit)
            .Select(row => new { row.Number, row.Id, row.InputShape, row.OutputShape, row.ParameterCount, row.CreatedAt }).ToList();
        var ids = rows.Select(row => row.Id).ToList();
        var names = database.Names.AsNoTracking().Where(row => ids.Contains(row.NetworkId)).ToList().ToLookup(row => row.NetworkId, row => row.Name);
        return (IReadOnlyList<StoredNetwork>)[.. rows.Select(row => StoredNetwork.Of(row.Number, row.Id, null, names[row.Id], row.InputShape, row.OutputShape, row.ParameterCount, row.CreatedAt))];
    });

    /// <summary>All names, in their order.</summary>
    public IReadOnlyList<string> Names() => Ask(database => (IReadOnlyList<string>)database.Names.OrderBy(row => row.Name).Select(row => row.Name).ToList());

    /// <summary>A network's numbers as a safetensors file; null where there is none with this id.</summary>
    public FileStream? OpenParameters(string id) => Has(id) ? Guarded(() => Open().Files.Open(id) ?? throw Missing(id)) : null;

    public string? IdOf(string name) => _names.Find(name, key => Ask(database => IdOfName(database, key)));

    public bool Has(string id) => _ids.Find(id, key => Ask(database => HasId(database, key)) ? key : null) is not null;

    public NetworkSpec? SpecOf(string id) => Ask(database => SpecOfId(database, id)) is { } json ? NetworkSpecText.Read(json) : null;

    public IReadOnlyDictionary<string, NdArray>? ParametersOf(string id) => Has(id) ? Guarded(() => Open().Files.Read(id) ?? throw Missing(id)) : null;

    public void Dispose()
    {
        lock (_opening)
        {
            _closed = true;
            _folder?.Dispose();
            _folder = null;
        }

        _changing.Dispose();
    }

    private static List<string> NamesOf(NetworkDatabase database, string id) => [.. database.Names.AsNoTracking().Where(row => row.NetworkId == id).Select(row => row.Name).ToList().Order(StringComparer.Ordinal)];

    private static void CheckName(NetworkDatabase database, string? name, string id)
    {
        if (name is not null && IdOfName(database, name) is { } other && other != id)
        {
            throw Taken(name, other);
        }
    }

    private static FaultException Taken(string name, string other) => new(Fault.Conflict(
        "name", "a name that is free, or that points to the same content", $"'{name}', which points to {other}", $"Move it on purpose: PUT /v1/names/{name}."));

    private static void Save(NetworkDatabase database, Action undo)
    {
        try
        {
            database.SaveChanges();
        }
        catch
        {
            undo();
            throw;
        }
    }

    private IncomingFile Written(CanonicalNetwork network) => Guarded(() =>
    {
        var file = Open().Files.Receive(Reserve);
        try
        {
            file.Reserve(BytesOf(network));
            SafetensorsWriter.Write(file.Content, network.Spec.Parameters!);
            file.Finish();
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    /// <summary>Room for a file on its way in, which takes so much instead of what it took. What becomes a network is counted as that first.</summary>
    private void Reserve(long before, long bytes)
    {
        lock (_reserving)
        {
            var (most, stored, others) = (options.Value.MaxStoredBytes, StoredBytes, _incomingBytes - before);
            if (bytes > before && stored + others + bytes > most)
            {
                throw new StorageFullException($"Stored networks may take {most} bytes together (limit MaxStoredBytes), they take {stored}{(others > 0 ? $", others on their way in {others}" : "")}, and this one would take {bytes}. "
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

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private T Ask<T>(Func<NetworkDatabase, T> question)
    {
        var folder = Open();
        return Guarded(() =>
        {
            using var database = folder.Database();
            return question(database);
        });
    }

    private async Task<T> ChangeAsync<T>(Func<DataFolder, NetworkDatabase, T> change)
    {
        var folder = Open();
        await _changing.WaitAsync();
        try
        {
            return Guarded(() =>
            {
                using var database = folder.Database();
                return change(folder, database);
            });
        }
        finally
        {
            _changing.Release();
        }
    }

    private T Guarded<T>(Func<T> work)
    {
        try
        {
            return StorageFailures.Translated(work);
        }
        catch (Exception failure) when (failure is StorageUnavailableException { InnerException: not null } or StorageFullException { InnerException: not null })
        {
            LogFailed(logger, failure.InnerException);
            throw;
        }
    }

    private static StorageUnavailableException Missing(string id) => new($"The parameters of network {id} are not where they were stored. Whoever runs the service can restore them from a backup; or delete the network and store it again.");

    private DataFolder OpenFirst()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        try
        {
            var path = options.Value.FolderInUse ?? throw new StorageUnavailableException("Networks cannot be stored, as there is no folder for them (option Storage:Folder). Networks that are described in the request are computed as ever.");
            var folder = DataFolder.Open(path, Create);
            if (folder.Orphans > 0)
            {
                LogOrphans(logger, folder.Orphans);
            }

            _lastFailure = null;
            Volatile.Write(ref _folder, folder);
            return folder;
        }
        catch (Exception failure) when (StorageFailures.Of(failure) is not null)
        {
            // Once, not for everybody who asks.
            if (_lastFailure != failure.Message)
            {
                _lastFailure = failure.Message;
                LogUnavailable(logger, options.Value.FolderInUse, failure);
            }

            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "No network can be stored in {Folder} or looked up there; whatever needs none is served.")]
    private static partial void LogUnavailable(ILogger logger, string? folder, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Disk or database failed where networks are stored; nothing was changed.")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} files that uploads had left unfinished.")]
    private static partial void LogOrphans(ILogger logger, int count);
}
