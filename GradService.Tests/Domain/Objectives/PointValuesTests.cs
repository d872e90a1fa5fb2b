using GradService.Domain.Arrays;
using GradService.Domain.Objectives;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Objectives;

/// <summary>
/// What formulas read often is read once where a gradient will come back: the gradient of a column is as large as all columns, for each
/// time that it was read.
/// </summary>
public sealed class PointValuesTests
{
    [Fact]
    public void A_column_that_is_remembered_is_read_once_for_all_terms()
    {
        using var scope = NewDisposeScope();
        var values = Values().Remembering();
        Assert.Same(values.Read(new Output(1)), values.Read(new Output(1)));
        Assert.Same(values.Read(new Output(1)), values.Aiming(new NdArray(new Shape(3), [1.0, 2, 3])).Read(new Output(1)));
        Assert.NotSame(values.Read(new Output(1)), values.Read(new Output(0)));
    }

    [Fact]
    public void Blocks_of_points_read_their_own_as_their_scopes_end_before_the_next()
    {
        using var scope = NewDisposeScope();
        var values = Values();
        Assert.NotSame(values.Read(new Output(1)), values.Read(new Output(1)));
    }

    private static PointValues Values() => new(0, ones([3, 1], ScalarType.Float64), ones([3, 2], ScalarType.Float64), derivatives: null, 0, SharedValues.None);
}
