using System.Xml.Linq;
using GradService.Tests.Docs;

namespace GradService.Tests.Deployment;

/// <summary>The files of the project that the build in the image has.</summary>
internal static class ImageContents
{
    /// <summary>The files that a COPY's source stands for, those of .dockerignore left out.</summary>
    public static IReadOnlyList<string> FilesOf(string source)
    {
        var path = Repository.PathOf(source);
        var files = File.Exists(path) ? [path]
            : Directory.Exists(path) ? Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            : [];
        return [.. files.Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/'))
            .Where(file => !DockerIgnore.OfTheProject.Ignores(file))];
    }

    /// <summary>What has been copied when the instruction is reached, by paths from the root.</summary>
    public static HashSet<string> Before(DockerStage stage, DockerInstruction instruction) =>
        (stage with { Instructions = [.. stage.Instructions.TakeWhile(each => each != instruction)] })
            .Copied.SelectMany(copy => FilesOf(copy.Source)).ToHashSet();

    /// <summary>A project and all that it needs, by paths from the root.</summary>
    public static IReadOnlyList<string> ProjectsFor(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        var references = XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
            .Select(reference => Path.GetRelativePath(Repository.Root,
                Path.GetFullPath(Path.Combine(Repository.Root, folder, reference.Attribute("Include")!.Value))).Replace('\\', '/'));
        return [project, .. references.SelectMany(ProjectsFor).Distinct()];
    }
}
