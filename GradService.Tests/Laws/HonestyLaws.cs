using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Domain.Findings;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>
/// What findings say beside what double precision knows: in answers of single precision each finding is there where the same question in double
/// precision says that it should be, and nowhere else. Where that is a matter of degree, nothing is counted.
/// </summary>
[Trait("Lane", "Slow")]
public sealed class HonestyLaws
{
    private const double Eps = 1.1920929e-7;

    private static readonly GradientService Service = DomainServices.Gradients();

    /// <summary>Of the gradients' findings: 1,400 networks.</summary>
    [Fact]
    public void Findings_about_gradients_are_there_where_they_should_be_and_nowhere_else()
    {
        var tally = new FindingTally();
        for (var salt = 0; salt < 1_400; salt++)
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
        var spread = PlacedOutputs(network, inputs);
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

        var size = new Truth(answer.Gradients!, reference.Gradients!, held, Scale(question, reference.Outputs, inputs));
        where += $" N={inputs.Shape[0]} {size.Numbers} [{string.Join(' ', network.Layers.Select(l => l.Type))}] {string.Join(" | ", answer.Diagnostics.Findings.Where(f => f.Code is "detached-differs" or "derivative-vanishes" or "sum-gradient-vanishes").Select(f => f.Code + ":" + f.Message[..Math.Min(150, f.Message.Length)]))}";
        var byMode = coupled ? size.VanishesByMode : false;
        if (mode == Train.Mode || !coupled)
        {
            var sums = question is Sum or Vjp;
            tally.Add("sum-gradient-vanishes", sums ? byMode : false, answer.Finding("sum-gradient-vanishes") is not null, where);
            tally.Add("derivative-vanishes", question is Derivatives ? null : Or(size.IsFlat, sums ? false : byMode), answer.Finding("derivative-vanishes") is not null, where);
            tally.Add("detached-differs", coupled ? size.Differs : false, answer.Finding("detached-differs") is not null, where);
        }
    }

    private static bool? Or(bool? a, bool? b) => a == true || b == true ? true : a is null || b is null ? null : false;

    /// <summary>The size at which a derivative makes outputs of that size over the inputs' range.</summary>
    private static double Scale(Question question, NdArray outputs, NdArray inputs)
    {
        var range = Enumerable.Range(0, (int)inputs.Shape[1]).Max(column =>
        {
            var values = Enumerable.Range(0, (int)inputs.Shape[0]).Select(row => inputs[(row * inputs.Shape[1]) + column]).ToList();
            return values.Max() - values.Min();
        });
        var order = question is Hessian or Laplacian or Hvp ? 2 : 1;
        return outputs.MaxAbsolute() / Math.Pow(range > 0 ? range : 1, order);
    }

    private static int PlacedOutputs(NetworkSpec network, NdArray inputs) => (int)Service
        .Forward(new ForwardRequest { Network = network, Inputs = inputs, BatchNorm = new BatchNormSpec { Mode = Eval.Mode } }, CancellationToken.None).Outputs.Shape[1];

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

    /// <summary>What double precision knows of an answer of single precision.</summary>
    private sealed record Truth(NdArray Answer, NdArray Exact, NdArray? Held, double Scale)
    {
        public string Numbers => FormattableString.Invariant($"A32 {Answer.MaxAbsolute():G3} A64 {Size:G3} E {Error:G3} D {Detached:G3} S {Scale:G3} diff {(Held is null ? 0 : Exact.MaxDifference(Held)):G3}");

        private double Error { get; } = Answer.MaxDifference(Exact);

        private double Size { get; } = Exact.MaxAbsolute();

        private double Detached => Held?.MaxAbsolute() ?? Size;

        /// <summary>Whether no digit of the answer is right, where with the statistics held constant it is not small.</summary>
        public bool? VanishesByMode => Detached is < 1e-30 and > 0 ? null
            : Detached <= 30 * Eps * Scale ? (Detached < 0.1 * Eps * Scale ? false : null)
            : Error < 0.03 * Size || Size > 0.03 * Detached ? false
            : Size <= 0.1 * Error && Size < 1e-3 * Detached && Detached > 1e3 * Eps * Scale && Answer.MaxAbsolute() < 0.3 * Detached ? true : null;

        /// <summary>Whether it changes nothing in single precision by far, or is far from that.</summary>
        public bool? IsFlat => Detached is < 1e-30 and > 0 ? null : Detached <= 1e-4 * Eps * Scale && (Size <= 1e-4 * Eps * Scale || Size <= 0.1 * Error) ? true
            : Detached > 30 * Eps * Scale ? false : null;

        /// <summary>Whether the statistics' part is more than a thousandth, and more than rounding.</summary>
        public bool? Differs
        {
            get
            {
                var difference = Exact.MaxDifference(Held!);
                return Detached is < 1e-30 and > 0 ? null : difference > 1.3e-3 * Detached && difference > 20 * Error && difference > 30 * Eps * Scale ? true
                    : difference < 0.7e-3 * Detached && Error < 0.3e-3 * Detached ? false : null;
            }
        }
    }
}
