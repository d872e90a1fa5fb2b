using GradService.Domain.Arrays;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients;

/// <summary>What a question came to: an array, or the factors of a batch Jacobian.</summary>
internal sealed record Answer
{
    /// <summary>The array, of the question's shape.</summary>
    public NdArray? Gradients { get; init; }

    /// <summary>The factors, where the form is factored.</summary>
    public JacobianFactors? Factors { get; init; }

    /// <summary>The Frobenius norm of the Jacobian that the factors are of, found together with its coupling.</summary>
    public double? FactorsNorm { get; init; }

    /// <summary>How much the samples influence each other, where the answer shows it.</summary>
    public CouplingReport? Coupling { get; init; }

    /// <summary>All that is handed out.</summary>
    public IEnumerable<NdArray> Arrays => Factors is null ? [Gradients!] : [Factors.Diagonal, Factors.Left, Factors.Right];

    /// <summary>Entries of the whole answer, those that only the factors imply included.</summary>
    public Shape Shape => Factors?.DenseShape ?? Gradients!.Shape;

    public Dtype Dtype => Arrays.First().Dtype;

    /// <summary>An entry of the whole answer, flat.</summary>
    public double this[long entry] => Factors is null ? Gradients![entry] : Factors[entry];

    /// <summary>The largest absolute entry; of factors, the largest of the own blocks, as N² entries are never looked at.</summary>
    public double MaxAbsolute(CancellationToken cancellation) => Factors?.MaxOwn(cancellation) ?? Gradients!.MaxAbsolute();

    /// <summary>The Frobenius norm of the whole answer.</summary>
    public double Norm => FactorsNorm ?? Gradients!.Norm();
}
