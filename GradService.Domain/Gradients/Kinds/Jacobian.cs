using System.ComponentModel.DataAnnotations;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Networks.Dense;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;

namespace GradService.Domain.Gradients.Kinds;

/// <summary>∂y_j/∂x_i for all pairs of samples, [N, M, N, D…]: the coupling itself.</summary>
public sealed record Jacobian : Question
{
    /// <summary>Indices into the flattened output of a sample; absent: all.</summary>
    [MinLength(1)]
    public IReadOnlyList<int>? Outputs { get; init; }

    /// <summary>How the answer is laid out.</summary>
    public JacobianForm Form { get; init; } = JacobianForm.Dense;

    /// <summary>How it is computed; the answer is the same.</summary>
    public Strategy Strategy { get; init; } = Strategy.Auto;

    internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => Form == JacobianForm.Dense ? [AnswerPart.Whole("the Jacobian", order: 1)] : [];

    internal override string Cheaper => Form == JacobianForm.Dense
        ? "Ask for form factored, which never has N² numbers, for kind perSample (the diagonal blocks), or send fewer samples."
        : "Send fewer samples, select fewer outputs, or ask for kind perSample (the diagonal blocks), vjp or jvp (the products).";

    internal override IEnumerable<Fault> Check(ProblemSize size) =>
    [
        .. OutputSelection.Check(Outputs, size),
        .. Form == JacobianForm.Factored && Strategy == Strategy.RowByRow
            ? new[] { Fault.Invalid("gradient.strategy", "auto or structured with form factored", "rowByRow",
                "Rows are not factors: row by row there is form dense alone.") }
            : [],
    ];

    internal override Shape ResultShape(ProblemSize size) => size.Inputs.After(size.Samples, OutputSelection.Count(Outputs, size));

    internal override long ResultElements(ProblemSize size) => Form == JacobianForm.Dense ? ResultShape(size).Elements : FactorElements(size);

    internal override long WorkingElements(ProblemSize size) => !Choose(size).IsRowByRow
        ? FactorElements(size).SaturatingTimes(2)
            .SaturatingPlus(size.Coupled ? Coupling.WorkingElements(size, OutputSelection.Count(Outputs, size)) : 0)
            .SaturatingPlus(Form == JacobianForm.Dense ? ResultShape(size).Elements : 0)
        : 0;

    internal override Separated Choose(ProblemSize size) => SeparationWay.Choose(
        new Asked(size, Form == JacobianForm.Factored ? AskedFor.Factors : AskedFor.Blocks, OutputSelection.Count(Outputs, size)) { Strategy = Strategy });

    internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        if (Choose(size).IsRowByRow)
        {
            return Dense(RowByRow.Jacobian(run, outputs, ResultShape(size), cancellation), cancellation);
        }

        if (!size.Coupled)
        {
            return Form == JacobianForm.Dense
                ? Dense(BlockDiagonal.Jacobian(run, outputs, ResultShape(size), cancellation), cancellation)
                : Factored(
                    Uncoupled(BlockDiagonal.PerSample(run, outputs, size.Input.After(size.Samples, outputs.Length), cancellation), size), run, cancellation);
        }

        var (diagonal, left, right) = new Coupling(run, cancellation).Factors(outputs);
        var factors = new JacobianFactors
        {
            Diagonal = diagonal.ToNdArray().Reshape(size.Input.After(size.Samples, outputs.Length)),
            Left = left.ToNdArray(),
            Right = right.ToNdArray().Reshape(size.Inputs.After(right.shape[0])),
        };
        var answer = Factored(factors, run, cancellation);
        return Form == JacobianForm.Factored ? answer
            : new Answer { Gradients = Coupling.Dense(diagonal, left, right, ResultShape(size), run.Dtype, cancellation), Coupling = answer.Coupling };
    }

    internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
    {
        var outputs = OutputSelection.Of(Outputs, size);
        var (m, moved) = (outputs.LongLength, size.Inputs.Elements);
        return entry =>
        {
            var (sample, output, element) = (entry / (m * moved), entry / moved % m, entry % moved);
            return [new DifferenceQuotient(Displacement.Of(element), new Watched.Output((sample * size.OutputElements) + outputs[output]))];
        };
    }

    private long FactorElements(ProblemSize size)
    {
        var outputs = OutputSelection.Count(Outputs, size);
        var own = size.Samples.SaturatingTimes(outputs).SaturatingTimes(size.Input.Elements);
        var factors = size.Statistics.SaturatingTimes(size.Samples).SaturatingTimes(outputs.SaturatingPlus(size.Input.Elements));
        return own.SaturatingPlus(factors);
    }

    /// <summary>K = 0: no factors, not factors of zeros.</summary>
    private static JacobianFactors Uncoupled(NdArray diagonal, ProblemSize size) => new()
    {
        Diagonal = diagonal,
        Left = NdArray.Allocate(new Shape(size.Samples, diagonal.Shape[1], 0), diagonal.Dtype),
        Right = NdArray.Allocate(size.Inputs.After(0), diagonal.Dtype),
    };

    private static Answer Dense(NdArray jacobian, CancellationToken cancellation) =>
        new() { Gradients = jacobian, Coupling = Report(CouplingMeasures.Of(jacobian, cancellation), layers: null) };

    private static Answer Factored(JacobianFactors factors, TorchRun run, CancellationToken cancellation)
    {
        var sites = run.Coupled.Select(trace => trace.Site).ToList();
        var (whole, layers) = FactorMeasures.Of(factors, [.. sites.Select(site => 2 * site.Node.Input[0])], cancellation);
        return new Answer
        {
            Factors = factors,
            FactorsNorm = whole.Norm,
            Coupling = Report(whole, [.. sites.Zip(layers, (site, layer) => new LayerCoupling(site.Node.Path.Name, layer.Share ?? double.NaN))]),
        };
    }

    private static CouplingReport? Report(CouplingMeasures measures, IReadOnlyList<LayerCoupling>? layers) =>
        measures.Share is not { } share ? null : new CouplingReport
        {
            Share = share,
            MostInfluential = share > 0 ? measures.MostInfluential : null,
            Layers = layers,
        };
}

/// <summary>How a batch Jacobian is laid out.</summary>
public enum JacobianForm
{
    /// <summary>All blocks, [N, M, N, D…].</summary>
    Dense,

    /// <summary>Block-diagonal plus low rank: three factors that never have N² numbers.</summary>
    Factored,
}
