using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>What a term reads at some points in a row, of what has been found already: constants, for evaluating it or looking at it again.</summary>
/// <param name="run">The run.</param>
/// <param name="derivatives">What came of it.</param>
/// <param name="term">The term.</param>
/// <param name="from">The first of the points.</param>
/// <param name="count">How many.</param>
internal sealed class KnownValues(ObjectiveRun run, IReadOnlyDictionary<(int Set, InputQuantity Quantity), NdArray> derivatives, Term term, long from,
    long count) : ITermValues
{
    public long From => from;

    public long Count => count;

    public Dtype Dtype => run.Network.Dtype;

    public Tensor Outputs => OutputsOn(Set(0));

    public Tensor Read(Named name)
    {
        var set = Set(name.Place);
        return name switch
        {
            Variable variable => Rows(set.Inputs).flatten(1).select(1, variable.Index),
            Output output => OutputsOn(set).select(1, output.Index),
            Derivative derivative => Rows(derivatives[(set.Index, InputQuantity.Derivative(derivative.Index))]),
            Unknown unknown => run.Unknowns[unknown.Index].detach(),
            Column column => Rows(set.Columns[column.Name]),
            _ => Rows(term.Target!),
        };
    }

    public Tensor Gradient(int output) => Rows(derivatives[(term.Sets[0], InputQuantity.Gradient(output))]);

    private ObjectiveSet Set(int place) => run.Setting.Objective.Sets[term.Sets[place]];

    private Tensor OutputsOn(ObjectiveSet set) =>
        run.Sets.Single(pair => pair.Set.Index == set.Index).Batch.OutputsOn(set).detach().narrow(0, from, count);

    private Tensor Rows(NdArray all) => all.Rows(from, count).ToTensor(Dtype);
}
