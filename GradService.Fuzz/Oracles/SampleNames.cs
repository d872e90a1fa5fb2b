using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Fuzz.Oracles;

/// <summary>
/// Three variables, one of a long name, and two outputs, with everything that a formula may call them, listed and not parsed; and beside
/// them an unknown, data, and fields with their derivatives.
/// </summary>
internal static class SampleNames
{
    public static readonly FormulaNames Names = new(["x", "t", "time"], ["u", "v_1"], HasTarget: true);

    /// <summary>With an unknown D, data k, and the fields f = x*u, g = D*f - 3*v_1_x and h = k*u, on one set.</summary>
    public static readonly FormulaNames Whole = WithFields([new FormulaPlace("only", ["k"])]);

    /// <summary>The same on two sets.</summary>
    public static readonly FormulaNames Paired = WithFields([new FormulaPlace("left", ["k"]), new FormulaPlace("right", ["k"])]);

    /// <summary>Each name that may be written, and what it means: "x", "u", "target", or for a derivative "u by 0,1".</summary>
    public static IReadOnlyDictionary<string, string> Meanings { get; } = List();

    /// <summary>The meanings, each once.</summary>
    public static IReadOnlyList<string> Distinct { get; } = [.. Meanings.Values.Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The meanings where there are unknowns, data and two sets, of the second of which they end with "@right".</summary>
    public static IReadOnlyList<string> DistinctOfPairs { get; } =
        [.. Distinct, "D", "k", .. Distinct.Append("k").Where(meaning => meaning != "target").Select(meaning => meaning + "@right")];

    /// <summary>A value by each spelling, from a value by each meaning.</summary>
    public static Func<string, double?> BySpelling(IReadOnlyDictionary<string, double> byMeaning) =>
        spelling => Meanings.TryGetValue(spelling, out var meaning) ? byMeaning[meaning] : null;

    /// <summary>The same where names may, or must, carry their set.</summary>
    /// <param name="byMeaning">A value by each meaning.</param>
    /// <param name="paired">Whether there are two sets.</param>
    public static Func<string, double?> BySpelling(IReadOnlyDictionary<string, double> byMeaning, bool paired) => spelling =>
    {
        var (name, set) = Split(spelling);
        var meaning = name is "D" or "k" ? name : Meanings.GetValueOrDefault(name);
        return meaning is null || !IsPlaced(name is "D" or "target", set, paired) ? null : byMeaning[set == "right" ? meaning + "@right" : meaning];
    };

    /// <summary>What a field or a derivative of one is by hand, in names that carry the same set.</summary>
    /// <param name="paired">Whether there are two sets.</param>
    public static Func<string, string?> FieldsBySpelling(bool paired) => spelling =>
    {
        var (name, set) = Split(spelling);
        return !IsPlaced(everywhere: false, set, paired) ? null
            : name == "h" ? Placed("(k#*u#)")
            : name[0] is 'f' or 'g' && OutputAlike(name) is { } by && by.Length + (name[0] == 'g' ? 1 : 0) <= Formula.MaxOrder ? Placed(Expanded(name[0], by))
            : null;

        string Placed(string text) => text.Replace("#", set is null ? "" : "@" + set, StringComparison.Ordinal);
    };

    public static string Meaning(Named name) => name switch
    {
        Variable variable => Names.Variables[variable.Index],
        Output output => Names.Outputs[output.Index],
        Derivative { Index: var index } => Meaning(Names.Outputs[index.Output], index.Commuted.Variables),
        Unknown => "D",
        Column column => column.Name,
        _ => "target",
    } + (name.Place == 1 ? "@right" : "");

    private static string Meaning(string output, IEnumerable<int> variables) => $"{output} by {string.Join(',', variables.Order())}";

    private static (string Name, string? Set) Split(string spelling) =>
        spelling.IndexOf('@', StringComparison.Ordinal) is >= 0 and var at ? (spelling[..at], spelling[(at + 1)..]) : (spelling, null);

    private static bool IsPlaced(bool everywhere, string? set, bool paired) =>
        everywhere ? set is null : paired ? set is "left" or "right" : set is null or "only";

    /// <summary>The variables of a name that would be u's but for its first letter, in their order; null where it would be none of u's.</summary>
    private static int[]? OutputAlike(string name) => name.Length == 1 ? []
        : Meanings.TryGetValue("u" + name[1..], out var meaning) && meaning.StartsWith("u by ", StringComparison.Ordinal)
        ? [.. meaning["u by ".Length..].Split(',').Select(int.Parse)]
        : null;

    /// <summary>f = x·u is differentiated as Leibniz says, part by part, and g is linear.</summary>
    private static string Expanded(char field, int[] by)
    {
        var first = by.Count(variable => variable == 0);
        var lower = first == 0 ? "" : $"{Of("u", by[1..])}# + (";
        var f = $"{string.Concat(Enumerable.Repeat(lower, first))}x#*{Of("u", by)}#{new string(')', first)}";
        return field == 'f' ? $"({f})" : $"(D*({f}) - 3*{Of("v_1", [0, .. by])}#)";
    }

    private static string Of(string output, int[] by) => output + string.Concat(by.Select(variable => "__" + Names.Variables[variable]));

    private static FormulaNames WithFields(IReadOnlyList<FormulaPlace> places)
    {
        var names = Names with { Unknowns = ["D"], Columns = new HashSet<string> { "k" } };
        foreach (var (name, text) in new[] { ("f", "x*u"), ("g", "D*f - 3*v_1_x"), ("h", "k*u") })
        {
            names = names with { Fields = [.. names.Fields, Formula.ParseField(name, text, names with { HasTarget = false }, $"fields.{name}")] };
        }

        return names with { Places = places };
    }

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

    public Tensor Read(Named name) => of(SampleNames.Meaning(name));

    /// <summary>Constants, a number by meaning at each point; an unknown is the same at all, that at the first.</summary>
    public static SampleValues Of(IReadOnlyList<IReadOnlyDictionary<string, double>> points, Dtype dtype) => new(points.Count, dtype, meaning =>
        (meaning == "D" ? tensor(points[0][meaning]) : tensor([.. points.Select(point => point[meaning])], ScalarType.Float64)).to_type(dtype.ToScalarType()));
}
