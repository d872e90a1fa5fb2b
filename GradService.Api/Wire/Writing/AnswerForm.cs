namespace GradService.Api.Wire.Writing;

/// <summary>Fields that every request may have beside its own: how the answer is written.</summary>
internal sealed record AnswerForm
{
    /// <summary>How the arrays of an answer in JSON are written.</summary>
    public ArrayEncoding Encoding { get; init; } = ArrayEncoding.Json;
}

/// <summary>How arrays are written in JSON.</summary>
internal enum ArrayEncoding
{
    /// <summary>Nested lists of numbers.</summary>
    Json,

    /// <summary>Objects with "shape", "dtype" and "base64": the numbers' bytes, little-endian, row-major, in the network's dtype.</summary>
    Base64,
}
