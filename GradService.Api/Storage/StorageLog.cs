using Microsoft.EntityFrameworkCore;

namespace GradService.Api.Storage;

/// <summary>What the log has of stored networks.</summary>
internal sealed partial class StorageLog(ILogger logger, string? folder, TimeProvider time)
{
    private readonly RepeatedLines _lines = new(time);

    public void Opened(DataFolder opened)
    {
        if (opened.Orphans > 0)
        {
            LogOrphans(logger, opened.Orphans);
        }

        if (opened.Unknown + opened.Missing > 0)
        {
            LogDisagreement(logger, opened.Unknown, opened.Missing);
        }

        if (opened.ReadOnlyBecause is { } cause)
        {
            Failed(cause);
        }
    }

    /// <summary>One line for what fails, once a minute; refusals that need nobody's hand are none.</summary>
    public void Failed(Exception failure)
    {
        if (failure is StorageOpeningException || (failure is StorageFullException && failure.InnerException is null)
            || !_lines.IsDue(failure.Message, out var before))
        {
            return;
        }

        var reason =
            $"{failure.Message} {Reason(failure.InnerException)}{(before > 0 ? $"This was so {before} more times since it was last said." : "")}".TrimEnd();
        if (failure is StorageUnavailableException { Code: StorageUnavailableException.Damaged or StorageUnavailableException.DatabaseDamaged
            or StorageUnavailableException.DatabaseLost or StorageUnavailableException.Replaced })
        {
            LogDamage(logger, folder, reason);
        }
        else
        {
            LogFailed(logger, folder, reason);
        }
    }

    private static string Reason(Exception? cause) =>
        cause is null ? "" : $"({(cause as DbUpdateException)?.InnerException?.Message ?? cause.Message}) ".ReplaceLineEndings(" ");

    [LoggerMessage(Level = LogLevel.Warning, Message = "Stored networks in {Folder}: {Reason}")]
    private static partial void LogFailed(ILogger logger, string? folder, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stored networks in {Folder}: {Reason}")]
    private static partial void LogDamage(ILogger logger, string? folder, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Removed {Count} files that uploads and deletions had left unfinished.")]
    private static partial void LogOrphans(ILogger logger, int count);

    [LoggerMessage(Level = LogLevel.Warning,
        Message = "The database of stored networks does not know {Unknown} files of parameters, which are left where they are, and {Missing} networks that it "
            + "knows have no file. It may be older than the files.")]
    private static partial void LogDisagreement(ILogger logger, int unknown, int missing);
}
