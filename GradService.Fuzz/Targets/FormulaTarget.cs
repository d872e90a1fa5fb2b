using System.Text;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using GradService.Fuzz.Oracles;
using static TorchSharp.torch;

namespace GradService.Fuzz.Targets;

/// <summary>A formula, with fields too and on two sets, against an evaluator that reads its very characters.</summary>
internal static class FormulaTarget
{
    private static readonly IReadOnlyList<IReadOnlyDictionary<string, double>> Points =
        [.. new[] { 0.5, -1.25, 0, 3, double.NaN }
            .Select((first, point) => SampleNames.DistinctOfPairs
                .Select((meaning, index) => (meaning, Value: meaning == "D" ? 0.75 : first + (point < 2 ? index / 16.0 : 0)))
                .ToDictionary(pair => pair.meaning, pair => pair.Value))];

    public static void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        Run(text, paired: false);
        Run(text, paired: true);
    }

    private static void Run(string text, bool paired)
    {
        var fields = SampleNames.FieldsBySpelling(paired);
        var expected = Points.Select(point => PlainFormula.Evaluate(text, SampleNames.BySpelling(point, paired), fields)).ToList();
        try
        {
            var formula = Formula.Parse(text, paired ? SampleNames.Paired : SampleNames.Whole, "terms[0].residual");
            MisreadException.ThrowIf(expected[0] is null, "What is no formula was taken.");
            LibTorch.PrepareThread();
            using var scope = NewDisposeScope();
            var actual = formula.Evaluate(SampleValues.Of(Points, Dtype.Float64)).ToDoubles();
            for (var point = 0; point < Points.Count; point++)
            {
                MisreadException.ThrowIf(expected[point]!.Value is { Certain: true } value && !value.Allows(actual[point]),
                    $"{actual[point]:R} instead of {expected[point]}.");
            }
        }
        catch (FaultException refused)
        {
            Faults.Check(refused);
            MisreadException.ThrowIf(expected[0] is not null, $"Refused a formula: {refused.Message}");
        }
    }
}
