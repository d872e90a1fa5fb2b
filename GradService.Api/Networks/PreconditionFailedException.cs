namespace GradService.Api.Networks;

/// <summary>Something is not as the caller supposes.</summary>
internal sealed class PreconditionFailedException(string message) : Exception(message);
