using GradService.Domain.Faults;
using GradService.Domain.Runs;

namespace GradService.Domain.Separation;

/// <summary>Which elements of the flattened output a question is about.</summary>
internal static class OutputSelection
{
    /// <summary>The selected indices, all of them where nothing is selected.</summary>
    public static long[] Of(IReadOnlyList<int>? outputs, ProblemSize size) =>
        outputs is null ? [.. Enumerable.Range(0, (int)size.OutputElements).Select(index => (long)index)] : [.. outputs.Select(index => (long)index)];

    public static long Count(IReadOnlyList<int>? outputs, ProblemSize size) => outputs?.Count ?? size.OutputElements;

    public static IEnumerable<Fault> Check(IReadOnlyList<int>? outputs, ProblemSize size)
    {
        var seen = new HashSet<int>();
        for (var i = 0; i < outputs?.Count; i++)
        {
            var index = outputs[i];
            if (index < 0 || index >= size.OutputElements)
            {
                yield return Fault.Invalid($"gradient.outputs[{i}]", $"an index into the flattened output, 0 to {size.OutputElements - 1}", $"{index}");
                yield break;
            }

            if (!seen.Add(index))
            {
                yield return Fault.Invalid($"gradient.outputs[{i}]", "each index once", $"{index} again");
                yield break;
            }
        }
    }
}
