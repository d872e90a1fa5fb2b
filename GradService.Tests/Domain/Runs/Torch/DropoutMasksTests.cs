using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Runs.Torch;

/// <summary>What drawing masks leaves, and when it ends.</summary>
public sealed class DropoutMasksTests
{
    private static readonly NetworkShape Two =
        NetworkShape.Infer(new NetworkSpec { InputShape = [4], Layers = [new Dropout(), new Dropout { P = 0.1 }] }, new Limits());

    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Nothing_is_left_of_drawing_but_the_masks(Dtype dtype)
    {
        using var scope = NewDisposeScope();
        var masks = DropoutMasks.Draw(Two, 100, new DropoutSpec { Seed = 1 }, dtype, CancellationToken.None);
        Assert.Equal(2, scope.DisposablesCount);
        var dropped = masks.Apply(Two.All[0], ones([100, 4], dtype.ToScalarType())).to_type(ScalarType.Float64).data<double>().ToArray();
        Assert.Equal([0, 2], dropped.Distinct().Order());
    }

    [Fact]
    public void No_mask_is_drawn_for_who_went_away()
    {
        using var scope = NewDisposeScope();
        Assert.ThrowsAny<OperationCanceledException>(
            () => DropoutMasks.Draw(Two, 100, new DropoutSpec { Seed = 1 }, Dtype.Float32, new CancellationToken(canceled: true)));
        Assert.Equal(0, scope.DisposablesCount);
    }
}
