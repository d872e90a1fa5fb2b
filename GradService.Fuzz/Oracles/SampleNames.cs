using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Fuzz.Oracles;

/// <summary>Three variables, one of a long name, and two outputs, with everything that a formula may call them, listed and not parsed.</summary>
internal static class SampleNames
{
    public static readonly FormulaNames Names = new(["x", "t", "time"], ["u", "v_1"], HasTarget: true);

    /// <summary>Each name that may be written, and what it means: "x", "u", "target", or for a derivative "u by 0,1".</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = List();

    /// <summary>The meanings, each once.</summary>
    public static IReadOnlyList<string> Distinct { get; } = [.. Meanings.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A value by each spelling, from a value by each meaning.</summary>
    public static Func<string, double?> BySpelling(IReadOnlyDictionary<string, double> byMeaning) =>
        spelling => Meanings.TryGetValue(spelling, out var meaning) ? byMeaning[meaning] : null;

    public static string Meaning(DerivativeIndex derivative) => Meaning(Names.Outputs[derivative.Output], derivative.Commuted.Variables);

    private static string Meaning(string output, IEnumerable<int> variables) => $"{output} by {string.Join(',', variables.Order())}";

    private static Dictionary<string, string> List()
    {
        var meanings = Names.Variables.Concat(Names.Outputs).Append("target").ToDictionary(name => name);
        foreach (var output in Names.Outputs)
        {
            IEnumerable<int[]> sequences = [[]];
            for (var order = 1; order <= 4; order++)
            {
                sequences = [.. sequences.SelectMany(_ => Enumerable.Range(0, 3), (sequence, variable) => (int[])[.. sequence, variable])];
                foreach (var sequence in sequences)
                {
                    meanings[output + string.Concat(sequence.Select(variable => "__" + Names.Variables[variable]))] = Meaning(output, sequence);
                    if (!sequence.Contains(2))
                    {
                        meanings[output + "_" + string.Concat(sequence.Select(variable => Names.Variables[variable]))] = Meaning(output, sequence);
                    }
                }
            }
        }

        return meanings;
    }
}

/// <summary>Tensors by their meanings.</summary>
internal sealed class SampleValues(long count, Dtype dtype, Func<string, Tensor> of) : IFormulaValues
{
    public long Count => count;

    public Dtype Dtype => dtype;

    public Tensor Target => of("target");

    public Tensor Variable(int variable) => of(SampleNames.Names.Variables[variable]);

    public Tensor Output(int output) => of(SampleNames.Names.Outputs[output]);

    public Tensor Derivative(DerivativeIndex derivative) => of(SampleNames.Meaning(derivative));

    /// <summary>Constants, a number by meaning at each point.</summary>
    public static SampleValues Of(IReadOnlyList<IReadOnlyDictionary<string, double>> points, Dtype dtype) =>
        new(points.Count, dtype, meaning => tensor([.. points.Select(point => point[meaning])], ScalarType.Float64).to_type(dtype.ToScalarType()));
}
