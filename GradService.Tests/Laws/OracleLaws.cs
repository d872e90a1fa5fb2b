using GradService.Domain.Gradients.Kinds;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>The service beside an oracle that shares nothing with it but the records of the request.</summary>
[Trait("Lane", "Slow")]
public sealed class OracleLaws
{
    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Outputs_are_those_of_plain_loops(string networks) => RandomFamily.Of(networks).Double.Hold(problem =>
    {
        var expected = problem.Oracle.Run(problem.Inputs, problem.Samples).Outputs;
        Answers.AssertClose(expected, Answers.Flat(problem.Answer(new Sum()).Outputs), 1e-12, Math.Max(1, Answers.Largest(expected)), "managed outputs");
    });

    [Theory]
    [InlineData("dense")]
    [InlineData("convolutional")]
    public void Jacobians_are_those_of_central_differences_over_plain_loops(string networks)
    {
        var (columns, trusted) = (0, 0);
        RandomFamily.Of(networks).Double.Hold(problem =>
        {
            var differences = CentralDifferences.Of(problem.Oracle, problem.Inputs, problem.Samples);
            var jacobian = problem.Jacobian();
            Assert.Equal(differences.Values.Length, jacobian.Length);
            for (var i = 0; i < jacobian.Length; i++)
            {
                var column = i % problem.Inputs.Length;
                if (differences.Trusted[column])
                {
                    Answers.AssertClose([differences.Values[i]], [jacobian[i]], 1e-6, differences.MaxAbsolute, "central differences");
                }
            }

            Interlocked.Add(ref columns, differences.Trusted.Length);
            Interlocked.Add(ref trusted, differences.Trusted.Count(each => each));
        });

        // Columns are left out near kinks and where differences are no use; were it many, the law would say nothing.
        Assert.True(RandomCases.AreFewerThan(RandomCases.Usual) || trusted > 0.9 * columns, $"only {trusted} of {columns} columns could be compared");
    }
}
