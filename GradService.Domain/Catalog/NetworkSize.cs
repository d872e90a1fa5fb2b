namespace GradService.Domain.Catalog;

/// <summary>How large a network is.</summary>
/// <param name="InputElements">D, elements of a sample that enters.</param>
/// <param name="OutputElements">M, elements of a sample that leaves.</param>
/// <param name="Statistics">K at most: a mean and a variance for each channel of its BatchNorm layers, as many as can couple samples.</param>
public sealed record NetworkSize(long InputElements, long OutputElements, long Statistics);
