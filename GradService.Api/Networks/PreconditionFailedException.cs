using GradService.Api.Serving.Refusals;

namespace GradService.Api.Networks;

/// <summary>Something is not as the caller supposes.</summary>
internal sealed class PreconditionFailedException(string message)
    : RefusalException(StatusCodes.Status412PreconditionFailed, "It is not as the request supposes.", message);
