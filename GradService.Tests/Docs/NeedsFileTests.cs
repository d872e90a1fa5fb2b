namespace GradService.Tests.Docs;

public sealed class NeedsFileTests
{
    [Fact]
    public void A_test_whose_file_is_missing_is_passed_over_with_the_reason_but_not_where_CI_is_true()
    {
        var (there, missing) = (typeof(NeedsFileTests).Assembly.Location, "/no/such/file");
        Assert.Equal("Needs /no/such/file: this system has no such file.", NeedsFile.Skip(missing, null));
        Assert.Null(NeedsFile.Skip(missing, "true"));
        Assert.Null(NeedsFile.Skip(there, null));
    }
}
