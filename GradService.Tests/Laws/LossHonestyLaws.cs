using GradService.Domain.Arrays;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>
/// What findings say of losses beside what double precision knows: in answers of single precision each finding is there where the same loss in double
/// precision says that it should be, and nowhere else. Where that is a matter of degree, nothing is counted.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class LossHonestyLaws
{
    private static readonly ObjectiveService Losses = DomainServices.Objectives();

    [Fact]
    public void Findings_about_losses_are_there_where_they_should_be_and_nowhere_else()
    {
        var tally = new FindingTally();
        for (var salt = 10_000; salt < 10_800; salt++)
        {
            Examine(salt, tally);
        }

        tally.AssertHonest(
            ["objective-blind", "derivative-vanishes", "sum-differs", "own-derivative-biased", "parameters-do-not-move", "parameter-gradient-partial",
                "eval-differs"],
            least: 50, most: 0.01);
    }

    private static void Examine(int salt, FindingTally tally)
    {
        var extreme = new ExtremeNetworks(salt);
        var network = extreme.Network(elements: 1);
        var points = extreme.Inputs(Math.Max(3, extreme.Samples()));
        var variant = PoissonProblem.Variant(((string[])["a", "a", "a", "b", "c", "d", "e"])[extreme.Random.Next(7)]);
        var outputs = PlacedLayer.Elements(PlacedLayer.Output(network));
        string[] formulas = ["u_xx + 1", "u_x - 2", "u_x - u", "u_xx*u - 0.1*u_x + 1", "u - 1", "u_xx + u_x - 1"];
        var residual = formulas[extreme.Random.Next(formulas.Length)];
        var alone = extreme.Random.Next(3) > 0;
        var request = new ObjectiveRequest
        {
            Network = network,
            Outputs = ((string[])["u", "v", "w", "q", "r", "s"])[..outputs],
            Points = [new() { Name = "p", Inputs = points }],
            Terms = alone
                ? [new() { Name = "t", On = "p", Residual = residual }]
                : [new() { Name = "t", On = "p", Residual = residual }, new() { Name = "fit", On = "p", Residual = "u - 0.5" }],
            BatchNorm = new TrainingBatchNormSpec { Mode = variant.Mode, ThroughStatistics = variant.ThroughStatistics },
            Derivative = variant.Derivative,
            Return = [ObjectivePart.ParameterGradients, ObjectivePart.Residuals],
        };
        var exact = request with { Network = network with { Dtype = Dtype.Float64 } };
        var (answer, reference) = (Losses.Evaluate(request, CancellationToken.None), Losses.Evaluate(exact, CancellationToken.None));
        if (answer.Diagnostics.NonFinite > 0 || reference.Diagnostics.NonFinite > 0)
        {
            return;
        }

        var coupled = variant.Mode == Train.Mode && reference.BatchNorm.Layers!.Count > 0;
        var size = Values(exact, "u").MaxAbsolute();
        var truths = ReadBy(residual).Select(name => new Truth(Values(request, name), Values(exact, name), coupled ? Values(Held(exact), name) : null,
                size / Math.Pow(Truth.Range(points), name.Length - 2))).ToList();
        var where = $"{salt} {variant.Letter} {residual} {string.Join("; ", truths)}";
        tally.Add("derivative-vanishes", Any(truths.Select(truth => truth.Vanish)), Found("derivative-vanishes"), where);
        tally.Add("objective-blind", truths.Count == 0 ? false : All(truths.Select(truth => truth.Vanish)), Found("objective-blind"), where);
        var differ = Any(truths.Select(truth => truth.Vanish switch { true => false, null => null, _ => truth.Differ }));
        tally.Add("sum-differs", variant.Letter == "a" ? differ : false, Found("sum-differs"), where);
        if (differ == true && truths.Count == 1 && answer.Finding("sum-differs") is { } sum)
        {
            truths[0].AssertSaid("off by up to ", sum.Message, Values(Held(request), ReadBy(residual)[0]), where);
        }

        tally.Add("own-derivative-biased", variant.Letter == "b" ? Any(truths.Select(truth => truth.Differ)) : false,
            Found("own-derivative-biased"), where);
        var (gradient, whole) = (Flat(answer), Flat(reference));
        tally.Add("parameters-do-not-move", alone ? DoNotMove(gradient, whole, answer.Value) : null, Found("parameters-do-not-move"),
            $"{where} gradient {gradient.MaxAbsolute():G3} {whole.MaxAbsolute():G3} value {answer.Value:G3}");
        if (variant.Letter is "c" or "d")
        {
            var through = Flat(Losses.Evaluate(exact with { BatchNorm = new TrainingBatchNormSpec { Mode = TrainDetached.Mode } }, CancellationToken.None));
            var relative = through.Norm() == 0 ? 0 : Difference(whole, through).Norm() / through.Norm();
            var lost = Difference(gradient, whole).Norm() / Math.Max(through.Norm(), 1e-300);
            tally.Add("parameter-gradient-partial", relative > 1.3e-3 && lost < 0.1 * relative ? true : relative < 0.7e-3 && lost < 0.3e-3 ? false : null,
                Found("parameter-gradient-partial"), $"{where} relative {relative:G3}");
        }

        tally.Add("eval-differs", variant.Letter == "e" || reference.BatchNorm.Layers!.Count == 0 ? false : EvalDiffers(exact, reference),
            Found("eval-differs"), where);

        bool Found(string code) => answer.Finding(code) is not null;
    }

    /// <summary>The derivatives that a residual reads.</summary>
    private static List<string> ReadBy(string residual) =>
        [.. ((string[])["u_xx", "u_x"]).Where(name => residual.Split(' ', '*').Contains(name))];

    /// <summary>Whether all of a parameter gradient is rounding beside a loss that is none.</summary>
    private static bool? DoNotMove(NdArray gradient, NdArray exact, double value)
    {
        var (error, size) = (gradient.MaxDifference(exact), exact.MaxAbsolute());
        return value < 1e-10 ? null
            : (size <= 0.1 * error || Math.Max(size, gradient.MaxAbsolute()) <= 1e-13 * value) && gradient.MaxAbsolute() < 1e-5 * value ? true
            : error < 0.03 * size && gradient.MaxAbsolute() > 1e-9 * value ? false : null;
    }

    /// <summary>Whether mode eval, with the running statistics after the loss, gives other outputs; where not, the gradients may yet differ.</summary>
    private static bool? EvalDiffers(ObjectiveRequest exact, ObjectiveResult reference)
    {
        var network = exact.Spec();
        var after = new Dictionary<string, NdArray>(network.Parameters!);
        foreach (var layer in reference.BatchNorm.Layers!)
        {
            after[$"{layer.Name}.running_mean"] = layer.RunningMean!;
            after[$"{layer.Name}.running_var"] = layer.RunningVariance!;
        }

        var (here, there) = (Outputs(exact), Outputs(exact with
        {
            Network = network with { Parameters = after },
            BatchNorm = new TrainingBatchNormSpec { Mode = Eval.Mode },
        }));
        var (difference, size) = (Difference(here, there).Norm(), here.Norm());
        return difference > 1.3e-3 * size && difference > 1e-4 * size ? true : null;
    }

    /// <summary>All outputs, one after another.</summary>
    private static NdArray Outputs(ObjectiveRequest request)
    {
        var all = request.Outputs!.SelectMany(name => Answers.Flat(Values(request, name))).ToArray();
        return new NdArray(new Shape(all.Length), all);
    }

    private static NdArray Difference(NdArray a, NdArray b) => new(a.Shape, [.. Enumerable.Range(0, a.Count).Select(i => a[i] - b[i])]);

    private static NdArray Flat(ObjectiveResult result)
    {
        var all = result.ParameterGradients!.Values.SelectMany(gradient => Answers.Flat(gradient)).ToArray();
        return new NdArray(new Shape(all.Length), all);
    }

    private static ObjectiveRequest Held(ObjectiveRequest request) =>
        request with { BatchNorm = new TrainingBatchNormSpec { Mode = TrainDetached.Mode }, Derivative = InputDerivative.PerSample };

    /// <summary>An output or a derivative at all points, as a term reads it.</summary>
    private static NdArray Values(ObjectiveRequest request, string name) => Losses.Evaluate(request with
    {
        Terms = [new() { Name = "value", On = "p", Residual = name }],
        Return = [ObjectivePart.Residuals],
    }, CancellationToken.None).Terms[0].Residuals!;

    private static bool? Any(IEnumerable<bool?> truths) => truths.Aggregate((bool?)false, Truth.Or);

    private static bool? All(IEnumerable<bool?> truths) => !Any(truths.Select(truth => !truth));
}
