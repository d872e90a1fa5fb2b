using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a term measures at each of its points.</summary>
internal abstract record Residual
{
    /// <summary>The derivatives that it needs.</summary>
    public abstract IReadOnlyCollection<DerivativeIndex> Derivatives { get; }

    /// <summary>Whether outputs stand in it as they are.</summary>
    public abstract bool UsesOutputs { get; }

    /// <summary>Its values, [n].</summary>
    public abstract Tensor Of(IFormulaValues values);

    /// <summary>The value of a formula.</summary>
    internal sealed record OfFormula(Formula Formula) : Residual
    {
        public override IReadOnlyCollection<DerivativeIndex> Derivatives => Formula.Derivatives;

        public override bool UsesOutputs => Formula.UsesOutputs;

        public override Tensor Of(IFormulaValues values) => Formula.Evaluate(values);
    }

    /// <summary>‖∇u‖₂ − center. Where the gradient is zero the norm has none; it is taken as zero there, as PyTorch's norm does.</summary>
    internal sealed record OfGradientNorm(int Output, int InputElements, double Center) : Residual
    {
        public override IReadOnlyCollection<DerivativeIndex> Derivatives { get; } =
            [.. Enumerable.Range(0, InputElements).Select(variable => new DerivativeIndex(Output, variable))];

        public override bool UsesOutputs => false;

        public override Tensor Of(IFormulaValues values) => stack(Derivatives.Select(values.Derivative), 1).RowNorms().Plus(-Center);
    }
}
