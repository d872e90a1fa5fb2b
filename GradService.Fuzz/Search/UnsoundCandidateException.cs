namespace GradService.Fuzz.Search;

/// <summary>A candidate that cannot be written out, or that would be refused for its network.</summary>
internal sealed class UnsoundCandidateException(string message) : Exception(message);
