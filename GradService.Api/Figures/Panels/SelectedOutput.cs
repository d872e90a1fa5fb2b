using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;

namespace GradService.Api.Figures.Panels;

/// <summary>The one output of a network that a plot is of.</summary>
/// <param name="Index">Its index in the flattened output.</param>
/// <param name="Count">How many outputs there are.</param>
internal readonly record struct SelectedOutput(int Index, int Count)
{
    /// <exception cref="FaultException">There are several, and the request does not select one.</exception>
    public static SelectedOutput Of(Question question, GradientResult result)
    {
        var (count, selected) = ((int)(result.Outputs.Count / result.Outputs.Shape[0]), SelectionOf(question));
        return (count, selected) switch
        {
            (1, _) => new SelectedOutput(0, 1),
            (_, [var index]) => new SelectedOutput(index, count),
            _ => throw new FaultException(Fault.Invalid("gradient.outputs", "the index of the one output to draw",
                selected is null ? $"nothing, where there are {count} outputs" : $"{selected.Count} indices",
                "Select one: \"outputs\": [0].")),
        };
    }

    private static IReadOnlyList<int>? SelectionOf(Question question) => question switch
    {
        Sum sum => sum.Outputs,
        PerSample perSample => perSample.Outputs,
        OwnDerivativeQuestion own => own.Outputs,
        _ => null,
    };
}
