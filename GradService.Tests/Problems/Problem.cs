using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Oracles;

namespace GradService.Tests.Problems;

/// <summary>A network with all its parameters, a batch, and how BatchNorm and dropout behave: what a law is about.</summary>
/// <param name="Network">The network; its learnable parameters are all given.</param>
/// <param name="Inputs">[N, D…] flat; numbers that float32 can hold.</param>
/// <param name="Samples">N.</param>
/// <param name="Norm">Modes and reference batch.</param>
/// <param name="DropoutSeed">Absent: dropout is the identity.</param>
/// <param name="Salt">Seeds whatever a law draws beside: cotangents, selections, permutations.</param>
internal sealed record Problem(NetworkSpec Network, double[] Inputs, int Samples, BatchNormSpec Norm, long? DropoutSeed = null, int Salt = 0)
{
    public IEnumerable<PlacedLayer> BatchNorms => PlacedLayer.All(Network).Where(placed => placed.Layer is BatchNorm);

    /// <summary>D.</summary>
    public int InputElements => Inputs.Length / Samples;

    /// <summary>M.</summary>
    public int OutputElements => PlacedLayer.Elements(PlacedLayer.Output(Network));

    public bool IsDouble => Network.Dtype == Dtype.Float64;

    public bool Coupled => BatchNorms.Any(placed => IsCoupled(placed));

    public Shape InputShape => new([Samples, .. Network.InputShape.Select(size => (long)size)]);

    public ManagedForward Oracle => new(Network, Norm, DropoutSeed);

    public GradientRequest Ask(Question question, bool finiteDifferences = false) => new()
    {
        Network = Network,
        Inputs = new NdArray(InputShape, Inputs),
        BatchNorm = Norm,
        Dropout = DropoutSeed is { } seed ? new DropoutSpec { Seed = seed } : null,
        Diagnostics = new DiagnosticsSpec { FiniteDifferences = finiteDifferences },
        Gradient = question,
    };

    public Problem In(Dtype dtype) => this with { Network = Network with { Dtype = dtype } };

    /// <summary>The same problem with a mode for each BatchNorm layer; a reference batch that nobody needs any more is dropped.</summary>
    public Problem WithModes(Func<PlacedLayer, BatchNormMode, BatchNormMode> change)
    {
        var modes = BatchNorms.ToDictionary(placed => placed.Name, placed => change(placed, ModeOf(placed)));
        return this with
        {
            Norm = new BatchNormSpec
            {
                Mode = Norm.Mode == Reference.Mode ? TrainDetached.Mode : Norm.Mode,
                Layers = modes,
                ReferenceInputs = modes.ContainsValue(Reference.Mode) ? Norm.ReferenceInputs : null,
            },
        };
    }

    /// <summary>The same problem with every BatchNorm layer in one mode, by default and not by override.</summary>
    public Problem InMode(BatchNormMode mode, NdArray? reference = null) => this with { Norm = new BatchNormSpec { Mode = mode, ReferenceInputs = reference } };

    /// <summary>The same statistics, held constant: what coupled layers do becomes trainDetached.</summary>
    public Problem Detached() => WithModes((placed, mode) => IsCoupled(placed) ? TrainDetached.Mode : mode);

    public Random Draws() => new(Salt);

    /// <summary>Numbers in ±1 that float32 can hold.</summary>
    public static NdArray Draw(Random random, params ReadOnlySpan<long> shape)
    {
        var array = new Shape(shape);
        return new NdArray(array, [.. Enumerable.Range(0, (int)array.Elements).Select(_ => (double)(float)((2 * random.NextDouble()) - 1))]);
    }

    public override string ToString() =>
        $"[{string.Join(", ", Network.InputShape)}] {Words(Network.Layers)}; {Network.Dtype}, N = {Samples}, mode {Norm.Mode}"
        + $"{string.Concat((Norm.Layers ?? new Dictionary<string, BatchNormMode>()).Select(pair => $" {pair.Key}:{pair.Value}"))}"
        + $"{(Norm.ReferenceInputs is { } reference ? $", R = {reference.Shape[0]}" : "")}{(DropoutSeed is { } seed ? $", dropout {seed}" : "")}, salt {Salt}";

    public BatchNormMode ModeOf(PlacedLayer placed) => Norm.Layers?.GetValueOrDefault(placed.Name) ?? Norm.Mode;

    private bool IsCoupled(PlacedLayer placed) =>
        ModeOf(placed).GradientFlows || (ModeOf(placed) == Eval.Mode && !((BatchNorm)placed.Layer).TrackRunningStats);

    private static string Words(IEnumerable<Layer> layers) => string.Join(" – ", layers.Select(layer => layer.Inner().Any()
        ? $"{(layer is Branches { Combine: var combine, Axis: var axis } ? $"{combine} {axis}" : "residual")}"
            + $"({string.Join(" | ", layer.Inner().Select(list => Words(list.Layers)))})"
        : $"{layer}".Replace("Activation { } ", "", StringComparison.Ordinal)));
}
