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

    public static TheoryData<int, string> UncoupledCases()
    {
        var data = new TheoryData<int, string>();
        foreach (var (index, layer) in LayerCases.All.Index().Where(each => !each.Item.Problem().InMode(Eval.Mode).Coupled))
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
        // libtorch's slope of hardsigmoid is a sixth as single precision has it.
        var tolerance = type == "hardsigmoid" ? 4e-8 : 1e-8;
        foreach (var mode in BatchNormMode.All)
        {
            var needsReference = mode == Reference.Mode && problem.BatchNorms.Any();
            var under = problem.InMode(mode, needsReference ? RandomProblems.Batch(new Random(37), problem.Network, 5) : null);
            var differences = CentralDifferences.Of(under.Oracle, under.Inputs, under.Samples);
            var jacobian = under.Jacobian();

            // No input of these cases is near a kink: every column counts, unless dropout left nothing to compare.
            Assert.All(differences.Trusted, trusted => Assert.True(trusted || differences.MaxAbsolute == 0));
            Answers.AssertClose(differences.Values, jacobian, tolerance, differences.MaxAbsolute, $"{type} jacobian");
        }
    }

    /// <summary>Along a direction, statistics held constant: each order to the fourth beside the one before it.</summary>
    [Theory]
    [MemberData(nameof(UncoupledCases))]
    public void A_layers_higher_derivatives_are_the_differences_of_those_before(int index, string type)
    {
        const int Orders = 4;
        const double Step = 1e-5;
        var problem = LayerCases.All[index].Problem().InMode(Eval.Mode);
        var direction = Problem.Draw(new Random(41), [.. problem.Network.InputShape.Select(size => (long)size)]);
        var (at, before, after) = (Derived(0), Derived(-Step), Derived(Step));
        for (var order = 2; order <= Orders; order++)
        {
            double[] differences = [.. Of(order - 1, after).Zip(Of(order - 1, before), (ahead, behind) => (ahead - behind) / (2 * Step))];
            Answers.AssertClose(differences, Of(order, at), 1e-6, Answers.Largest(at), $"{type} order {order}");
        }

        double[] Derived(double move)
        {
            var moved = problem with { Inputs = [.. problem.Inputs.Select((x, i) => x + (move * direction[i % direction.Count]))] };
            return Answers.Flat(moved.Answer(new Derivatives { Order = Orders, Direction = direction }).Gradients);
        }

        static double[] Of(int order, double[] all) => [.. all.Where((_, i) => i % Orders == order - 1)];
    }
}
