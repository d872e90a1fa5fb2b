using System.Runtime.InteropServices;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;
using GradService.Tests.Api;

namespace GradService.Tests.Domain.Catalog;

/// <summary>A network whose numbers are in a file: they are hashed from there, and read from there into tensors, with no array of them between.</summary>
[Collection(OneAtATime.Name)]
public sealed class NetworkInFileTests : IDisposable
{
    private const int Width = 1_100;

    // 1.2 million numbers: an array of them would show.
    private const long Bytes = sizeof(float) * (((long)Width * Width) + Width);

    private static readonly NetworkSpec Spec = new() { InputShape = [Width], Layers = [new Linear { OutFeatures = Width }, new BatchNorm()], Seed = 3 };

    private readonly TemporaryFolder _folder = new();
    private readonly CanonicalNetwork _network = CanonicalNetwork.Of(Spec, new Limits());

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Hashing_it_takes_no_array_and_gives_its_id()
    {
        using var file = Open(out var contents);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var again = CanonicalNetwork.Of(_network.Spec, new Limits(), contents);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bytes / 8);
        Assert.Equal((_network.Id, _network.ParameterBytes), (again.Id, again.ParameterBytes));
    }

    [Fact]
    public void Reading_it_takes_its_tensors_alone_and_gives_its_numbers()
    {
        using var file = Open(out var contents);
        var shape = NetworkShape.Infer(_network.Spec, new Limits());
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var built = BuiltNetwork.Read(ParameterValues.Of(_network.Spec, shape, contents), dense: true);
        file.Dispose();
        var tensors = built.Tensors;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Bytes / 8);
        Assert.Null(built.Dense);
        Assert.All(_network.Numbers, array => Assert.Equal(array.ToArray().RawBytes.ToArray(), tensors[array.Name].bytes.ToArray()));
        Assert.Equal(0, BuiltNetwork.CostOfReading(shape, dense: true).NativeBytes);
    }

    [Fact]
    public void One_that_the_dense_engine_may_run_is_in_memory_when_its_file_is_closed()
    {
        var small = CanonicalNetwork.Of(Spec with { InputShape = [2], Layers = [new Linear { OutFeatures = 3 }] }, new Limits());
        using var file = Open(small, out var contents);
        var shape = NetworkShape.Infer(small.Spec, new Limits());
        using var built = BuiltNetwork.Read(ParameterValues.Of(small.Spec, shape, contents), dense: true);
        file.Dispose();
        Assert.NotNull(built.Dense);
        Assert.Equal(MemoryMarshal.AsBytes(small.Numbers[0].ToArray().Singles).ToArray(), built.Tensors["0.weight"].bytes.ToArray());
        Assert.Equal(BuiltNetwork.CostOf(shape), BuiltNetwork.CostOfReading(shape, dense: true));
    }

    [Fact]
    public void Numbers_of_the_request_lie_over_those_of_the_file()
    {
        using var file = Open(out var contents);
        var bias = new NdArray(new Shape(Width), [.. Enumerable.Range(0, Width).Select(i => (double)i)]);
        var spec = _network.Spec with { Parameters = new Dictionary<string, NdArray> { ["0.bias"] = bias } };
        var values = ParameterValues.Of(spec, NetworkShape.Infer(spec, new Limits()), contents);
        Assert.Equal(7, values.All["0.bias"].ToArray()[7]);
        Assert.Equal(_network.Numbers[0].ToArray()[7], values.All["0.weight"].ToArray()[7]);
    }

    [Fact]
    public void Hashing_ends_when_it_is_cancelled()
    {
        using var file = Open(out var contents);
        Assert.Throws<OperationCanceledException>(() => CanonicalNetwork.Of(_network.Spec, new Limits(), contents, new CancellationToken(canceled: true)));
    }

    private FileStream Open(out IReadOnlyList<ArrayContent> contents) => Open(_network, out contents);

    private FileStream Open(CanonicalNetwork network, out IReadOnlyList<ArrayContent> contents)
    {
        Directory.CreateDirectory(_folder.Path);
        var file = new FileStream(Path.Combine(_folder.Path, "a.safetensors"), FileMode.Create);
        SafetensorsWriter.Write(file, network.Numbers);
        file.Position = 0;
        contents = SafetensorsReader.Open(file, FieldPath.Of("parameters"));
        return file;
    }
}
