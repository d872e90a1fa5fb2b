using GradService.Domain.Forward;

namespace GradService.Domain.Differentiation.Questions;

/// <summary>A kind of gradient with its fields: what is asked of a forward pass.</summary>
public abstract record Question
{
    /// <summary>The name in the request.</summary>
    internal string Kind => QuestionTable.NameOf(GetType());

    /// <summary>Whether the answer is worth comparing with what it would be with all statistics held constant.</summary>
    internal virtual bool HasDetachedTwin => false;

    /// <summary>What is wrong with its fields, given the sizes.</summary>
    internal abstract IEnumerable<Fault> Check(ProblemSize size);

    internal abstract Shape ResultShape(ProblemSize size);

    /// <summary>How it will be answered, and in how many sweeps.</summary>
    internal abstract StrategyChoice Choose(ProblemSize size);

    /// <summary>The answer, of <see cref="ResultShape"/>, in the precision of the pass.</summary>
    internal abstract NdArray Answer(ForwardPass pass, ProblemSize size, CancellationToken cancellation);

    /// <summary>Entries of the answer as limits of difference quotients, for checking: from a flat entry to its quotient.</summary>
    internal abstract Func<long, DifferenceQuotient> Quotients(ProblemSize size);

    /// <summary>The share of the squared Jacobian that couples different samples, where the answer shows it.</summary>
    internal virtual double? CouplingShare(NdArray answer, ProblemSize size) => null;

    /// <summary>What to ask instead when the answer would be too large or too dear.</summary>
    internal abstract string Cheaper { get; }
}
