using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a term measures at each of its points.</summary>
internal abstract record Residual
{
    /// <summary>The derivatives that it reads, and whole gradients.</summary>
    public abstract IReadOnlyCollection<InputQuantity> Quantities { get; }

    /// <summary>Whether outputs stand in it as they are.</summary>
    public abstract bool UsesOutputs { get; }

    /// <summary>Its values, [n].</summary>
    public abstract Tensor Of(PointValues values);

    /// <summary>The value of a formula.</summary>
    internal sealed record OfFormula(Formula Formula) : Residual
    {
        public override IReadOnlyCollection<InputQuantity> Quantities { get; } = [.. Formula.Derivatives.Select(InputQuantity.Derivative)];

        public override bool UsesOutputs => Formula.UsesOutputs;

        public override Tensor Of(PointValues values) => Formula.Evaluate(values);
    }

    /// <summary>‖∇u‖₂ − center. Where the gradient is zero the norm has none; it is taken as zero there, as PyTorch's norm does.</summary>
    internal sealed record OfGradientNorm(int Output, double Center) : Residual
    {
        public override IReadOnlyCollection<InputQuantity> Quantities { get; } = [InputQuantity.Gradient(Output)];

        public override bool UsesOutputs => false;

        public override Tensor Of(PointValues values) => values.Gradient(Output).RowNorms().Plus(-Center);
    }
}
