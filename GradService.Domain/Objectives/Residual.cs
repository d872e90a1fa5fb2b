using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a term measures at each of its points.</summary>
internal abstract record Residual
{
    /// <summary>The derivatives that it reads, and whole gradients, each at a place among the term's sets.</summary>
    public abstract IReadOnlyCollection<(int Place, InputQuantity Quantity)> Quantities { get; }

    /// <summary>Whether outputs stand in it as they are.</summary>
    public abstract bool UsesOutputs { get; }

    /// <summary>Whether numbers that are trained stand in it.</summary>
    public virtual bool UsesUnknowns => false;

    /// <summary>What is alive of its making at once at most while it is found, in elements for each point.</summary>
    /// <param name="elements">Elements of an input sample.</param>
    public abstract long Alive(long elements);

    /// <summary>What it takes at most where a graph of derivatives is made, its values among it, in elements for each point.</summary>
    /// <param name="elements">Elements of an input sample.</param>
    public abstract long Kept(long elements);

    /// <summary>The number of tensors that finding it makes.</summary>
    public abstract int Operations { get; }

    /// <summary>How long finding and differentiating it takes, in additions of as many numbers.</summary>
    public abstract int Additions { get; }

    /// <summary>Its values, [n].</summary>
    public abstract Tensor Of(ITermValues values);

    /// <summary>The value of a formula.</summary>
    internal sealed record OfFormula(Formula Formula) : Residual
    {
        public override IReadOnlyCollection<(int Place, InputQuantity Quantity)> Quantities { get; } = [.. Formula.Leaves.OfType<Derivative>()
            .Select(derivative => (derivative.Place, InputQuantity.Derivative(derivative.Index))).Distinct()];

        public override bool UsesOutputs => Formula.UsesOutputs;

        public override bool UsesUnknowns { get; } = Formula.Leaves.OfType<Unknown>().Any();

        public override long Alive(long elements) => Formula.Alive;

        // Each operation's result too, though it is let go of at once: the graph's small nodes come to lie where it was, so that the allocator
        // does not give its place to the next one.
        public override long Kept(long elements) => Formula.Kept + Formula.Operations;

        public override int Operations => Formula.Operations;

        public override int Additions => Formula.Additions;

        public override Tensor Of(ITermValues values)
        {
            // Of unknowns alone it is one number for all points.
            var residual = Formula.Evaluate(values);
            return residual.shape.Length == 0 ? residual.expand(values.Count) : residual;
        }
    }

    /// <summary>‖∇u‖₂ − center. Where the gradient is zero the norm has none; it is taken as zero there, as PyTorch's norm does.</summary>
    internal sealed record OfGradientNorm(int Output, double Center) : Residual
    {
        public override IReadOnlyCollection<(int Place, InputQuantity Quantity)> Quantities { get; } = [(0, InputQuantity.Gradient(Output))];

        public override bool UsesOutputs => false;

        // The squares, and then tensors [n]: their sum, where it is zero, its root and what is filled in.
        public override long Alive(long elements) => elements + 6;

        public override long Kept(long elements) => elements + 6;

        public override int Operations => 5;

        public override int Additions => 5;

        public override Tensor Of(ITermValues values) => values.Gradient(Output).RowNorms().Plus(-Center);
    }

    /// <summary>−log softmax of the outputs at a label [n], by torch.nn.CrossEntropyLoss' definition.</summary>
    internal sealed record OfCrossEntropy(NdArray Labels, long Outputs) : Residual
    {
        public override IReadOnlyCollection<(int Place, InputQuantity Quantity)> Quantities => [];

        public override bool UsesOutputs => true;

        // The logarithms of all classes, and then tensors [n]: the labels, what is gathered and its opposite.
        public override long Alive(long elements) => Outputs + 4;

        public override long Kept(long elements) => Outputs + 4;

        public override int Operations => 4;

        public override int Additions => (int)Math.Min(int.MaxValue, 20 * Outputs);

        public override Tensor Of(ITermValues values) => values.Outputs.CrossEntropies(Labels.Rows(values.From, values.Count));
    }
}
