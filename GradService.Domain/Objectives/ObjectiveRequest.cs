using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Objectives.Sampling;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;

namespace GradService.Domain.Objectives;

/// <summary>A training loss with derivatives with respect to the inputs inside, and its gradient with respect to the parameters.</summary>
public record ObjectiveRequest
{
    /// <summary>The network.</summary>
    public required NetworkSource Network { get; init; }

    /// <summary>
    /// A name for each element of an input sample; absent: "x" where there is one, else none, and formulas can use
    /// neither inputs nor derivatives.
    /// </summary>
    [MinLength(1), MaxLength(1_000)]
    public IReadOnlyList<string>? Variables { get; init; }

    /// <summary>A name for each element of an output sample; absent: "u" where there is one, else none.</summary>
    [MinLength(1), MaxLength(1_000)]
    public IReadOnlyList<string>? Outputs { get; init; }

    /// <summary>Numbers that are trained beside the parameters, by the name that formulas use, with the values to take.</summary>
    public IReadOnlyDictionary<string, double>? Unknowns { get; init; }

    /// <summary>
    /// Named formulas over variables, outputs, unknowns and the fields before them. A field is differentiated as an output is: with
    /// "u": "x*(1-x)*n" a residual may use u_xx.
    /// </summary>
    public IReadOnlyDictionary<string, string>? Fields { get; init; }

    /// <summary>The point sets, in the order in which they stand in the batch.</summary>
    [MinLength(1), MaxLength(100)]
    public required IReadOnlyList<PointSet> Points { get; init; }

    /// <summary>The terms; the loss is the sum of weight · value.</summary>
    [MinLength(1), MaxLength(100)]
    public required IReadOnlyList<ObjectiveTerm> Terms { get; init; }

    /// <summary>Where the BatchNorm layers take their statistics from, and what flows through them; absent: mode trainDetached, joint.</summary>
    public TrainingBatchNormSpec BatchNorm { get; init; } = new();

    /// <summary>What a derivative by an input means where batch statistics couple the samples; elsewhere both are the same.</summary>
    public InputDerivative Derivative { get; init; } = InputDerivative.PerSample;

    /// <summary>Draws one mask per dropout layer; absent: dropout layers are the identity.</summary>
    public DropoutSpec? Dropout { get; init; }

    /// <summary>What to hand out beside the value.</summary>
    public IReadOnlyList<ObjectivePart> Return { get; init; } = [ObjectivePart.ParameterGradients];

    /// <summary>What to find out beside the answer.</summary>
    public DiagnosticsSpec Diagnostics { get; init; } = new();

    /// <summary>Whether gradients of the loss are asked for, by whatever.</summary>
    internal bool WantsGradients => Return.Contains(ObjectivePart.ParameterGradients) || Return.Contains(ObjectivePart.InputGradients);

    /// <exception cref="FaultException">It asks for what a loss does not have.</exception>
    internal void CheckDiagnostics() => Diagnostics.RefuseSigns("a loss", "POST /v1/gradients compares the signs of gradients by the inputs.");
}

/// <summary>The same loss under several meanings of BatchNorm, side by side; mode, derivative and throughStatistics are each entry's own.</summary>
public sealed record ObjectiveComparisonRequest : ObjectiveRequest
{
    /// <summary>The meanings to compare; absent: the six of the documentation, a to f.</summary>
    [MinLength(1), MaxLength(20)]
    public IReadOnlyList<ObjectiveVariant>? Compare { get; init; }
}

/// <summary>Points at which terms are evaluated.</summary>
public sealed record PointSet
{
    /// <summary>The name that terms use.</summary>
    [MinLength(1), MaxLength(Objective.MaxNameLength)]
    public required string Name { get; init; }

    /// <summary>The points [N, D…]; absent where "sample" is there.</summary>
    public NdArray? Inputs { get; init; }

    /// <summary>Points that the service draws instead of "inputs", the same ones at each call.</summary>
    public SampleSpec? Sample { get; init; }

    /// <summary>Measured data, a number for each point [N], by the name that formulas of terms on this set use; constants for every derivative.</summary>
    public IReadOnlyDictionary<string, NdArray>? Data { get; init; }
}

/// <summary>One term of a loss: a residual given by a formula, a gradient penalty, or a cross entropy.</summary>
public sealed record ObjectiveTerm
{
    /// <summary>The name in the answer.</summary>
    [MinLength(1), MaxLength(Objective.MaxNameLength)]
    public required string Name { get; init; }

    /// <summary>
    /// The point set on which it is taken; or a list of sets of equal size, paired point by point, whose names then carry the set: u@left - u@right.
    /// </summary>
    public required TermSets On { get; init; }

    /// <summary>
    /// A formula of numbers, pi, e, the variables, the outputs, the fields, their derivatives (u_x, u_xt; u__x__t for names of any length; order up
    /// to 4), unknowns, data, target, + - * / ^ ( ), sin cos tan exp log sqrt tanh abs sinh cosh atan asin acos erf sign step min max atan2.
    /// Absent where "gradientPenalty" or "crossEntropy" is there.
    /// </summary>
    public string? Residual { get; init; }

    /// <summary>(‖∇u‖₂ − center)² instead of a formula's square, as in WGAN-GP (Gulrajani et al., 2017).</summary>
    public GradientPenalty? GradientPenalty { get; init; }

    /// <summary>−log softmax of all outputs at the label of each point instead of a formula, as torch.nn.CrossEntropyLoss; its value is their mean.</summary>
    public CrossEntropy? CrossEntropy { get; init; }

    /// <summary>What "target" is in the formula: one number per point, [n].</summary>
    public NdArray? Target { get; init; }

    /// <summary>A factor w for each point, [n]: the mean of w·r², and so on; the divisor stays n.</summary>
    public NdArray? Weights { get; init; }

    /// <summary>The term's weight in the loss.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>How a residual becomes the term's value; absent: meanSquare, of a cross entropy the mean.</summary>
    public Reduction? Reduction { get; init; }
}

/// <summary>The point sets of a term: one, or several that are paired point by point.</summary>
/// <param name="Names">Their names, in order.</param>
public sealed record TermSets(IReadOnlyList<string> Names)
{
    public static implicit operator TermSets(string name) => new([name]);
}

/// <summary>−log softmax of all outputs at a point's label.</summary>
public sealed record CrossEntropy
{
    /// <summary>The index of the output that is right at each point, [n], integers from 0.</summary>
    public NdArray? Labels { get; init; }
}

/// <summary>(‖∇u‖₂ − center)² of one output, the gradient being taken with respect to a point.</summary>
public sealed record GradientPenalty
{
    /// <summary>The output; absent where there is only one.</summary>
    public string? Output { get; init; }

    /// <summary>The norm that is not punished.</summary>
    public double Center { get; init; } = 1;
}

/// <summary>How BatchNorm layers behave in a loss.</summary>
public sealed record TrainingBatchNormSpec : BatchNormSpec
{
    public TrainingBatchNormSpec() => Mode = Statistics.Modes.TrainDetached.Mode;

    /// <summary>Whether the point sets are one batch, or each its own, in order, as calling the network once for each does.</summary>
    public PointBatches Batches { get; init; } = PointBatches.Joint;

    /// <summary>
    /// Whether parameter gradients flow through the statistics; absent: yes in trainDetached and reference, no in movingAverage. In mode train
    /// they always do.
    /// </summary>
    public bool? ThroughStatistics { get; init; }
}

/// <summary>How a residual becomes a term's value.</summary>
public enum Reduction
{
    /// <summary>The mean of its square over the points.</summary>
    MeanSquare,

    /// <summary>Its mean over the points, as a critic's loss needs.</summary>
    Mean,

    /// <summary>The square of its mean over the points, as an integral constraint needs.</summary>
    SquaredMean,

    /// <summary>The sum of its square over the points.</summary>
    SumSquare,
}

/// <summary>What a derivative by an input means.</summary>
public enum InputDerivative
{
    /// <summary>A sample's own: ∂u_i/∂x_i, its effect on the batch statistics included.</summary>
    PerSample,

    /// <summary>That of the sum over the statistics' batch, nested, as torch.autograd.grad(u.sum(), x) gives it.</summary>
    Sum,
}

/// <summary>What stands together in one batch.</summary>
public enum PointBatches
{
    /// <summary>All point sets, in order.</summary>
    Joint,

    /// <summary>Each point set alone, running statistics going on from one to the next.</summary>
    PerSet,
}

/// <summary>What an objective's answer can hold beside its value.</summary>
public enum ObjectivePart
{
    /// <summary>The gradient with respect to each parameter, by state_dict name, and to each unknown.</summary>
    ParameterGradients,

    /// <summary>The gradient of the whole loss with respect to each point, under the same meaning of BatchNorm.</summary>
    InputGradients,

    /// <summary>Each term's residual at each point.</summary>
    Residuals,

    /// <summary>The points of each set, as they were given or drawn.</summary>
    Points,
}
