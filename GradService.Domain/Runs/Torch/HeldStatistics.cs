using GradService.Domain.Networks;
using GradService.Domain.Statistics;

namespace GradService.Domain.Runs.Torch;

/// <summary>What a run normalised with, for another that is to do the same.</summary>
/// <param name="Used">Mean and variance of each layer.</param>
/// <param name="Corrections">What layers made of what they had normalised; null where none makes anything of it.</param>
internal sealed record HeldStatistics(IReadOnlyDictionary<LayerNode, ChannelValues> Used, IReadOnlyDictionary<LayerNode, Correction>? Corrections);
