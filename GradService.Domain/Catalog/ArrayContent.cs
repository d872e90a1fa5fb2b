using GradService.Domain.Arrays;

namespace GradService.Domain.Catalog;

/// <summary>An array whose numbers come piece by piece.</summary>
/// <param name="Name">The parameter or buffer that it is.</param>
/// <param name="Dtype">The precision of its numbers.</param>
/// <param name="Shape">Its shape.</param>
/// <param name="Pieces">The bytes of its numbers, in order; a piece is there until the next one is asked for.</param>
public sealed record ArrayContent(string Name, Dtype Dtype, Shape Shape, IEnumerable<ReadOnlyMemory<byte>> Pieces);
