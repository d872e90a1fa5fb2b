using GradService.Domain.Arrays;

namespace GradService.Domain.Networks;

/// <summary>
/// What passes and sweeps over a network take, in nanoseconds of one usual core: its layers' figures summed up once, so that a request is
/// priced in a few products however many layers there are.
/// </summary>
internal sealed class NetworkWork
{
    // Beside the layers: the alias and the flat view of a pass, the engine's start of a sweep, the copy of its result.
    private const double Pass = 4_000;
    private const double Sweep = 12_000;

    // An order more of derivatives doubles the graph and somewhat more.
    private const double EachOrder = 2.3;

    // Memory that the allocator gives back to the system comes page by page, and zeroed.
    private const double FreshByte = 0.25;
    private const long ReusedBytes = 24L << 20;

    // Of a pass in managed memory, and of a block of samples in one of its layers.
    private const double DensePass = 1_500;
    private const double DenseLayer = 250;

    private readonly int _itemSize;
    private readonly int _layers;
    private readonly long _input;
    private readonly long _kept;
    private readonly long _forwardWritten;
    private readonly long _backwardWritten;
    private readonly LayerWork _once;
    private readonly LayerWork _again;
    private readonly (double Forward, double Backward)? _dense;

    private NetworkWork(NetworkShape shape, Dtype dtype, IReadOnlyList<(LayerNode Node, LayerWork Work)> layers, (double Forward, double Backward)? dense)
    {
        _itemSize = dtype.SizeInBytes();
        _layers = layers.Count;
        _input = shape.Input.Elements;
        _dense = dense;
        _once = Sum(layers, _ => 1);
        _again = Sum(layers, work => work.Again);
        _forwardWritten = layers.Aggregate(0L, (sum, layer) => sum.SaturatingPlus(layer.Node.Output.Elements).SaturatingPlus(layer.Work.ForwardScratch));
        _backwardWritten = layers.Aggregate(0L, (sum, layer) => sum.SaturatingPlus(layer.Node.Input.Elements).SaturatingPlus(layer.Work.BackwardScratch));
        _kept = layers.Aggregate(shape.KeptElements, (sum, layer) => sum.SaturatingPlus(layer.Work.ForwardScratch));
        LongestForward = layers.MaxBy(layer => layer.Work.Forward);
        LongestBackward = layers.MaxBy(layer => layer.Work.Backward + layer.Work.Parameters);
    }

    /// <summary>The layer that takes longest on the way there.</summary>
    public (LayerNode Node, LayerWork Work) LongestForward { get; }

    /// <summary>The layer that takes longest on the way back.</summary>
    public (LayerNode Node, LayerWork Work) LongestBackward { get; }

    /// <summary>Whether the dense engine can run it.</summary>
    public bool IsDense => _dense is not null;

    public static NetworkWork Of(NetworkShape shape, Dtype dtype)
    {
        (double Forward, double Backward)? dense = shape.Input.Rank == 1 ? (0, 0) : null;
        foreach (var node in shape.All)
        {
            var own = node.Layer.DenseWork(node, dtype);
            dense = dense is { } sum && own is { } more ? (sum.Forward + more.Forward, sum.Backward + more.Backward) : null;
        }

        return new NetworkWork(shape, dtype, [.. shape.All.Select(node => (node, node.Layer.Work(node, dtype)))], dense);
    }

    /// <summary>A forward pass.</summary>
    public double Forward(double samples) => Pass + _once.ForwardCall + (samples * _once.Forward) + Fresh(samples, _forwardWritten);

    /// <summary>The forward pass of one layer.</summary>
    public static double Forward(LayerWork layer, double samples) => layer.ForwardCall + (samples * layer.Forward);

    /// <summary>A backward sweep.</summary>
    /// <param name="samples">The samples of the pass.</param>
    /// <param name="order">1 over the graph of the pass; one more for each gradient that is differentiated.</param>
    /// <param name="parameters">Whether it goes to the parameters too.</param>
    public double Backward(double samples, int order = 1, bool parameters = false)
    {
        var layers = order == 1 ? _once : _again;
        var sweep = layers.BackwardCall + (samples * layers.Backward) + Fresh(samples, _backwardWritten)
            + (parameters ? layers.ParametersCall + (samples * layers.Parameters) : 0);
        return Sweep + (sweep * Math.Pow(EachOrder, Math.Max(0, order - 2)));
    }

    /// <summary>A forward pass in managed memory.</summary>
    public double DenseForward(double samples) => DensePass + DenseOf(samples, _dense!.Value.Forward);

    /// <summary>A backward sweep in managed memory.</summary>
    public double DenseBackward(double samples) => DensePass + DenseOf(samples, _dense!.Value.Backward);

    // Blocks are of at least two vectors.
    private double DenseOf(double samples, double sample) => (_layers * DenseLayer * Math.Ceiling(samples / 1024)) + (Math.Max(samples, 8) * (sample + _input));

    private double Fresh(double samples, long written) => samples * _kept * _itemSize > ReusedBytes ? samples * written * _itemSize * FreshByte : 0;

    private static LayerWork Sum(IEnumerable<(LayerNode Node, LayerWork Work)> layers, Func<LayerWork, double> times) =>
        layers.Aggregate(LayerWork.None, (sum, layer) => new LayerWork
        {
            ForwardCall = sum.ForwardCall + layer.Work.ForwardCall,
            Forward = sum.Forward + layer.Work.Forward,
            BackwardCall = sum.BackwardCall + (layer.Work.BackwardCall * times(layer.Work)),
            Backward = sum.Backward + (layer.Work.Backward * times(layer.Work)),
            ParametersCall = sum.ParametersCall + (layer.Work.ParametersCall * times(layer.Work)),
            Parameters = sum.Parameters + (layer.Work.Parameters * times(layer.Work)),
        });
}
