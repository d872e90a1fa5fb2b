using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Runs.Managed;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>A kind of gradient with its fields: what is asked of a forward pass.</summary>
public abstract record Question
{
    /// <summary>The name in the request.</summary>
    internal string Kind => QuestionTable.NameOf(GetType());

    /// <summary>The question whose answer with all statistics held constant is worth comparing with this one's; null: none.</summary>
    internal virtual Question? DetachedTwin => null;

    /// <summary>Whether arrays of the question belong to single samples, so that it cannot be asked about some of them alone.</summary>
    internal virtual bool NamesSamples(ProblemSize size) => false;

    /// <summary>The same question about every n-th sample, beginning with the first; it names no samples, or can be asked about some of them.</summary>
    internal virtual Question EveryNth(int n) => this;

    /// <summary>
    /// Whether it is answered by sweeps over the graph of the outputs, none of which is differentiated, and by nothing else of a run: what the
    /// graph does not hold may be given back while it is made.
    /// </summary>
    internal virtual bool IsSwept => false;

    /// <summary>What findings judge of the answer, each part by itself; none of factors.</summary>
    internal abstract IReadOnlyList<AnswerPart> Parts(ProblemSize size);

    /// <summary>What is wrong with its fields, given the sizes.</summary>
    internal abstract IEnumerable<Fault> Check(ProblemSize size);

    /// <summary>Shape of the whole answer, that which factors only imply included.</summary>
    internal abstract Shape ResultShape(ProblemSize size);

    /// <summary>How it will be answered, and in how many sweeps.</summary>
    internal abstract Separated Choose(ProblemSize size);

    /// <summary>Elements of all arrays of the answer.</summary>
    internal virtual long ResultElements(ProblemSize size) => ResultShape(size).Elements;

    /// <summary>Elements of tensors that answering keeps beside those of the pass.</summary>
    internal virtual long WorkingElements(ProblemSize size) => 0;

    /// <summary>The answer, of <see cref="ResultShape"/>, in the precision of the run, which takes the question.</summary>
    internal Answer Ask(Run run, ProblemSize size, CancellationToken cancellation) => run is ManagedRun managed
        ? new Answer { Gradients = BlockBackward.Run(managed, InBlocks(size)!, ResultShape(size), cancellation) }
        : Ask((TorchRun)run, size, cancellation);

    /// <summary>The same by tensors.</summary>
    internal abstract Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation);

    /// <summary>Whether it can be answered by sweeps over blocks of samples in managed memory.</summary>
    internal virtual bool GoesInBlocks(ProblemSize size) => false;

    /// <summary>The same as sweeps over blocks of samples in managed memory; null where it takes tensors.</summary>
    internal virtual BlockSweeps? InBlocks(ProblemSize size) => null;

    /// <summary>How many difference quotients sum up to an entry.</summary>
    internal virtual long QuotientsEach(ProblemSize size) => 1;

    /// <summary>
    /// Entries of the answer as limits, for checking: from a flat entry to the difference quotients that sum up to it, each made when it is
    /// asked for.
    /// </summary>
    internal abstract Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size);

    /// <summary>How often the outputs are differentiated on the way: each time more the graph grows by its own size.</summary>
    internal virtual int Depth => 1;

    /// <summary>Tensors alive at once for each that a pass keeps: what is differentiated again keeps the graph of the sweep before as well.</summary>
    internal virtual long TensorsPerKept(ProblemSize size) => Cost.TensorsPerKept << (Depth - 1);

    /// <summary>N²·M·order where second and higher derivatives go row by row, else 0.</summary>
    internal virtual long RowByRowWork(ProblemSize size) => 0;

    /// <summary>What to ask instead when the answer would be too large or too dear.</summary>
    internal abstract string Cheaper { get; }
}
