using GradService.Domain.Objectives;
using GradService.Domain.Objectives.Formulas;

namespace GradService.Tests.Domain.Objectives;

/// <summary>No sweep is made that the wanted derivatives do not need.</summary>
public sealed class DerivativePlanTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0", 1)]
    [InlineData("0 1 2", 1)]
    [InlineData("00", 2)]
    [InlineData("00 01", 2)]
    [InlineData("01 11", 2)]
    [InlineData("00 11 22", 4)]
    [InlineData("000", 3)]
    [InlineData("001 011", 3)]
    [InlineData("0000", 4)]
    [InlineData("0000 00 0", 4)]
    public void It_takes_the_sweeps_that_it_must(string wanted, int sweeps)
    {
        var plan = DerivativePlan.Of(Read(wanted).Select(InputQuantity.Derivative));
        Assert.Equal(sweeps, plan.Sweeps);
        Assert.All(Read(wanted),
            index => Assert.Equal(index, new DerivativeIndex(0, [.. plan.SourceOf(index).Swept.Variables, plan.SourceOf(index).Variable]).Commuted));
    }

    [Fact]
    public void What_is_swept_can_itself_be_had()
    {
        var random = new Random(5);
        for (var round = 0; round < 500; round++)
        {
            var wanted = Random(random);
            var plan = DerivativePlan.Of(wanted.Select(InputQuantity.Derivative));
            Assert.All(plan.Swept.Where(swept => swept.Order > 0), swept => Assert.Contains(plan.SourceOf(swept).Swept, plan.Swept));
            Assert.All(plan.Swept, swept => Assert.Equal(swept.Order > 0 && plan.IsSweptAgain(plan.SourceOf(swept).Swept), swept.Order > 0));
        }
    }

    [Fact]
    public void Fewer_sweeps_would_not_do()
    {
        var random = new Random(7);
        for (var round = 0; round < 200; round++)
        {
            var wanted = Random(random);
            Assert.Equal(Fewest(wanted), DerivativePlan.Of(wanted.Select(InputQuantity.Derivative)).Sweeps);
        }
    }

    [Fact]
    public void A_gradient_takes_one_sweep_which_serves_first_derivatives_too()
    {
        Assert.Equal(1, DerivativePlan.Of([InputQuantity.Gradient(0), InputQuantity.Derivative(new DerivativeIndex(0, 1))]).Sweeps);
        Assert.Equal(2, DerivativePlan.Of([InputQuantity.Gradient(0), InputQuantity.Gradient(1)]).Sweeps);
    }

    [Fact]
    public void Where_derivatives_do_not_commute_each_is_taken_as_it_is_written()
    {
        var plan = DerivativePlan.Of(Read("01 10 001").Select(InputQuantity.Derivative), inOrder: true);
        Assert.Equal(["0:", "0:0", "0:0,0", "0:1"], plan.Swept.Select(swept => swept.ToString()).Order(StringComparer.Ordinal));
        Assert.Equal((new DerivativeIndex(0, 1), 0), plan.SourceOf(new DerivativeIndex(0, 1, 0)));
    }

    [Fact]
    public void Thousands_of_derivatives_are_planned_as_well()
    {
        var variables = Enumerable.Range(0, 20);
        var wanted = (from a in variables from b in variables from c in variables select new DerivativeIndex(0, a, b, c)).ToList();
        var plan = DerivativePlan.Of(wanted.Select(InputQuantity.Derivative));
        Assert.Equal(1 + 20 + (20 * 21 / 2), plan.Sweeps);
        Assert.All(wanted, index => Assert.Contains(plan.SourceOf(index).Swept, plan.Swept));
    }

    private static List<DerivativeIndex> Read(string text) =>
        [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => new DerivativeIndex(0, word.Select(letter => letter - '0')))];

    private static List<DerivativeIndex> Random(Random random) =>
        [.. Enumerable.Range(0, random.Next(1, 4))
            .Select(_ => new DerivativeIndex(0, Enumerable.Range(0, random.Next(1, 4)).Select(_ => random.Next(2))).Commuted).Distinct()];

    /// <summary>The fewest by trying all sets of swept derivatives, from the smallest on.</summary>
    private static int Fewest(List<DerivativeIndex> wanted)
    {
        // Two variables, swept orders 0 to 2: 1 + 2 + 3 candidates.
        DerivativeIndex[] candidates = [new(0), new(0, 0), new(0, 1), new(0, 0, 0), new(0, 0, 1), new(0, 1, 1)];
        return Enumerable.Range(0, 1 << candidates.Length)
            .Select(mask => candidates.Where((_, i) => (mask >> i & 1) == 1).ToHashSet())
            .Where(swept => wanted.Concat(swept).Where(index => index.Order > 0)
                .All(index => index.Variables.Distinct().Any(variable => swept.Contains(index.Without(variable)))))
            .Min(swept => swept.Count);
    }
}
