using GradService.Domain.Faults;

namespace GradService.Tests.Domain.Faults;

public sealed class FieldPathTests
{
    [Fact]
    public void It_is_written_step_by_step()
    {
        Assert.Equal("", FieldPath.Empty.ToString());
        Assert.Equal("network.layers[3].outFeatures", FieldPath.Of("network", "layers").At(3).Field("outFeatures").ToString());
        Assert.Equal("network.parameters['0.weight'][2][0]", FieldPath.Of("network", "parameters").Entry("0.weight").At(2).At(0).ToString());
        Assert.Equal("[0][1].x", FieldPath.Empty.At(0).At(1).Field("x").ToString());
    }

    [Theory]
    [InlineData("a.b", "['a.b']")]
    [InlineData("a[0]", "['a[0]']")]
    [InlineData("a b", "['a b']")]
    [InlineData("a_b-c$1ü", "a_b-c$1ü")]
    public void A_field_whose_name_would_be_taken_for_something_else_is_quoted(string name, string written) =>
        Assert.Equal((written, "at" + (written[0] == '[' ? "" : ".") + written), (FieldPath.Of(name).ToString(), FieldPath.Of("at", name).ToString()));

    [Fact]
    public void A_long_name_is_written_short_and_told_apart_all_the_same()
    {
        var (one, other) = (FieldPath.Of(new string('a', 50) + "1"), FieldPath.Of(new string('a', 50) + "2"));
        Assert.Equal((new string('a', 40) + "…", false), (one.ToString(), one == other));
        Assert.Equal(one.ToString(), other.ToString());
    }

    [Fact]
    public void One_goes_on_from_the_end_of_another()
    {
        var (a, b) = (FieldPath.Of("panels").At(1), FieldPath.Empty.At(2).Field("kind"));
        Assert.Equal("panels[1][2].kind", a.Then(b).ToString());
        Assert.Equal((a.Then(b), a), (FieldPath.Of("panels").At(1).At(2).Field("kind"), a.Then(FieldPath.Empty)));
        Assert.Equal((true, true, false, false), (a.Then(b).IsBelow(a), a.IsBelow(FieldPath.Empty), a.IsBelow(a), a.IsBelow(a.Then(b))));
    }

    [Theory]
    [InlineData("inputs", "panels[0].inputs")]
    [InlineData("[1].inputs", "panels[0][1].inputs")]
    [InlineData("", "panels[0]")]
    public void Faults_of_a_part_name_fields_below_it(string path, string whole) =>
        Assert.Equal(whole, Assert.Single(new FaultException(Fault.Invalid(path, "a", "b")).Below(FieldPath.Of("panels").At(0)).Faults).Path);
}
