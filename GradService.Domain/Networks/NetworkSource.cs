namespace GradService.Domain.Networks;

/// <summary>Where a request's network comes from: it is described in the request, or it is stored and named there.</summary>
public abstract record NetworkSource;
