using System.Text.Json.Nodes;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;
using GradService.Fuzz.Mutations;
using GradService.Fuzz.Search;
using GradService.Tests.Problems;

namespace GradService.Tests.Fuzz;

/// <summary>The parts of the search for worst cases, without a service: what it keeps, how it changes requests, and what it calls a finding.</summary>
[Trait("Lane", "Slow")]
public sealed class SearchTests
{
    private static readonly Cost Sound = new()
    {
        PricedSeconds = 1, PricedBytes = 200e6, CpuSeconds = 1, Bytes = 400e6, Seconds = 7.9, WaitedSeconds = 1, Status = 200, CheapSeconds = 0.9,
    };

    [Fact]
    public void Of_each_cell_the_worst_is_kept_by_each_measure()
    {
        var archive = new Archive();
        var (sum, hessian) = (Asking("sum"), Asking("hessian"));
        Assert.True(archive.Add(sum, Measure.Time, 2));
        Assert.False(archive.Add(sum with { Samples = 9 }, Measure.Time, 2));
        Assert.True(archive.Add(sum with { Samples = 10 }, Measure.Time, 3));
        Assert.True(archive.Add(sum with { Samples = 11 }, Measure.Memory, 1));
        Assert.True(archive.Add(hessian, Measure.Time, 1));
        Assert.Equal(10, archive.Worst(sum.Cell, Measure.Time)!.Samples);
        Assert.Equal(11, archive.Worst(sum.Cell, Measure.Memory)!.Samples);
        Assert.Equal(4, archive.Worst(hessian.Cell, Measure.Time)!.Samples);
        Assert.Null(archive.Worst(hessian.Cell, Measure.Memory));
        Assert.Equal(3, archive.Count);
    }

    [Fact]
    public void Cells_with_findings_are_drawn_more_seldom()
    {
        var archive = new Archive();
        archive.Add(Asking("sum"), Measure.Time, 1);
        archive.Add(Asking("hessian"), Measure.Time, 1);
        var random = new Random(1);
        var known = Asking("sum").Cell;
        var drawn = Enumerable.Range(0, 1_000).Count(_ => archive.Draw(random, cell => cell == known).Cell == known);
        Assert.InRange(drawn, 20, 120);
    }

    [Fact]
    public void Requests_are_told_apart_by_endpoint_kind_and_layers()
    {
        Assert.Equal("gradients sum norm", Asking("sum").Cell);
        var cells = SeedCandidates.Good.Concat(SeedCandidates.Known).Select(candidate => candidate.Cell).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "forward conv", "forward pool", "gradients jacobian norm", "gradients/compare norm", "objectives norm", "objectives/compare norm",
                "figures coupling norm", "figures curves norm", "networks norm", "Evaluate", "tesseract/apply",
                "GET networks/parameters x-npz", "GET networks", "PUT names/moved",
            },
            cells);
    }

    [Fact]
    public void Every_seed_can_be_written_out_and_the_great_ones_are_great()
    {
        Assert.All(SeedCandidates.Good.Concat(SeedCandidates.Known), seed => Assert.True(CandidateBody.IsSound(seed), $"{seed.Path}: {seed.Template}"));
        Assert.InRange(CandidateBody.Of(SeedCandidates.Known.Single(seed => seed.Path == "/Evaluate")).Body.Length, 30_000_000, 60_000_000);
        Assert.InRange(CandidateBody.Of(SeedCandidates.Known.First(seed => seed.Path == "/v1/forward")).Body.Length, 100, 1_000);
    }

    [Fact]
    public void A_mark_is_written_as_what_it_stands_for()
    {
        var candidate = new Candidate("POST", "/v1/objectives", JsonNode.Parse("""
            {
              "network": { "inputShape": [2], "layers": [{ "$times": 2, "of": { "type": "linear", "outFeatures": 3 } }] },
              "variables": { "$names": "x", "of": "sample" }, "outputs": { "$names": "u", "of": "out" },
              "points": { "$array": ["N", "sample"] }, "vec": { "$array": ["N*3"], "as": "list" },
              "terms": [{ "$times": 2, "of": { "name": "t#", "residual": { "$formula": "u", "plus": "+x", "times": 2 } } }]
            }
            """), Samples: 1);
        var written = JsonNode.Parse(CandidateBody.Of(candidate).Body)!;
        Assert.Equal("""[{"type":"linear","outFeatures":3},{"type":"linear","outFeatures":3}]""", written["network"]!["layers"]!.ToJsonString());
        Assert.Equal("""["x","x1"]["u","u1","u2"]""", written["variables"]!.ToJsonString() + written["outputs"]!.ToJsonString());
        Assert.Equal(["t0 u+x+x", "t1 u+x+x"], written["terms"]!.AsArray().Select(term => $"{term!["name"]} {term["residual"]}"));
        Assert.Equal((1, 2, 3), (written["points"]!.AsArray().Count, written["points"]![0]!.AsArray().Count, written["vec"]!.AsArray().Count));
    }

    [Fact]
    public void A_candidate_without_meaning_is_not_sound()
    {
        Assert.False(CandidateBody.IsSound(new Candidate("POST", "/v1/forward", JsonNode.Parse("""{ "inputs": { "$array": ["N", "sample"] } }"""))));
        Assert.False(CandidateBody.IsSound(Forward("""[{ "type": "conv2d", "outChannels": 1, "kernelSize": 3 }]""")));
        Assert.False(CandidateBody.IsSound(Forward("""[{ "type": "tanh" }]""") with { Samples = 10_000_000 }));
        Assert.True(CandidateBody.IsSound(Forward("""[{ "type": "tanh" }]""")));
    }

    /// <summary>Read and priced as the service does it; of those that other protocols take nothing is said here.</summary>
    [Fact]
    public void Most_of_what_comes_of_mutations_the_service_would_compute()
    {
        var (gradients, objectives, random) = (DomainServices.Gradients(), DomainServices.Objectives(), new Random(1));
        string[] paths = ["/v1/forward", "/v1/gradients", "/v1/objectives"];
        var population = SeedCandidates.Good.Where(seed => paths.Contains(seed.Path) && seed.Template!["network"]!["layers"] is not null).ToList();
        var seeds = population.Count;
        var (priced, refusals) = (0, new List<string>());
        for (var i = 0; i < 500; i++)
        {
            var child = CandidateMutation.Mutate(population[random.Next(population.Count)], population[random.Next(population.Count)], random);
            child = child with { Arrays = ArrayForm.Base64, Samples = Math.Min(child.Samples, 100) };
            try
            {
                var body = CandidateBody.Of(child).Body;
                using var price = (IDisposable)(child.Path switch
                {
                    "/v1/forward" => gradients.QuoteForward(RequestReader.Read<ForwardRequest>(body)),
                    "/v1/gradients" => gradients.QuoteGradient(RequestReader.Read<GradientRequest>(body)),
                    _ => objectives.QuoteEvaluation(RequestReader.Read<ObjectiveRequest>(body)),
                });
                priced++;
                population.Add(child);
            }
            catch (Exception refused) when (refused is FaultException or UnsoundCandidateException)
            {
                refusals.Add(refused.Message);
            }
        }

        Assert.True(priced > 300, $"{priced} of 500, {string.Join('\n', refusals.Take(20))}");
        var cells = population.Skip(seeds).Select(child => child.Cell).Distinct().Count();
        Assert.True(cells > population.Take(seeds).Select(seed => seed.Cell).Distinct().Count(), $"{cells} cells");
    }

    [Fact]
    public void A_finding_is_read_as_it_was_written()
    {
        var file = Path.GetTempFileName();
        try
        {
            var candidate = Asking("hvp") with { Samples = 7, Copies = 2, Arrays = ArrayForm.Npz, Accept = MutatedRequest.Npz };
            new Finding(candidate, candidate.Cell, Rule.Late, "9 s").Write(file);
            Assert.Equal(candidate.ToJson().ToJsonString(), Finding.Read(file).ToJson().ToJsonString());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public async Task What_breaks_a_rule_is_made_smaller_as_long_as_it_does()
    {
        var large = Asking("sum") with { Samples = 1_000, Copies = 8 };
        static int LayersOf(Candidate each) => each.Template!["network"]!["layers"]!.AsArray().Count;
        static Task<string?> BreaksAsync(Candidate each) => Task.FromResult(each.Samples >= 100 && LayersOf(each) >= 2 ? $"{each.Samples}" : null);
        var (small, figure) = await Minimisation.SmallestAsync(large, "first", BreaksAsync, trials: 40);
        Assert.Equal((125, 1, 2, "125"), (small.Samples, small.Copies, LayersOf(small), figure));
        Assert.Equal(large, (await Minimisation.SmallestAsync(large, "first", _ => Task.FromResult<string?>(null), trials: 40)).Candidate);
    }

    [Fact]
    public void What_is_within_every_rule_is_no_finding() => Assert.Empty(Verdict.Of(Sound, deadline: 2));

    [Theory]
    [InlineData(nameof(Rule.Late))]
    [InlineData(nameof(Rule.Memory))]
    [InlineData(nameof(Rule.Starved))]
    [InlineData(nameof(Rule.Failure))]
    [InlineData(nameof(Rule.Lost))]
    public void Each_rule_is_broken_by_itself(string rule)
    {
        var broken = rule switch
        {
            nameof(Rule.Late) => Sound with { Seconds = 8.1 },
            nameof(Rule.Memory) => Sound with { Bytes = 501e6 },
            nameof(Rule.Starved) => Sound with { CheapSeconds = 1.1 },
            nameof(Rule.Failure) => Sound with { Status = 500 },
            _ => Sound with { Lost = "the process ended" },
        };
        Assert.Equal(rule, Assert.Single(Verdict.Of(broken, deadline: 2)).Rule.ToString());
    }

    [Fact]
    public void A_large_answer_has_the_time_in_which_it_is_written()
    {
        Assert.Empty(Verdict.Of(Sound with { Seconds = 9, ReadSeconds = 1.2 }, deadline: 2));
        Assert.Equal(Rule.Late, Assert.Single(Verdict.Of(Sound with { Seconds = 9.3, ReadSeconds = 1.2 }, deadline: 2)).Rule);
    }

    [Fact]
    public void What_has_no_end_is_late_however_little_of_a_busy_machine_it_got() =>
        Assert.Equal(Rule.Late, Assert.Single(Verdict.Of(Sound with { Seconds = 30, WaitedSeconds = 25, HasNoEnd = true }, deadline: 2)).Rule);

    [Theory]
    [InlineData(503)]
    [InlineData(507)]
    [InlineData(413)]
    public void A_deliberate_refusal_is_no_finding(int status) => Assert.Empty(Verdict.Of(Sound with { Status = status }, deadline: 2));

    [Fact]
    public void Scores_are_what_was_taken_for_what_was_priced()
    {
        Assert.Equal((1, 2), (Sound.Score(Measure.Time), Sound.Score(Measure.Memory)));

        // A request that costs nothing is no worst case, however little it was priced at.
        Assert.Equal(0.1, new Cost { CpuSeconds = 0.01, PricedSeconds = 1e-6 }.Score(Measure.Time), 12);
        Assert.Null(new Cost { CpuSeconds = 0.01, PricedSeconds = 1e-6 }.TimeRatio);
    }

    private static Candidate Asking(string kind) => new("POST", "/v1/gradients", JsonNode.Parse($$"""
        {
          "network": { "inputShape": [1], "layers": [{ "type": "linear" , "outFeatures": 1 }, { "type": "batchNorm" }, { "type": "tanh" }] },
          "inputs": { "$array": ["N", "sample"] }, "gradient": { "kind": "{{kind}}" }
        }
        """));

    private static Candidate Forward(string layers) => new("POST", "/v1/forward", JsonNode.Parse($$"""
        { "network": { "inputShape": [3], "layers": {{layers}} }, "inputs": { "$array": ["N", "sample"] } }
        """));
}
