using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>The service's answers to problems.</summary>
internal static class Answers
{
    private static readonly GradientService Service = DomainServices.Gradients();

    public static GradientResult Answer(this Problem problem, Question question, bool finiteDifferences = false) =>
        Service.Differentiate(problem.Ask(question, finiteDifferences), CancellationToken.None);

    public static double[] Gradients(this Problem problem, Question question) => Flat(problem.Answer(question).Gradients);

    /// <summary>[N, M, N, D] flat.</summary>
    public static double[] Jacobian(this Problem problem) => problem.Gradients(new Jacobian());

    public static double[] Flat(NdArray? array) => [.. Enumerable.Range(0, array!.Count).Select(i => array[i])];

    /// <summary>
    /// What rounding errors are measured against: the largest entry with the statistics held constant and with them recomputed.
    /// What couples the samples can cancel what is held constant, and leaves errors of its size.
    /// </summary>
    public static double Scale(this Problem problem, double[] jacobian) =>
        Math.Max(Largest(jacobian), problem.Coupled ? Largest(problem.Detached().Gradients(new PerSample())) : 0);

    /// <summary>
    /// What rounding itself costs an answer, by its largest entry, measured by what single precision loses against double. Some networks
    /// amplify rounding a thousandfold, such as a BatchNorm of a channel that a LayerNorm before it made constant.
    /// </summary>
    public static double Lost(this Problem problem, Question question)
    {
        var (single, exact) = (problem.In(Dtype.Float32).Gradients(question), problem.In(Dtype.Float64).Gradients(question));
        return single.Select((entry, i) => Math.Abs(entry - exact[i])).Max() * (problem.IsDouble ? Math.ScaleB(1, 24 - 53) : 1);
    }

    public static double Largest(double[] values) => values.Length == 0 ? 0 : values.Max(Math.Abs);

    /// <summary>Fails unless entries differ by no more than tolerance times the scale.</summary>
    public static void AssertClose(double[] expected, double[] actual, double tolerance, double scale, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = Math.Abs(expected[i] - actual[i]);
            Assert.True(difference <= tolerance * scale,
                $"{what}: entry {i} is {actual[i]:R} instead of {expected[i]:R}, off by {difference / scale:G3} of {scale:G3}, tolerance {tolerance:G3}");
        }
    }
}
