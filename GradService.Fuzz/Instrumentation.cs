using SharpFuzz;

namespace GradService.Fuzz;

/// <summary>Makes the readers tell afl-fuzz which branches they take, in a copy of the compiled project: what is loaded cannot be changed.</summary>
internal static class Instrumentation
{
    private static readonly (string Assembly, string[] Namespaces)[] Readers =
    [
        ("GradService.Api.dll", ["GradService.Api.Wire", "GradService.Api.Gradients"]),
        ("GradService.Domain.dll",
            ["GradService.Domain.Objectives", "GradService.Domain.Networks", "GradService.Domain.Statistics", "GradService.Domain.Faults"]),
    ];

    /// <returns>0, or 1 where a reader is not there.</returns>
    public static int Apply(string folder)
    {
        foreach (var (assembly, namespaces) in Readers)
        {
            var types = Fuzzer.Instrument(Path.Combine(folder, assembly), type => namespaces.Any(name => type.StartsWith(name, StringComparison.Ordinal)),
                Options.Value).ToList();
            Console.WriteLine($"{assembly}: {types.Count} types");
            if (namespaces.Any(name => !types.Exists(type => type.StartsWith(name, StringComparison.Ordinal))))
            {
                return 1;
            }
        }

        return 0;
    }
}
