using System.Text.RegularExpressions;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>One place says how many random cases a test tries, so that one variable asks all tests for more or fewer.</summary>
public sealed partial class RandomCaseTests
{
    private const string Place = "GradService.Tests/Problems/RandomCases.cs";

    private static readonly string[] Others = [.. SourceFiles.Under("GradService.Tests").Where(file => file != Place)];

    [Fact]
    public void No_test_reads_the_number_by_itself() =>
        Assert.DoesNotContain(Others,
            file => Repository.Read(file).Contains("Check.Iter", StringComparison.Ordinal) && !file.Contains("/House/", StringComparison.Ordinal));

    [Fact]
    public void No_test_has_a_number_of_its_own() =>
        Assert.Empty(Others.SelectMany(file => Own().Matches(Repository.Read(file)).Select(own => $"{file}: {own}")));

    [GeneratedRegex(@"\biter: (?!RandomCases\.Count\().*")]
    private static partial Regex Own();
}
