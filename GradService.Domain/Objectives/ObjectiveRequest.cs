using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Networks;
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

    /// <summary>The points [N, D…].</summary>
    public required NdArray Inputs { get; init; }
}

/// <summary>One term of a loss: a residual given by a formula, or a gradient penalty.</summary>
public sealed record ObjectiveTerm
{
    /// <summary>The name in the answer.</summary>
    [MinLength(1), MaxLength(Objective.MaxNameLength)]
    public required string Name { get; init; }

    /// <summary>The point set on which it is taken.</summary>
    public required string On { get; init; }

    /// <summary>
    /// A formula of numbers, pi, the variables, the outputs, their derivatives (u_x, u_xt; u__x__t for names of any length; order up to 4),
    /// target, + - * / ^ ( ), sin cos tan exp log sqrt tanh abs. Absent where "gradientPenalty" is there.
    /// </summary>
    public string? Residual { get; init; }

    /// <summary>(‖∇u‖₂ − center)² instead of a formula's square, as in WGAN-GP (Gulrajani et al., 2017).</summary>
    public GradientPenalty? GradientPenalty { get; init; }

    /// <summary>What "target" is in the formula: one number per point, [n].</summary>
    public NdArray? Target { get; init; }

    /// <summary>The term's weight in the loss.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>How a residual becomes the term's value.</summary>
    public Reduction Reduction { get; init; } = Reduction.MeanSquare;
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
    /// <summary>The gradient with respect to each parameter, by state_dict name.</summary>
    ParameterGradients,

    /// <summary>Each term's residual at each point.</summary>
    Residuals,
}
