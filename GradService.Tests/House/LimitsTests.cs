using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using GradService.Api.Serving.Admission;
using GradService.Domain.Budget;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>Limits: the defaults that the contract promises, each ranged, and the same in appsettings.json.</summary>
public sealed class LimitsTests
{
    private static readonly long Memory = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;

    private static readonly string[] LeftToTheMachine = ["ComputeThreads", "MaxTotalNativeBytes", "MaxBufferedBytes"];

    private static readonly Dictionary<string, double> Promised = new()
    {
        ["MaxRequestBytes"] = 64 * 1024 * 1024,
        ["MaxUploadBytes"] = 1024 * 1024 * 1024,
        ["MaxResultBytes"] = 256 * 1024 * 1024,
        ["MaxNativeBytes"] = 2.0 * 1024 * 1024 * 1024,
        ["MaxParameters"] = 300_000_000,
        ["MaxLayers"] = 1_000,
        ["MaxNesting"] = 16,
        ["MaxPasses"] = 100_000,
        ["MaxRowByRowWork"] = 10_000_000,
        ["MaxOperationSeconds"] = 5,
        ["ComputeThreads"] = Environment.ProcessorCount,
        ["QueueLength"] = 64,
        ["MaxTotalNativeBytes"] = Memory / 2,
        ["MaxBufferedBytes"] = Memory / 4,
        ["DeadlineSeconds"] = 30,
        ["StuckSeconds"] = 20,
    };

    [Fact]
    public void Defaults_are_those_of_the_contract() =>
        Assert.Equal(Promised.OrderBy(limit => limit.Key, StringComparer.Ordinal),
            Defaults(new Limits()).Concat(Defaults(new ComputeOptions())).OrderBy(limit => limit.Key, StringComparer.Ordinal));

    [Fact]
    public void The_settings_file_repeats_the_defaults_and_leaves_threads_and_memory_to_the_machine() =>
        Assert.Equal(
            Promised.Where(limit => !LeftToTheMachine.Contains(limit.Key)).OrderBy(limit => limit.Key, StringComparer.Ordinal),
            JsonNode.Parse(Repository.Read("GradService.Api/appsettings.json"))!["Limits"]!.AsObject()
                .Select(limit => KeyValuePair.Create(limit.Key, limit.Value!.GetValue<double>())).OrderBy(limit => limit.Key, StringComparer.Ordinal));

    [Fact]
    public void Every_limit_has_a_range_that_holds_its_default() =>
        Assert.All(typeof(Limits).GetProperties().Concat(typeof(ComputeOptions).GetProperties()).Where(property => property.SetMethod is not null), property =>
        {
            var range = Assert.Single(property.GetCustomAttributes(typeof(RangeAttribute), inherit: false).Cast<RangeAttribute>());
            Assert.InRange(Promised[property.Name], Convert.ToDouble(range.Minimum, null), Convert.ToDouble(range.Maximum, null));
        });

    [Fact]
    public void Whatever_is_measured_has_its_unit_in_its_name() =>
        Assert.DoesNotContain(Promised.Keys,
            name => (name.Contains("Size", StringComparison.Ordinal) || name.Contains("Time", StringComparison.Ordinal)
                || name.EndsWith("Deadline", StringComparison.Ordinal)) && !name.EndsWith("Bytes", StringComparison.Ordinal)
                && !name.EndsWith("Seconds", StringComparison.Ordinal));

    private static IEnumerable<KeyValuePair<string, double>> Defaults(object options) =>
        options.GetType().GetProperties().Where(property => property.SetMethod is not null)
            .Select(property => KeyValuePair.Create(property.Name, Convert.ToDouble(property.GetValue(options), null)));
}
