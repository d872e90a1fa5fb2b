namespace GradService.Fuzz.Targets;

/// <summary>
/// The readers of what comes from outside, each with what must hold for any bytes: a value or the reader's own fault, and where
/// another reader of the same exists, the same as that one.
/// </summary>
internal static class FuzzTarget
{
    /// <summary>By name, what throws where the reader does not do as it should.</summary>
    public static IReadOnlyDictionary<string, Action<byte[]>> ByName { get; } = new Dictionary<string, Action<byte[]>>
    {
        ["array"] = ArrayTarget.Run,
        ["base64"] = Base64Target.Run,
        ["formula"] = FormulaTarget.Run,
        ["npy"] = NpyTarget.Run,
        ["npz"] = NpzTarget.Run,
        ["number"] = NumberTarget.Run,
        ["request"] = RequestTarget.Run,
        ["safetensors"] = SafetensorsTarget.Run,
    };
}
