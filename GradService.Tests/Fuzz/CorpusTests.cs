using GradService.Fuzz.Targets;
using GradService.Tests.Docs;

namespace GradService.Tests.Fuzz;

/// <summary>What the fuzzer starts from, and what it found once, without the fuzzer.</summary>
public sealed class CorpusTests
{
    public static TheoryData<string> Targets { get; } = [.. FuzzTarget.ByName.Keys];

    [Theory]
    [MemberData(nameof(Targets))]
    public void No_input_of_the_corpus_is_misread(string target) =>
        Assert.All(Directory.EnumerateFiles(Repository.PathOf($"GradService.Fuzz/Corpus/{target}")).ToList(),
            file => FuzzTarget.ByName[target](File.ReadAllBytes(file)));

    [Fact]
    public void Every_target_has_a_corpus_and_every_corpus_a_target() =>
        Assert.Equal(FuzzTarget.ByName.Keys.Order(StringComparer.Ordinal),
            Directory.EnumerateDirectories(Repository.PathOf("GradService.Fuzz/Corpus")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
}
