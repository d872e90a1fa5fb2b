namespace GradService.Domain.Faults;

/// <summary>What is wrong with a request: where, what was expected there, and what came.</summary>
/// <param name="Code">What kind of trouble it is.</param>
/// <param name="Path">Where, relative to the request: "network.layers[2].outFeatures"; empty for the request as a whole.</param>
/// <param name="Expected">What would have been right: "an integer of at least 1".</param>
/// <param name="Got">What came instead: "-3".</param>
/// <param name="Remedy">What to do, as a sentence, where that is not plain from the rest.</param>
public sealed record Fault(FaultCode Code, string Path, string Expected, string Got, string? Remedy = null)
{
    public string Message => $"Expected {Expected}, got {Got}.{(Remedy is null ? "" : " " + Remedy)}";

    /// <summary>A name or text from a request, in quotes and at a length that an error can bear.</summary>
    public static string Quoted(string text) => $"'{Shortened(text)}'";

    /// <inheritdoc cref="Quoted"/>
    public static string Shortened(string text) => text.Length <= 40 ? text : text[..40] + "…";

    public static Fault Invalid(string path, string expected, string got, string? remedy = null) => new(FaultCode.Invalid, path, expected, got, remedy);

    public static Fault TooLarge(string path, string expected, string got, string? remedy = null) => new(FaultCode.TooLarge, path, expected, got, remedy);

    public static Fault NotFound(string path, string expected, string got, string? remedy = null) => new(FaultCode.NotFound, path, expected, got, remedy);

    public static Fault Conflict(string path, string expected, string got, string? remedy = null) => new(FaultCode.Conflict, path, expected, got, remedy);

    public static Fault NotComputable(string path, string expected, string got, string? remedy = null) =>
        new(FaultCode.NotComputable, path, expected, got, remedy);
}

public enum FaultCode
{
    /// <summary>The request contradicts itself or the contract.</summary>
    Invalid,

    /// <summary>The request is right, but asks for more than a limit allows.</summary>
    TooLarge,

    /// <summary>The request is right, but its numbers do not exist.</summary>
    NotComputable,

    /// <summary>The request names something that is not there.</summary>
    NotFound,

    /// <summary>The request contradicts what is stored.</summary>
    Conflict,
}

/// <summary>Ends a request with one fault or several of the same stage.</summary>
public sealed class FaultException : Exception
{
    public FaultException(params IReadOnlyList<Fault> faults)
        : base(string.Join(" ", faults.Select(fault => $"{fault.Path}: {fault.Message}"))) => Faults = faults;

    public IReadOnlyList<Fault> Faults { get; }

    /// <summary>The same faults, the remedy saying which entry of a list they are about.</summary>
    public FaultException For(string entry) =>
        new([.. Faults.Select(each => each with { Remedy = $"{(each.Remedy is null ? "" : each.Remedy + " ")}(For {entry}.)" })]);

    /// <summary>The same faults of a request that is a field of another.</summary>
    public FaultException Below(FieldPath field) => new([.. Faults.Select(each => each with { Path = field.Then(each.Path) })]);
}
