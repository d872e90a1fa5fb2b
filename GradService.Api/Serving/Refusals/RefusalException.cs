namespace GradService.Api.Serving.Refusals;

/// <summary>Ends a request that the service will not or cannot serve, though nothing is wrong with its text. Whoever throws it knows the status.</summary>
/// <param name="status">The status of the answer.</param>
/// <param name="title">What kind of trouble it is, in a few words.</param>
/// <param name="message">What is wrong here, and what to do.</param>
/// <param name="cause">What failed, where something did.</param>
internal abstract class RefusalException(int status, string title, string message, Exception? cause = null) : Exception(message, cause)
{
    public int Status { get; } = status;

    public string Title { get; } = title;

    /// <summary>What kind of trouble it is, for programs; null where the status says enough.</summary>
    public virtual string? Code => null;

    /// <summary>After how many seconds it may be tried again; null where that would be of no use.</summary>
    public virtual int? RetryAfterSeconds => null;
}

/// <summary>Ends a request that may be tried again after some seconds.</summary>
/// <inheritdoc cref="RefusalException"/>
internal abstract class RefusedForNowException(int status, string title, string message, int retryAfterSeconds = 1, Exception? cause = null)
    : RefusalException(status, title, message, cause)
{
    public override int? RetryAfterSeconds { get; } = retryAfterSeconds;

    /// <summary>Waits, on no thread and no longer than a time, until the reason is over; null where nobody knows when that is.</summary>
    public virtual Func<TimeSpan?, CancellationToken, ValueTask>? Over => null;
}
