using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Objectives.Formulas;
using static TorchSharp.torch;

namespace GradService.Domain.Objectives;

/// <summary>All that a term may read at some points in a row.</summary>
internal interface ITermValues : IFormulaValues
{
    /// <summary>The first of the points, counted within the set.</summary>
    long From { get; }

    /// <summary>[n, M].</summary>
    Tensor Outputs { get; }

    /// <summary>The gradient of an output with respect to each point, [n, D].</summary>
    Tensor Gradient(int output);
}

/// <summary>What a formula reads that belongs to no single point: measured data of its set, and the numbers that are trained.</summary>
/// <param name="columns">[n] of the whole set, by name.</param>
/// <param name="unknowns">[] each.</param>
internal sealed class SharedValues(IReadOnlyDictionary<string, NdArray> columns, IReadOnlyList<Tensor> unknowns)
{
    public IReadOnlyDictionary<string, NdArray> Columns { get; } = columns;

    public IReadOnlyList<Tensor> Unknowns { get; } = unknowns;

    public static SharedValues None { get; } = new(new Dictionary<string, NdArray>(), []);
}

/// <summary>All that a formula may read at some points in a row of a set.</summary>
internal sealed class PointValues : ITermValues
{
    private readonly Tensor _points;
    private readonly InputDerivatives? _derivatives;
    private readonly long _derivativesFrom;
    private readonly SharedValues _shared;
    private readonly NdArray? _target;

    // What has been read, where it is remembered: each reading of a column would send back a gradient as large as all columns.
    private readonly Dictionary<DerivativeIndex, Tensor>? _read;

    /// <param name="from">The first of the points, counted within the set.</param>
    /// <param name="points">[n, D]: constants, or where gradients by the points are wanted part of their graph.</param>
    /// <param name="outputs">[n, M].</param>
    /// <param name="derivatives">Derivatives of a batch that the points are part of; null where none is needed.</param>
    /// <param name="derivativesFrom">The first of the points, counted within that batch.</param>
    /// <param name="shared">What belongs to no single point.</param>
    public PointValues(long from, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom, SharedValues shared)
        : this(from, points, outputs, derivatives, derivativesFrom, shared, target: null, read: null)
    {
    }

    private PointValues(
        long from, Tensor points, Tensor outputs, InputDerivatives? derivatives, long derivativesFrom, SharedValues shared, NdArray? target,
        Dictionary<DerivativeIndex, Tensor>? read)
    {
        (From, _points, Outputs, _derivatives, _derivativesFrom, _shared) = (from, points, outputs, derivatives, derivativesFrom, shared);
        (_target, _read) = (target, read);
    }

    public long From { get; }

    public long Count => _points.shape[0];

    public Dtype Dtype => _points.dtype.ToDtype();

    public Tensor Outputs { get; }

    public Tensor Read(Named name) => name switch
    {
        Variable variable => _points.select(1, variable.Index),
        Output output => Remembered(new DerivativeIndex(output.Index), () => Outputs.select(1, output.Index)),
        Derivative derivative => Derivative(derivative.Index),
        Unknown unknown => _shared.Unknowns[unknown.Index],
        Column column => Rows(_shared.Columns[column.Name]),
        _ => Rows(_target!),
    };

    /// <inheritdoc/>
    public Tensor Gradient(int output) => _derivatives!.Gradient(new DerivativeIndex(output)).narrow(0, _derivativesFrom, Count);

    /// <summary>A derivative [n], or a whole gradient [n, D].</summary>
    public Tensor this[InputQuantity quantity] => quantity.WholeGradient ? Gradient(quantity.Index.Output) : Derivative(quantity.Index);

    /// <summary>The same values, each of which is read once, whatever formulas read it: in the scope of the first who asks.</summary>
    public PointValues Remembering() => new(From, _points, Outputs, _derivatives, _derivativesFrom, _shared, _target, read: []);

    /// <summary>Some of the points in a row.</summary>
    /// <param name="from">The first of them, counted within these.</param>
    /// <param name="count">How many.</param>
    public PointValues Rows(long from, long count) => from == 0 && count == Count ? this
        : new PointValues(From + from, _points.narrow(0, from, count), Outputs.narrow(0, from, count), _derivatives, _derivativesFrom + from, _shared);

    /// <summary>The same points with a term's target [n] of the whole set.</summary>
    public PointValues Aiming(NdArray? target) => target is null ? this
        : new PointValues(From, _points, Outputs, _derivatives, _derivativesFrom, _shared, target, _read);

    private Tensor Derivative(DerivativeIndex d) => Remembered(d, () => _derivatives![d].narrow(0, _derivativesFrom, Count));

    private Tensor Rows(NdArray all) => all.Rows(From, Count).ToTensor(Dtype);

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

/// <summary>Points of several sets, paired in order; each name says on which it is read.</summary>
/// <param name="places">As many points of each.</param>
internal sealed class PairedValues(IReadOnlyList<PointValues> places) : ITermValues
{
    public long From => places[0].From;

    public long Count => places[0].Count;

    public Dtype Dtype => places[0].Dtype;

    public Tensor Outputs => places[0].Outputs;

    public Tensor Read(Named name) => places[name.Place].Read(name);

    public Tensor Gradient(int output) => places[0].Gradient(output);
}
