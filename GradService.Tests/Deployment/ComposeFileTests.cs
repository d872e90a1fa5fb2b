using System.Globalization;
using System.Text.RegularExpressions;
using GradService.Api.Hosting.Connections;
using GradService.Api.Serving.Admission;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Tests.Docs;
using Microsoft.Extensions.Configuration;

namespace GradService.Tests.Deployment;

/// <summary>docker-compose.yml, checked against the Dockerfile and the service where nothing can run it.</summary>
public sealed partial class ComposeFileTests
{
    private static ComposeFile Compose => ComposeFile.OfTheProject;

    [Fact]
    public void It_builds_the_project_for_the_processor_that_libtorch_comes_for()
    {
        Assert.True(Repository.Has($"{Compose.Text("build")}/Dockerfile"));
        Assert.Equal("linux/amd64", Compose.Text("platform"));
    }

    [Fact]
    public void The_service_is_published_on_loopback_alone_at_its_usual_port() =>
        Assert.Equal([$"127.0.0.1:5080:{Dockerfile.OfTheProject.Image.Only("EXPOSE").Arguments}"], Compose.List("ports"));

    [Fact]
    public void Every_variable_is_known_and_in_range() =>
        Assert.All(Compose.Environment, variable => Assert.Null(Variables.WhyWrong(variable.Key, variable.Value)));

    [Fact]
    public void So_are_those_that_wait_to_be_uncommented()
    {
        var waiting = Commented().Matches(Repository.Read("docker-compose.yml"))
            .Select(match => (Name: match.Groups[1].Value, Value: match.Groups[2].Value)).ToList();
        Assert.Equal(["ASPNETCORE_FORWARDEDHEADERS_ENABLED", "PathBase"], waiting.Select(variable => variable.Name));
        Assert.All(waiting, variable => Assert.Null(Variables.WhyWrong(variable.Name, variable.Value)));
    }

    [Fact]
    public void Stored_networks_are_on_a_volume_where_the_image_has_them() =>
        Assert.Equal([$"gradservice:{Dockerfile.OfTheProject.Image.Environment["Storage__Folder"]}"], Compose.List("volumes"));

    [Fact]
    public void The_service_may_neither_write_elsewhere_nor_gain_privileges()
    {
        Assert.Equal("true", Compose.Text("read_only"));
        Assert.Equal(["/tmp"], Compose.List("tmpfs"));
        Assert.Equal(["ALL"], Compose.List("cap_drop"));
        Assert.Equal(["no-new-privileges:true"], Compose.List("security_opt"));
    }

    [Fact]
    public void The_threads_have_a_processor_each() =>
        Assert.Equal(double.Parse(Compose.Text("cpus"), CultureInfo.InvariantCulture), Settings<ComputeOptions>().ComputeThreads);

    [Fact]
    public void All_that_may_run_and_wait_at_once_fits_into_memory()
    {
        // What a process takes that has loaded libtorch.
        const long Process = 250L << 20;
        var compute = Settings<ComputeOptions>();
        var kept = Settings<EngineOptions>(AdmissionServices.EngineSection).NetworkCacheBytes;
        Assert.Contains("Limits__MaxTotalNativeBytes", Compose.Environment.Keys);
        Assert.Contains("Limits__MaxBufferedBytes", Compose.Environment.Keys);
        Assert.InRange(Process + compute.MaxTotalNativeBytes + compute.MaxBufferedBytes + kept, 0, Compose.Bytes("mem_limit"));
    }

    [Fact]
    public void As_many_requests_of_the_largest_size_as_there_are_threads_fit_into_the_budgets()
    {
        var (limits, compute) = (Settings<Limits>(), Settings<ComputeOptions>());
        Assert.InRange(compute.ComputeThreads * limits.MaxNativeBytes, 0, compute.MaxTotalNativeBytes);
        Assert.InRange(compute.ComputeThreads * ((2 * limits.MaxRequestBytes) + limits.MaxResultBytes), 0, compute.MaxBufferedBytes);
    }

    [Fact]
    public void There_is_room_for_more_threads_than_compute() =>
        Assert.InRange(int.Parse(Compose.Text("pids_limit"), CultureInfo.InvariantCulture), 64 + Settings<ComputeOptions>().ComputeThreads, 4096);

    [Fact]
    public void What_is_being_computed_may_end_before_the_service_is_stopped() =>
        AssertAscending(Settings<ComputeOptions>().DeadlineSeconds, Settings<ConnectionOptions>(ConnectionOptions.Section).ShutdownSeconds,
            Compose.Seconds("stop_grace_period"));

    [Fact]
    public void It_comes_back_by_itself() => Assert.Equal("unless-stopped", Compose.Text("restart"));

    private static void AssertAscending(params double[] values) =>
        Assert.All(values.Zip(values.Skip(1)), pair => Assert.True(pair.First < pair.Second, $"{pair.First} beside {pair.Second}"));

    /// <summary>The settings that the service has under these variables.</summary>
    private static T Settings<T>(string section = AdmissionServices.Section)
        where T : new()
    {
        var settings = new T();
        new ConfigurationBuilder().AddJsonFile(Repository.PathOf("GradService.Api/appsettings.json"))
            .AddInMemoryCollection(Compose.Environment.Select(
                variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)))
            .Build().GetSection(section).Bind(settings);
        return settings;
    }

    [GeneratedRegex("^ *# (\\w+): \"?([^\"\n ]+)\"?$", RegexOptions.Multiline)]
    private static partial Regex Commented();
}
