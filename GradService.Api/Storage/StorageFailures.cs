using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace GradService.Api.Storage;

/// <summary>Nothing can be stored or looked up right now.</summary>
internal sealed class StorageUnavailableException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>There is no room for more.</summary>
internal sealed class StorageFullException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Failures of disk and database in terms of what a caller can do.</summary>
internal static class StorageFailures
{
    // SQLite's result codes, and Linux's error numbers, which .NET gives as an IOException's HResult.
    private const int SqliteFull = 13;
    private static readonly int[] NoRoom = [28, 122, 27]; // ENOSPC, EDQUOT, EFBIG

    private const string Full = "There is no room left where networks are stored, and nothing was stored. Delete networks, or ask whoever runs the service for more room.";

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

    /// <summary>The failure that one means; null where it lies elsewhere.</summary>
    public static Exception? Of(Exception failure) => failure switch
    {
        StorageFullException or StorageUnavailableException => failure,
        SqliteException { SqliteErrorCode: SqliteFull } => new StorageFullException(Full, failure),
        IOException when NoRoom.Contains(failure.HResult) => new StorageFullException(Full, failure),
        DbUpdateException { InnerException: { } inner } => Of(inner),
        SqliteException or IOException or UnauthorizedAccessException => new StorageUnavailableException("Stored networks cannot be reached right now; the log says why. Networks that are described in the request are computed as ever.", failure),
        _ => null,
    };
}
