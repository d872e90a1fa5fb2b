namespace GradService.Api.Admission;

/// <summary>No room for a request right now: it may be tried again after some seconds.</summary>
internal abstract class RefusedForNowException(string message, int retryAfterSeconds = 1) : Exception(message)
{
    public int RetryAfterSeconds { get; } = retryAfterSeconds;
}

/// <summary>As many as may wait are waiting.</summary>
internal sealed class QueueFullException(string message, int retryAfterSeconds) : RefusedForNowException(message, retryAfterSeconds);

/// <summary>The computation took longer than it may.</summary>
internal sealed class DeadlineExceededException(string message) : RefusedForNowException(message);

/// <summary>The requests that are there hold as many bytes as they may.</summary>
internal sealed class BuffersFullException(string message) : RefusedForNowException(message);
