using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a formula reads at some points in a row of a set, of what a loss came to: constants, for looking at the formula again.</summary>
/// <param name="run">The run.</param>
/// <param name="loss">What came of it.</param>
/// <param name="set">The set.</param>
/// <param name="target">The term's target; null where it has none.</param>
/// <param name="from">The first of the points.</param>
/// <param name="count">How many.</param>
internal sealed class KnownValues(ObjectiveRun run, Loss loss, ObjectiveSet set, NdArray? target, long from, long count) : IFormulaValues
{
    public long Count => count;

    public Dtype Dtype => run.Network.Dtype;

    public Tensor Target => target!.Rows(from, count).ToTensor(Dtype);

    public Tensor Variable(int variable) => Rows(set.Inputs).flatten(1).select(1, variable);

    public Tensor Output(int output) =>
        run.Sets.Single(pair => pair.Set == set).Batch.OutputsOn(set).detach().narrow(0, from, count).select(1, output);

    public Tensor Derivative(DerivativeIndex derivative) => Rows(loss.Derivatives[(set.Index, InputQuantity.Derivative(derivative))]);

    private Tensor Rows(NdArray all) => all.Rows(from, count).ToTensor(Dtype);
}
