using GradService.Tests.Api;

namespace GradService.Tests.Docs;

/// <summary>The service on a port of its own, for callers from outside the process.</summary>
public sealed class LoopbackApplication : GradApplication
{
    public LoopbackApplication() : this([])
    {
    }

    internal LoopbackApplication(params IReadOnlyList<(string Key, string Value)> settings)
    {
        Settings = settings;
        Listen();
    }

    /// <summary>"http://127.0.0.1:41234".</summary>
    public string Address => $"http://127.0.0.1:{ClientOptions.BaseAddress.Port}";
}
