namespace GradService.Tests.Docs;

/// <summary>What a test needs of the system's own files. Where one is missing the test is passed over, and says so; where CI=true it fails instead.</summary>
internal static class NeedsFile
{
    /// <summary>Why a test is passed over; null where it is not.</summary>
    public static string? Skip(string path, string? continuousIntegration) =>
        string.Equals(continuousIntegration, "true", StringComparison.OrdinalIgnoreCase) || File.Exists(path)
            ? null : $"Needs {path}: this system has no such file.";
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedsFileAttribute : FactAttribute
{
    public FactNeedsFileAttribute(string path) => Skip = NeedsFile.Skip(path, Environment.GetEnvironmentVariable("CI"));
}

[AttributeUsage(AttributeTargets.Method)]
internal sealed class TheoryNeedsFileAttribute : TheoryAttribute
{
    public TheoryNeedsFileAttribute(string path) => Skip = NeedsFile.Skip(path, Environment.GetEnvironmentVariable("CI"));
}
