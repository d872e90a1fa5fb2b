using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>A term that has been checked.</summary>
/// <param name="Index">Its place among the terms.</param>
/// <param name="Name">Its name.</param>
/// <param name="Sets">The sets on which it is taken, paired point by point where there are several.</param>
/// <param name="Residual">What it measures.</param>
/// <param name="Target">[n], where the residual uses one.</param>
/// <param name="Weights">[n], a factor for each point; null: 1.</param>
/// <param name="Weight">Its weight in the loss.</param>
/// <param name="Reduction">How the residual becomes a value.</param>
internal sealed record Term(int Index, string Name, IReadOnlyList<int> Sets, Residual Residual, NdArray? Target, NdArray? Weights, double Weight,
    Reduction Reduction)
{
    public bool IsPaired => Sets.Count > 1;

    /// <summary>Whether it is taken once all that it reads is known, where points each stand by themselves.</summary>
    public bool Waits => IsPaired || Reduction == Reduction.SquaredMean;

    /// <summary>What it reads on a set.</summary>
    public IEnumerable<InputQuantity> QuantitiesOn(int set) =>
        Residual.Quantities.Where(read => Sets[read.Place] == set).Select(read => read.Quantity);

    /// <summary>What its reduction makes of its residuals [n].</summary>
    public double Value(NdArray residuals) => Reduction switch
    {
        Reduction.MeanSquare => Sum(residuals, residual => residual * residual) / residuals.Count,
        Reduction.SumSquare => Sum(residuals, residual => residual * residual),
        Reduction.Mean => Mean(residuals),
        _ => Mean(residuals) * Mean(residuals),
    };

    /// <summary>∂(weight · value)/∂r at some points in a row, of the shape of their residuals.</summary>
    /// <param name="residuals">Those of these points, constants.</param>
    /// <param name="from">The first of them.</param>
    /// <param name="all">The residuals of all points of the term; the square of their mean alone reads more than their number.</param>
    public Tensor Slope(Tensor residuals, long from, NdArray all)
    {
        var count = all.Count;
        var slope = Reduction switch
        {
            Reduction.MeanSquare => residuals.Times(residuals.Constant(2 * Weight / count)),
            Reduction.SumSquare => residuals.Times(residuals.Constant(2 * Weight)),
            Reduction.Mean => Constant(Weight / count),
            _ => Constant(2 * Weight * Mean(all) / count),
        };
        return Weights is null ? slope
            : slope.Times(Weights.Rows(from, residuals.shape[0]).ToTensor(residuals.dtype.ToDtype()));

        Tensor Constant(double value) => Tensors.Filled(residuals.shape, residuals.dtype, residuals.Constant(value));
    }

    /// <summary>The mean of the residuals, weighted.</summary>
    private double Mean(NdArray residuals) => Sum(residuals, residual => residual) / residuals.Count;

    private double Sum(NdArray residuals, Func<double, double> of)
    {
        var sum = 0.0;
        for (var i = 0; i < residuals.Count; i++)
        {
            sum += Weights is null ? of(residuals[i]) : Weights[i] * of(residuals[i]);
        }

        return sum;
    }
}
