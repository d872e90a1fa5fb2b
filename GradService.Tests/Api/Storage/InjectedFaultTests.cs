using System.Text;
using GradService.Api.Storage;
using GradService.Api.Wire.Reading;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Networks;
using GradService.Tests.Docs;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace GradService.Tests.Api.Storage;

/// <summary>
/// Each operation on disk and database of storing, naming, deleting and opening goes wrong once in each way that there is. Afterwards all
/// that was acknowledged is there and whole, nothing else is lost, nothing is left over, and the folder opens without a hand.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class InjectedFaultTests : IDisposable
{
    private const string Name = "lasting";
    private static readonly string[] Reading = ["disk: own the folder", "disk: open to read", "disk: list", "database: SELECT"];

    /// <summary>There before, with a name.</summary>
    private static readonly CanonicalNetwork Lasting = Network(1);

    /// <summary>There before, without one.</summary>
    private static readonly CanonicalNetwork Other = Network(2);

    private static readonly CanonicalNetwork New = Network(3);

    private static readonly Dictionary<string, Piece> Pieces = new()
    {
        ["store"] = new(Act: store => store.StoreAsync(New, null), New: [New]),
        ["store with a name"] = new(Act: store => store.StoreAsync(New, "fresh"), New: [New]),
        ["store by an upload"] = new(Act: UploadAsync, New: [New]),
        ["store again"] = new(Act: store => store.StoreAsync(Lasting, Name)),
        ["store again what is damaged"] = new(Act: store => store.StoreAsync(Lasting, Name), Prepare: Damage, Damaged: true),
        ["name"] = new(Act: store => store.MoveAsync("fresh", Other.Id, _ => { })),
        ["move a name"] = new(Act: store => store.MoveAsync(Name, Other.Id, _ => { })),
        ["delete"] = new(Act: store => store.DeleteAsync(Other.Id), Gone: [Other]),
        ["delete a name"] = new(Act: store => store.DeleteNameAsync(Name, _ => { })),
        ["open a new folder"] = new(IsOpening: true, Begin: _ => { }, Before: []),
        ["open"] = new(IsOpening: true),
        ["open after a stop"] = new(IsOpening: true, Prepare: LeaveUnfinished),
        ["open a folder of version 1.0.0"] = new(IsOpening: true, Begin: CopyEarlier, Before: []),
    };

    private static readonly Lazy<string> Template = new(MakeTemplate);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, int, string, Fault> Faults()
    {
        var data = new TheoryData<string, int, string, Fault>();
        foreach (var (name, piece) in Pieces)
        {
            using var folder = new TemporaryFolder();
            var operations = Run(piece, folder.Path, new InjectedFault(-1, Fault.Fails)).Operations;
            for (var at = 0; at < operations.Count; at++)
            {
                foreach (var fault in WaysOf(operations[at]))
                {
                    data.Add(name, at, operations[at], fault);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Nothing_that_was_acknowledged_is_lost_and_nothing_is_left_over(string piece, int at, string operation, Fault fault)
    {
        var what = Pieces[piece];
        var injected = new InjectedFault(at, fault);
        var isDone = Run(what, _folder.Path, injected).IsDone;
        Assert.Equal(operation, injected.Operations[at]);
        AssertSound(what, isDone);
    }

    [Fact]
    public void There_are_at_least_two_hundred_of_them_of_every_kind()
    {
        var faults = Faults().Select(row => (Piece: (string)row[0], Fault: (Fault)row[3])).ToList();
        Assert.InRange(faults.Count, 200, 5_000);
        Assert.Equal(Pieces.Keys.Order(), faults.Select(each => each.Piece).Distinct().Order());
        Assert.Equal(Enum.GetValues<Fault>(), faults.Select(each => each.Fault).Distinct().Order());
    }

    /// <summary>What can go wrong with an operation: reading changes nothing, so that it may as well have been done or not.</summary>
    private static Fault[] WaysOf(string operation) =>
        Reading.Contains(operation) ? [Fault.Fails, Fault.Stops]
        : operation == "disk: write" ? Enum.GetValues<Fault>()
        : [Fault.Fails, Fault.FailsAfterwards, Fault.Stops];

    private static (bool IsDone, IReadOnlyList<string> Operations) Run(Piece piece, string folder, InjectedFault fault)
    {
        piece.Begin(folder);
        piece.Prepare(folder);
        using var store = Store(folder, fault);
        if (!piece.IsOpening)
        {
            store.Open();
        }

        fault.IsArmed = true;
        try
        {
            if (piece.IsOpening)
            {
                store.Open();
            }
            else
            {
                piece.Act(store).GetAwaiter().GetResult();
            }

            return (true, fault.Operations);
        }
        catch (Exception refused) when (refused is StorageUnavailableException or StorageFullException)
        {
            // The service goes on: asked again, it does what it could not.
            fault.IsArmed = false;
            store.Open();
            piece.Act(store).GetAwaiter().GetResult();
            return (true, fault.Operations);
        }
        catch (Exception stopped) when ((stopped.InnerException ?? stopped) is InjectedFault.Stopped)
        {
            return (false, fault.Operations);
        }
    }

    private void AssertSound(Piece piece, bool isDone)
    {
        using var store = Store(_folder.Path, null);
        store.Open();
        var listed = store.List(0, 1000);
        var ids = listed.Select(network => network.Id).ToList();
        Assert.Subset(ids.ToHashSet(), piece.Before.Except(isDone ? piece.Gone : piece.Before.Intersect(piece.Gone)).Select(network => network.Id).ToHashSet());
        if (isDone)
        {
            Assert.Subset(ids.ToHashSet(), piece.New.Select(network => network.Id).ToHashSet());
            Assert.Empty(ids.Intersect(piece.Gone.Select(network => network.Id)));
        }

        if (piece.Before.Count > 0)
        {
            Assert.Subset(piece.Before.Concat(piece.New).Select(network => network.Id).ToHashSet(), ids.ToHashSet());
        }

        // Parameters are checked against the id as they are read.
        Assert.All(ids, id => Assert.True((piece.Damaged && !isDone && id == Lasting.Id) || HasParameters(store, id)));
        Assert.Empty(Directory.GetFiles(Path.Combine(_folder.Path, "incoming")));
        Assert.Equal(ids.Order(), Directory.GetFiles(Path.Combine(_folder.Path, "parameters"), "*", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Order());
        Assert.All(store.Names(), name => Assert.Contains(store.IdOf(name), ids));
        Assert.True(File.Exists(Path.Combine(_folder.Path, "gradservice-folder")));
    }

    private static bool HasParameters(NetworkStore store, string id)
    {
        using var parameters = store.ParametersOf(id);
        return parameters is not null;
    }

    private static NetworkStore Store(string folder, InjectedFault? fault) =>
        new(Options.Create(new StorageOptions { Folder = folder }), NullLogger<NetworkStore>.Instance, TimeProvider.System)
        {
            Disk = fault?.Disk ?? (IStorageFiles)new StorageFiles(),
            Interceptors = fault is null ? [] : [fault],
        };

    private static CanonicalNetwork Network(int number)
    {
        var text = $$"""{ "inputShape": [1], "layers": [{ "type": "linear", "outFeatures": 2 }], "parameters": { "0.weight": [[{{number}}], """
            + $$"""[2]], "0.bias": [3, 4] } }""";
        return CanonicalNetwork.Of(RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(text)), new Limits());
    }

    /// <summary>As NetworkUpload does it: the file goes to the disk as it comes, and is there until the network is stored.</summary>
    private static async Task UploadAsync(NetworkStore store)
    {
        using var file = store.Receive();
        StorageFailures.Translated(() =>
        {
            file.Content.Write(new byte[500]);
            file.Content.Position = 0;
            return 0;
        });
        await store.StoreAsync(New, null, file);
    }

    private static void Damage(string folder)
    {
        var path = Path.Combine(folder, "parameters", Lasting.Id[..2], $"{Lasting.Id}.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
    }

    /// <summary>An upload that did not end, a network that was not entered, and one that was and has not come to its place.</summary>
    private static void LeaveUnfinished(string folder)
    {
        var incoming = Path.Combine(folder, "incoming");
        File.WriteAllText(Path.Combine(incoming, new string('1', 32)), "half");
        File.WriteAllText(Path.Combine(incoming, $"{New.Id}.safetensors"), "whole, but not entered");
        File.Move(Path.Combine(folder, "parameters", Other.Id[..2], $"{Other.Id}.safetensors"), Path.Combine(incoming, $"{Other.Id}.safetensors"));
    }

    private static string MakeTemplate()
    {
        var folder = new TemporaryFolder();
        AppDomain.CurrentDomain.ProcessExit += (_, _) => folder.Dispose();
        using var store = Store(folder.Path, null);
        store.Open();
        store.StoreAsync(Lasting, Name).GetAwaiter().GetResult();
        store.StoreAsync(Other, null).GetAwaiter().GetResult();
        return folder.Path;
    }

    private static void CopyTemplate(string folder) => CopyAll(Template.Value, folder);

    private static void CopyEarlier(string folder) => CopyAll(Repository.PathOf("GradService.Tests/Api/Storage/Folder1.0.0"), folder);

    private static void CopyAll(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Directory.CreateDirectory(Path.Combine(to, "incoming"));
    }

    /// <summary>A piece of work on a folder.</summary>
    private sealed class Piece(
        Func<NetworkStore, Task>? Act = null, Action<string>? Prepare = null, Action<string>? Begin = null,
        IReadOnlyList<CanonicalNetwork>? Before = null, IReadOnlyList<CanonicalNetwork>? New = null, IReadOnlyList<CanonicalNetwork>? Gone = null,
        bool Damaged = false, bool IsOpening = false)
    {
        /// <summary>The work itself.</summary>
        public Func<NetworkStore, Task> Act { get; } = Act ?? (_ => Task.CompletedTask);

        /// <summary>Makes the folder.</summary>
        public Action<string> Begin { get; } = Begin ?? CopyTemplate;

        /// <summary>Changes it, before it is opened.</summary>
        public Action<string> Prepare { get; } = Prepare ?? (_ => { });

        /// <summary>What is there before.</summary>
        public IReadOnlyList<CanonicalNetwork> Before { get; } = Before ?? [Lasting, Other];

        /// <summary>What it brings.</summary>
        public IReadOnlyList<CanonicalNetwork> New { get; } = New ?? [];

        /// <summary>What it takes away.</summary>
        public IReadOnlyList<CanonicalNetwork> Gone { get; } = Gone ?? [];

        /// <summary>Whether it begins with damage, which only its end mends.</summary>
        public bool Damaged { get; } = Damaged;

        /// <summary>Whether opening the folder is the work.</summary>
        public bool IsOpening { get; } = IsOpening;
    }
}
