using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>All that a formula may read at some points in a row of a set.</summary>
internal sealed class PointValues : IFormulaValues
{
    private readonly Tensor _points;
    private readonly Tensor _outputs;
    private readonly InputDerivatives? _derivatives;
    private readonly long _derivativesFrom;
    private readonly Tensor? _target;

    // What has been read, where it is remembered: each reading of a column would send back a gradient as large as all columns.
    private readonly Dictionary<DerivativeIndex, Tensor>? _read;

    /// <param name="from">The first of the points, counted within the set.</param>
    /// <param name="points">[n, D], constants.</param>
    /// <param name="outputs">[n, M].</param>
    /// <param name="derivatives">Derivatives of a batch that the points are part of; null where none is needed.</param>
    /// <param name="derivativesFrom">The first of the points, counted within that batch.</param>
    public PointValues(long from, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom)
        : this(from, points, outputs, derivatives, derivativesFrom, target: null, read: null)
    {
    }

    private PointValues(
        long from, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom, Tensor? target,
        Dictionary<DerivativeIndex, Tensor>? read)
    {
        (From, _points, _outputs, _derivatives, _derivativesFrom, _target, _read) = (from, points, outputs, derivatives, derivativesFrom, target, read);
    }

    public long From { get; }

    public long Count => _points.shape[0];

    public Dtype Dtype => _points.dtype == ScalarType.Float32 ? Dtype.Float32 : Dtype.Float64;

    public Tensor Target => _target!;

    public Tensor Variable(int v) => _points.select(1, v);

    public Tensor Output(int m) => Remembered(new DerivativeIndex(m), () => _outputs.select(1, m));

    public Tensor Derivative(DerivativeIndex d) => Remembered(d, () => _derivatives![d].narrow(0, _derivativesFrom, Count));

    /// <summary>The gradient of an output with respect to each point, [n, D].</summary>
    public Tensor Gradient(int output) => _derivatives!.Gradient(new DerivativeIndex(output)).narrow(0, _derivativesFrom, Count);

    /// <summary>A derivative [n], or a whole gradient [n, D].</summary>
    public Tensor this[InputQuantity quantity] => quantity.WholeGradient ? Gradient(quantity.Index.Output) : Derivative(quantity.Index);

    /// <summary>The same values, each of which is read once, whatever formulas read it: in the scope of the first who asks.</summary>
    public PointValues Remembering() => new(From, _points, _outputs, _derivatives, _derivativesFrom, _target, read: []);

    /// <summary>Some of the points in a row.</summary>
    /// <param name="from">The first of them, counted within these.</param>
    /// <param name="count">How many.</param>
    public PointValues Rows(long from, long count) => from == 0 && count == Count ? this
        : new PointValues(From + from, _points.narrow(0, from, count), _outputs.narrow(0, from, count), _derivatives, _derivativesFrom + from);

    /// <summary>The same points with a term's target [n] of the whole set.</summary>
    public PointValues Aiming(NdArray? target) => target is null ? this
        : new PointValues(From, _points, _outputs, _derivatives, _derivativesFrom, target.Rows(From, Count).ToTensor(Dtype), _read);

    private Tensor Remembered(DerivativeIndex index, Func<Tensor> read)
    {
        if (_read is null)
        {
            return read();
        }

        if (!_read.TryGetValue(index, out var value))
        {
            _read[index] = value = read();
        }

        return value;
    }
}
