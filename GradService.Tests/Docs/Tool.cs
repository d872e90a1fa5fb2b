using System.Diagnostics;

namespace GradService.Tests.Docs;

/// <summary>A program that examples need, and that a machine may lack.</summary>
/// <param name="Name">What it is called where it is missing.</param>
/// <param name="Command">Where it is.</param>
/// <param name="Probe">Arguments with which it does nothing, and succeeds.</param>
internal sealed record Tool(string Name, string Command, params IReadOnlyList<string> Probe)
{
    /// <summary>bash alone, which the health check of the image needs.</summary>
    public static Tool Bash { get; } = new("bash", "bash", "-c", "exit 0");

    /// <summary>prlimit, which starts a program with less memory than there is.</summary>
    public static Tool Prlimit { get; } = new("prlimit", "prlimit", "--version");

    /// <summary>curl, started by bash, as somebody would who pastes the command.</summary>
    public static Tool Curl { get; } = new("bash and curl", "bash", "-c", "curl --version");

    /// <summary>Python with numpy: the distribution's own, where another one comes first on the path.</summary>
    public static Tool NumPy { get; } = new("python3 with numpy", File.Exists("/usr/bin/python3") ? "/usr/bin/python3" : "python3", "-c", "import numpy");

    /// <summary>Both of these, for a program that calls the other.</summary>
    public static Tool CurlAndNumPy { get; } = new("curl and python3 with numpy", "bash", "-c", $"curl --version && {NumPy.Command} -c 'import numpy'");

    /// <summary>Python with PyTorch, the distribution's own. Importing it takes some seconds.</summary>
    public static Tool Torch { get; } = new("python3 with torch, numpy and requests", NumPy.Command, "-c", "import torch, numpy, requests")
    {
        Deadline = TimeSpan.FromMinutes(5),
    };

    /// <summary>R with what its client of UM-Bridge stands on.</summary>
    public static Tool R { get; } = new("Rscript with httr and jsonlite", "Rscript", "-e", "stopifnot(requireNamespace('httr'), requireNamespace('jsonlite'))");

    /// <summary>Chromium, started by bash, which brings what the page complains of to where the page is written.</summary>
    public static Tool Chromium { get; } = new("bash and chromium", "bash", "-c", "chromium --version");

    /// <summary>Chromium, and curl for what is copied from a page.</summary>
    public static Tool ChromiumAndCurl { get; } = new("bash, chromium and curl", "bash", "-c", "chromium --version && curl --version");

    /// <summary>Chromium, and Python for what is copied from a page.</summary>
    public static Tool ChromiumAndPython { get; } = new("bash, chromium and python3", "bash", "-c", $"chromium --version && {NumPy.Command} --version");

    /// <summary>httpYac, which runs .http files from the command line; started by bash in the folder of the files, as it looks nowhere else.</summary>
    public static Tool HttpYac { get; } = new("bash, node and httpyac (npm ci in http/)", "bash", "-c", HttpYacCommand, "-", "--version");

    /// <summary>How bash calls httpYac.</summary>
    public static string HttpYacCommand => $"cd '{Repository.PathOf("http")}' && node node_modules/httpyac/bin/httpyac.js \"$@\"";

    /// <summary>What executes notebooks, the distribution's own: the kernel, the page maker and what draws in them.</summary>
    public static Tool Jupyter { get; } = new("jupyter-nbconvert with ipykernel, numpy, requests and matplotlib", "bash", "-c",
        $"{Nbconvert} --version && {NumPy.Command} -c 'import ipykernel, requests, matplotlib'")
    {
        Deadline = TimeSpan.FromMinutes(5),
    };

    /// <summary>How bash calls what executes notebooks.</summary>
    public static string Nbconvert => File.Exists("/usr/bin/jupyter-nbconvert") ? "/usr/bin/jupyter-nbconvert" : "jupyter-nbconvert";

    private readonly Lazy<string?> _missing = new(() => WhyMissing(Command, Probe));

    /// <summary>Why it cannot be used; null if it can.</summary>
    public string? Missing => _missing.Value is { } why ? $"Needs {Name}: {why}" : null;

    /// <summary>How long it may take.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromMinutes(4);

    /// <summary>What it writes; it must succeed within its deadline.</summary>
    public async Task<string> RunAsync(params IReadOnlyList<string> arguments)
    {
        Assert.True(Missing is null, Missing);
        using var process = Start(Command, arguments);
        using var deadline = new CancellationTokenSource(Deadline);
        try
        {
            var (output, error) = (process.StandardOutput.ReadToEndAsync(deadline.Token), process.StandardError.ReadToEndAsync(deadline.Token));
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(process.ExitCode == 0, $"{Command} ended with {process.ExitCode}: {await error}");
            return await output;
        }
        finally
        {
            process.Kill(entireProcessTree: true);
        }
    }

    private static string? WhyMissing(string command, IReadOnlyList<string> probe)
    {
        try
        {
            using var process = Start(command, probe);
            var error = process.StandardError.ReadToEnd().Trim();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : error.Split('\n')[^1];
        }
        catch (System.ComponentModel.Win32Exception failure)
        {
            return failure.Message;
        }
    }

    private static Process Start(string command, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(command, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };

        // A proxy that the machine may use is not meant for a service on its own loopback address.
        start.Environment["no_proxy"] = start.Environment["NO_PROXY"] = "127.0.0.1";
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}
