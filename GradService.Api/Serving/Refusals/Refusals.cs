
namespace GradService.Api.Serving.Refusals;

/// <summary>As many as may wait are waiting.</summary>
internal sealed class QueueFullException(string message, int retryAfterSeconds)
    : RefusedForNowException(StatusCodes.Status429TooManyRequests, "Too many requests are waiting.", message, retryAfterSeconds);

/// <summary>The computation took longer than it may.</summary>
internal sealed class DeadlineExceededException(string message)
    : RefusedForNowException(StatusCodes.Status503ServiceUnavailable, "The computation took too long.", message);

/// <summary>The requests that are there hold as many bytes as they may.</summary>
internal sealed class BuffersFullException(string message)
    : RefusedForNowException(StatusCodes.Status503ServiceUnavailable, "There is not enough memory.", message);
