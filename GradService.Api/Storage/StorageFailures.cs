using GradService.Api.Serving.Refusals;
using GradService.Domain.Arrays;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace GradService.Api.Storage;

/// <summary>Nothing can be stored or looked up right now.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="code">What kind of trouble it is, for programs: one of the constants.</param>
/// <param name="cause">What failed, where something did.</param>
internal class StorageUnavailableException(string message, string code = StorageUnavailableException.Failed, Exception? cause = null)
    : RefusedForNowException(StatusCodes.Status503ServiceUnavailable, "Networks cannot be stored or looked up.", message, cause: cause)
{
    /// <summary>The disk or the database does not work.</summary>
    public const string Failed = "storage-failed";

    /// <summary>The folder is being opened.</summary>
    public const string Opening = "storage-opening";

    /// <summary>Another process has the folder.</summary>
    public const string InUse = "storage-in-use";

    /// <summary>Another process holds the database.</summary>
    public const string Locked = "storage-locked";

    /// <summary>The disk is read-only.</summary>
    public const string ReadOnly = "storage-read-only";

    /// <summary>The folder is somebody else's.</summary>
    public const string Foreign = "storage-foreign-folder";

    /// <summary>There are parameters, and no database that knows them.</summary>
    public const string DatabaseLost = "storage-database-lost";

    /// <summary>The database is not sound.</summary>
    public const string DatabaseDamaged = "storage-database-damaged";

    /// <summary>A network's layers or numbers are not what was stored.</summary>
    public const string Damaged = "storage-damaged";

    /// <summary>The folder is not the one that was opened.</summary>
    public const string Replaced = "storage-folder-replaced";

    public override string Code { get; } = code;
}

/// <summary>The folder is being opened, which takes a moment; whoever can wait asks again when that is done.</summary>
/// <param name="opened">Waits for that, where somebody sees to it.</param>
internal sealed class StorageOpeningException(Func<TimeSpan?, CancellationToken, ValueTask>? opened = null)
    : StorageUnavailableException(
        "Stored networks are just being opened. Try again in a moment. Networks that are described in the request are computed as ever.", Opening)
{
    public override Func<TimeSpan?, CancellationToken, ValueTask>? Over { get; } = opened;
}

/// <summary>There is no room for more.</summary>
internal sealed class StorageFullException(string message, Exception? cause = null)
    : RefusalException(StatusCodes.Status507InsufficientStorage, "There is no room for more networks.", message, cause);

/// <summary>Failures of disk and database in terms of what a caller can do.</summary>
internal static class StorageFailures
{
    // SQLite's result codes, and Linux's error numbers, which .NET gives as an IOException's HResult.
    private const int SqliteReadOnly = 8;
    private const int SqliteFull = 13;
    private const int ReadOnlyDisk = 30; // EROFS
    private static readonly int[] SqliteLocked = [5, 6];
    private static readonly int[] SqliteDamaged = [11, 26];
    private static readonly int[] NoRoom = [28, 122, 27]; // ENOSPC, EDQUOT, EFBIG
    private static readonly int[] HeldByAnother = [11, unchecked((int)0x80070020)]; // EAGAIN, ERROR_SHARING_VIOLATION

    private const string Full =
        "There is no room left where networks are stored, and nothing was stored. Delete networks, or ask whoever runs the service for more room.";
    private const string Described = "Networks that are described in the request are computed as ever.";

    /// <summary>Runs some work on the store.</summary>
    /// <exception cref="StorageFullException">There is no room for it.</exception>
    /// <exception cref="StorageUnavailableException">It failed for another reason that lies in disk or database.</exception>
    public static T Translated<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception failure) when (Of(failure) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Arrays of a file of the store: what fails as they are read is told as of any other work on it.</summary>
    public static IReadOnlyList<ArrayContent> Translated(IReadOnlyList<ArrayContent> arrays)
    {
        return [.. arrays.Select(array => array with { Pieces = Each(array.Pieces) })];

        static IEnumerable<NdArray> Each(IEnumerable<NdArray> pieces)
        {
            using var each = pieces.GetEnumerator();
            while (Translated(each.MoveNext))
            {
                yield return each.Current;
            }
        }
    }

    public static bool IsReadOnly(IOException failure) => failure.HResult == ReadOnlyDisk;

    public static bool IsHeldByAnother(IOException failure) => HeldByAnother.Contains(failure.HResult);

    /// <summary>The failure that one means; null where it lies elsewhere.</summary>
    public static Exception? Of(Exception failure) => failure switch
    {
        StorageFullException or StorageUnavailableException => failure,
        SqliteException { SqliteErrorCode: SqliteFull } => new StorageFullException(Full, failure),
        SqliteException { SqliteErrorCode: SqliteReadOnly } => ReadOnly(failure),
        SqliteException locked when SqliteLocked.Contains(locked.SqliteErrorCode) => LockedByAnother(failure),
        SqliteException damaged when SqliteDamaged.Contains(damaged.SqliteErrorCode) =>
            new StorageUnavailableException($"The database of stored networks is damaged. Whoever runs the service can restore it from a backup. {Described}",
                StorageUnavailableException.DatabaseDamaged, failure),
        IOException full when NoRoom.Contains(full.HResult) => new StorageFullException(Full, failure),
        IOException readOnly when IsReadOnly(readOnly) => ReadOnly(failure),
        DbUpdateException { InnerException: { } inner } => Of(inner),
        SqliteException or IOException or UnauthorizedAccessException =>
            new StorageUnavailableException($"Stored networks cannot be reached right now; the log says why. {Described}",
                StorageUnavailableException.Failed, failure),
        _ => null,
    };

    public static StorageUnavailableException LockedByAnother(Exception? failure) =>
        new($"Stored networks cannot be reached, as another process holds their database. {Described}", StorageUnavailableException.Locked, failure);

    /// <summary>A disk so full that a deletion cannot be written down, and nothing was kept for it.</summary>
    public static StorageFullException FullWithoutReserve(Exception failure) => new(
        "There is no room left where networks are stored, not even for what the database writes down when one is deleted: "
        + "free some 256 KiB on that disk outside of the service; a few seconds later networks can be deleted and stored again. "
        + "Those that are there can be read and computed.", failure.InnerException ?? failure);

    private static StorageUnavailableException ReadOnly(Exception failure) =>
        new("Networks cannot be stored or deleted, as the disk of their folder is read-only. Those that are there can be read and computed.",
            StorageUnavailableException.ReadOnly, failure);
}
