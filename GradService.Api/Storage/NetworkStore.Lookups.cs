using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using Microsoft.EntityFrameworkCore;

namespace GradService.Api.Storage;

/// <content>What it finds, checked against its id where it has numbers.</content>
internal sealed partial class NetworkStore
{
    /// <summary>A name; null where there is none such.</summary>
    public StoredName? FindName(string name) =>
        Ask(database => database.Names.AsNoTracking().SingleOrDefault(row => row.Name == name) is { } row ? StoredName.Of(row) : null);

    /// <summary>A network without its names, which may be many; null where there is none with this id.</summary>
    public StoredNetwork? FindUnnamed(string id) =>
        Ask(database => database.Networks.AsNoTracking().SingleOrDefault(row => row.Id == id) is { } row ? StoredNetwork.Of(row, []) : null);

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
        return (IReadOnlyList<StoredNetwork>)[
            .. rows.Select(row => StoredNetwork.Of(row.Number, row.Id, null, names[row.Id], row.InputShape, row.OutputShape, row.ParameterCount,
                row.CreatedAt))];
    });

    /// <summary>All names, in their order.</summary>
    public IReadOnlyList<string> Names()
    {
        if (Volatile.Read(ref _allNames) is { } known)
        {
            return known;
        }

        var before = Volatile.Read(ref _nameChanges);
        var names = ReadNames();
        Volatile.Write(ref _allNames, names);
        if (before != Volatile.Read(ref _nameChanges))
        {
            // Somebody has changed them meanwhile: the next who asks reads them anew.
            Volatile.Write(ref _allNames, null);
        }

        return names;
    }

    private IReadOnlyList<string> ReadNames() =>
        Ask(database => (IReadOnlyList<string>)database.Names.OrderBy(row => row.Name).Select(row => row.Name).ToList());

    /// <summary>A network's numbers, checked against its id; null where there is none with this id.</summary>
    public StoredParameters? OpenParameters(string id) => Sound(id, spec =>
    {
        var file = Folder.Files.Open(id) ?? throw Missing(id);
        try
        {
            var parameters = new StoredParameters(file);
            Check(id, CanonicalNetwork.IdOf(spec, parameters.Unguarded));
            file.Position = 0;
            return parameters;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    });

    public string? IdOf(string name) => _names.Find(name, key => Ask(database => IdOfName(database, key)));

    public bool Has(string id) => _ids.Find(id, key => Ask(database => HasId(database, key)) ? key : null) is not null;

    public NetworkSpec? SpecOf(string id) => Ask(database => SpecOfId(database, id)) is { } json ? NetworkSpecText.Read(json) : null;

    public IArrayFile? ParametersOf(string id) => OpenParameters(id);

    /// <summary>What is stored is what was stored, or nobody gets it; null where the network is not there, or has been deleted while it was read.</summary>
    private T? Sound<T>(string id, Func<NetworkSpec, T> read)
        where T : class => Has(id) ? Guarded(() =>
    {
        try
        {
            return read(SpecOf(id) ?? throw Missing(id));
        }
        catch (Exception damage) when (damage
            is FaultException or EndOfStreamException or StorageUnavailableException { Code: StorageUnavailableException.Damaged })
        {
            // Who has deleted it meanwhile has damaged nothing.
            if (!Ask(database => HasId(database, id)))
            {
                return null;
            }

            if (damage is StorageUnavailableException)
            {
                throw;
            }

            throw Damaged(id, damage);
        }
    }) : null;

    private static void Check(string id, string found)
    {
        if (found != id)
        {
            throw Damaged(id, null);
        }
    }

    private void NameChanged(string name)
    {
        _names.Changed(name);
        Interlocked.Increment(ref _nameChanges);
        Volatile.Write(ref _allNames, null);
    }

    private static StorageUnavailableException Missing(string id) => new(
        $"The parameters of network {id} are not where they were stored. Whoever runs the service can restore them from a backup; storing the same "
            + "network again repairs it.", StorageUnavailableException.Damaged);

    private static StorageUnavailableException Damaged(string id, Exception? cause) => new(
        $"What is stored of network {id} is not what was stored: its file or its entry was damaged. Whoever runs the service can restore it from a backup; "
            + "storing the same network again repairs it.", StorageUnavailableException.Damaged, cause);
}
