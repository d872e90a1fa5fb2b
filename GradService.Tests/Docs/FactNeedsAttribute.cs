namespace GradService.Tests.Docs;

/// <summary>
/// A test that a machine without some tool passes over, and says so. Where CI=true it does not: there the tool's absence is a
/// failure, so that nothing goes unnoticed.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal abstract class FactNeedsAttribute : FactAttribute
{
    protected FactNeedsAttribute(Tool tool) => Skip = IsContinuousIntegration ? null : tool.Missing;

    private static bool IsContinuousIntegration => string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);
}

internal sealed class FactNeedsBashAttribute() : FactNeedsAttribute(Tool.Bash);

internal sealed class FactNeedsCurlAttribute() : FactNeedsAttribute(Tool.Curl);

internal sealed class FactNeedsNumPyAttribute() : FactNeedsAttribute(Tool.NumPy);

internal sealed class FactNeedsCurlAndNumPyAttribute() : FactNeedsAttribute(Tool.CurlAndNumPy);

internal sealed class FactNeedsChromiumAttribute() : FactNeedsAttribute(Tool.Chromium);

internal sealed class FactNeedsChromiumAndCurlAttribute() : FactNeedsAttribute(Tool.ChromiumAndCurl);

internal sealed class FactNeedsChromiumAndPythonAttribute() : FactNeedsAttribute(Tool.ChromiumAndPython);

internal sealed class FactNeedsHttpYacAttribute() : FactNeedsAttribute(Tool.HttpYac);

internal sealed class FactNeedsJupyterAttribute() : FactNeedsAttribute(Tool.Jupyter);

internal sealed class FactNeedsPrlimitAttribute() : FactNeedsAttribute(Tool.Prlimit);

internal sealed class FactNeedsRAttribute() : FactNeedsAttribute(Tool.R);

internal sealed class FactNeedsTorchAttribute() : FactNeedsAttribute(Tool.Torch);
