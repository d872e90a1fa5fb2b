using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Domain.Networks;

/// <summary>What no limit allows, as nothing could hold it.</summary>
public sealed class NetworkShapeTests
{
    [Theory]
    [InlineData(Dtype.Float32, int.MaxValue / 4, true)]
    [InlineData(Dtype.Float32, (int.MaxValue / 4) + 1, false)]
    [InlineData(Dtype.Float64, int.MaxValue / 8, true)]
    [InlineData(Dtype.Float64, (int.MaxValue / 8) + 1, false)]
    public void A_parameter_beyond_what_one_array_can_hold_is_refused_whatever_the_limits(Dtype dtype, int width, bool fits)
    {
        var spec = new NetworkSpec { InputShape = [1], Layers = [new Linear { OutFeatures = width }], Dtype = dtype };
        var refused = Record.Exception(() => NetworkShape.InferWithin(spec, new Limits { MaxParameters = uint.MaxValue }));
        Assert.Equal(fits, refused is null);
        if (!fits)
        {
            var fault = Assert.Single(Assert.IsType<FaultException>(refused).Faults);
            Assert.Equal((FaultCode.TooLarge, "network.layers"), (fault.Code, fault.Path));
            Assert.Contains($"0.weight of shape [{width}, 1]", fault.Message, StringComparison.Ordinal);
        }
    }
}
