namespace GradService.Tests.Docs;

/// <summary>The script that makes the pictures of the documentation, run against the service.</summary>
public sealed class PictureScriptTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    [FactNeedsNumPy]
    public async Task It_makes_the_pictures_that_are_there()
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            await Tool.NumPy.RunAsync(Repository.PathOf("docs/pictures/make.py"), "--url", application.Address, "--to", folder.FullName);
            var made = folder.EnumerateFiles().Select(file => file.Name).Order().ToList();
            Assert.Equal(Directory.EnumerateFiles(Repository.PathOf("docs/pictures"), "*.svg").Select(file => Path.GetFileName(file)).Order(), made);
            Assert.All(made, name => Assert.Equal(Repository.Read($"docs/pictures/{name}"), File.ReadAllText(Path.Combine(folder.FullName, name))));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
