using dnlib.DotNet;
using dnlib.DotNet.Emit;

namespace GradService.Fuzz.Walk;

/// <summary>Makes each method of the service and the domain tell which source file it stands in, in a copy of the compiled project.</summary>
internal static class WalkInstrumentation
{
    private const string List = "walk.txt";

    private static readonly string[] Assemblies = ["GradService.Api", "GradService.Domain"];

    /// <summary>The files by their numbers, as the instrumented copy has them.</summary>
    public static string[] Files(string folder) => File.ReadAllLines(Path.Combine(folder, List));

    /// <summary>Writes the copies over the originals.</summary>
    public static void Apply(string folder)
    {
        var numbers = new Dictionary<string, int>();
        foreach (var assembly in Assemblies)
        {
            var path = Path.Combine(folder, assembly + ".dll");
            using var module = ModuleDefMD.Load(File.ReadAllBytes(path), new ModuleCreationOptions { TryToLoadPdbFromDisk = false });
            module.LoadPdb(File.ReadAllBytes(Path.ChangeExtension(path, ".pdb")));
            var entered = new Importer(module).Import(typeof(Entered).GetMethod(nameof(Entered.File))!);
            foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
            {
                if (SourceOf(method, assembly) is { } source)
                {
                    numbers.TryAdd(source, numbers.Count);
                    method.Body.KeepOldMaxStack = false;
                    method.Body.Instructions.Insert(0, Instruction.CreateLdcI4(numbers[source]));
                    method.Body.Instructions.Insert(1, OpCodes.Call.ToInstruction(entered));
                }
            }

            module.Write(path);
        }

        File.WriteAllLines(Path.Combine(folder, List), numbers.OrderBy(pair => pair.Value).Select(pair => pair.Key));
    }

    /// <summary>The file of a method below its project; null where the compiler made the method, or a generator the file.</summary>
    private static string? SourceOf(MethodDef method, string assembly)
    {
        var url = method.Body.Instructions.Select(instruction => instruction.SequencePoint).FirstOrDefault(point => point is not null)?.Document.Url
            .Replace('\\', '/');
        var at = url?.LastIndexOf($"/{assembly}/", StringComparison.Ordinal) ?? -1;
        return at < 0 || url!.Contains("/obj/", StringComparison.Ordinal) ? null : url[(at + 1)..];
    }
}
