using GradService.Domain.Forward;

namespace GradService.Domain.Differentiation.Questions;

/// <summary>A kind of gradient with its fields: what is asked of a forward pass.</summary>
public abstract record Question
{
    /// <summary>The name in the request.</summary>
    internal string Kind => QuestionTable.NameOf(GetType());

    /// <summary>The question whose answer with all statistics held constant is worth comparing with this one's; null: none.</summary>
    internal virtual Question? DetachedTwin => null;

    /// <summary>What is wrong with its fields, given the sizes.</summary>
    internal abstract IEnumerable<Fault> Check(ProblemSize size);

    /// <summary>Shape of the whole answer, that which factors only imply included.</summary>
    internal abstract Shape ResultShape(ProblemSize size);

    /// <summary>How it will be answered, and in how many sweeps.</summary>
    internal abstract StrategyChoice Choose(ProblemSize size);

    /// <summary>Elements of all arrays of the answer.</summary>
    internal virtual long ResultElements(ProblemSize size) => ResultShape(size).Elements;

    /// <summary>Elements of tensors that answering keeps beside those of the pass.</summary>
    internal virtual long WorkingElements(ProblemSize size) => 0;

    /// <summary>The answer, of <see cref="ResultShape"/>, in the precision of the pass.</summary>
    internal abstract Answer Ask(ForwardPass pass, ProblemSize size, CancellationToken cancellation);

    /// <summary>Entries of the answer as limits of difference quotients, for checking: from a flat entry to its quotient.</summary>
    internal abstract Func<long, DifferenceQuotient> Quotients(ProblemSize size);

    /// <summary>What to ask instead when the answer would be too large or too dear.</summary>
    internal abstract string Cheaper { get; }
}
