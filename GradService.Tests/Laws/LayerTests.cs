using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>Each layer with its options, beside plain loops and their central differences.</summary>
[Trait("Lane", "Slow")]
public sealed class LayerTests
{
    public static TheoryData<int, string> Cases()
    {
        var data = new TheoryData<int, string>();
        foreach (var (index, layer) in LayerCases.All.Index())
        {
            data.Add(index, layer.Type);
        }

        return data;
    }

    [Fact]
    public void Every_layer_of_the_table_has_a_case() =>
        Assert.Empty(LayerTable.All.Keys.Except(LayerCases.All.Select(layer => layer.Type)));

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layers_outputs_are_those_of_plain_loops(int index, string type)
    {
        var problem = LayerCases.All[index].Problem();
        var expected = problem.Oracle.Run(problem.Inputs, problem.Samples).Outputs;
        Answers.AssertClose(expected, Answers.Flat(problem.Answer(new Sum()).Outputs), 1e-13, Math.Max(1, Answers.Largest(expected)), $"{type} outputs");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_layers_jacobian_is_that_of_central_differences_in_every_mode(int index, string type)
    {
        var problem = LayerCases.All[index].Problem();
        foreach (var mode in BatchNormMode.All)
        {
            var needsReference = mode == Reference.Mode && problem.BatchNorms.Any();
            var under = problem.InMode(mode, needsReference ? RandomProblems.Batch(new Random(37), problem.Network, 5) : null);
            var differences = CentralDifferences.Of(under.Oracle, under.Inputs, under.Samples);
            var jacobian = under.Jacobian();

            // No input of these cases is near a kink: every column counts, unless dropout left nothing to compare.
            Assert.All(differences.Trusted, trusted => Assert.True(trusted || differences.MaxAbsolute == 0));
            Answers.AssertClose(differences.Values, jacobian, 1e-8, differences.MaxAbsolute, $"{type} jacobian");
        }
    }
}
