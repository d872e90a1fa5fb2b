using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>
/// What findings say beside what double precision knows: in answers of single precision each finding is there where the same question in double
/// precision says that it should be, and nowhere else. Where that is a matter of degree, nothing is counted.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class GradientHonestyLaws
{
    private static readonly GradientService Service = DomainServices.Gradients();

    [Fact]
    public void Findings_about_gradients_are_there_where_they_should_be_and_nowhere_else()
    {
        var tally = new FindingTally();
        for (var salt = 0; salt < 1_200; salt++)
        {
            Examine(salt, tally);
        }

        tally.AssertHonest(["sum-gradient-vanishes", "derivative-vanishes", "detached-differs"], least: 50, most: 0.01);
    }

    private static void Examine(int salt, FindingTally tally)
    {
        var extreme = new ExtremeNetworks(salt);
        var network = extreme.Network(extreme.Random.Next(1, 3));
        var inputs = extreme.Inputs(extreme.Samples());
        var mode = extreme.Mode();
        var spread = PlacedLayer.Elements(PlacedLayer.Output(network));
        var question = Kind(extreme, inputs, spread);
        var request = new GradientRequest { Network = network, Inputs = inputs, BatchNorm = new BatchNormSpec { Mode = mode }, Gradient = question };
        var exact = request with { Network = network with { Dtype = Dtype.Float64 } };
        var (answer, reference) = (Ask(request), Ask(exact));
        var coupled = mode.GradientFlows && reference.BatchNorm.Layers.Count > 0;
        var held = coupled && mode == Train.Mode ? Ask(exact with { BatchNorm = new BatchNormSpec { Mode = TrainDetached.Mode } }).Gradients : null;
        var where = $"{salt} {question.Kind} {mode.Name}";
        if (answer.Diagnostics.NonFinite > 0 || (coupled && held is null && mode != Train.Mode && question is Jacobian))
        {
            return;
        }

        var truth = new Truth(answer.Gradients!, reference.Gradients!, held,
            reference.Outputs.MaxAbsolute() / Math.Pow(Truth.Range(inputs), question is Hessian or Laplacian ? 2 : 1));
        where += $" {truth}";
        if (mode == Train.Mode || !coupled)
        {
            var sums = question is Sum or Vjp;
            tally.Add("sum-gradient-vanishes", sums ? truth.VanishesByMode : false, Found("sum-gradient-vanishes"), where);
            tally.Add("derivative-vanishes", Truth.Or(truth.IsFlat, sums ? false : truth.VanishesByMode), Found("derivative-vanishes"), where);
            tally.Add("detached-differs", truth.Differ, Found("detached-differs"), where);
            if (truth.Differ == true && answer.Finding("detached-differs") is { } differs)
            {
                var single = Ask(request with { BatchNorm = new BatchNormSpec { Mode = TrainDetached.Mode } }).Gradients!;
                truth.AssertSaid("differ by up to ", differs.Message, single, where);
            }
        }

        bool Found(string code) => answer.Finding(code) is not null;
    }

    private static Question Kind(ExtremeNetworks extreme, NdArray inputs, int outputs)
    {
        var (samples, elements) = (inputs.Shape[0], inputs.Shape[1]);
        var ones = new NdArray(new Shape(samples, outputs), [.. Enumerable.Repeat(1.0, (int)samples * outputs)]);
        return extreme.Random.Next(9) switch
        {
            0 or 1 => new Sum(),
            2 => new Vjp { Cotangent = ones },
            3 => new Vjp { Cotangent = Problem.Draw(extreme.Random, samples, outputs) },
            4 or 5 => new PerSample(),
            6 => new Hessian(),
            7 => new Laplacian(),
            _ => new Jvp { Tangent = Problem.Draw(extreme.Random, samples, elements) },
        };
    }

    private static GradientResult Ask(GradientRequest request) => Service.Differentiate(request, CancellationToken.None);
}
