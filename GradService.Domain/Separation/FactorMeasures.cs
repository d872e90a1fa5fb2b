using System.Numerics;
using System.Runtime.InteropServices;
using GradService.Domain.Arrays;
using GradService.Domain.Native;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// Squared norms of a batch Jacobian from its factors, by matrix products in double precision: of all statistics together, and of each
/// layer's alone.
/// </summary>
/// <remarks>
/// By the Gram matrix AᵀA, in N·K² products: Σ_{j≠i}‖A_j·P_i‖² = tr(P_iᵀ·AᵀA·P_i) − ‖A_i·P_i‖². With the statistics cut into layers,
/// tr is a sum over pairs of layers: those of a layer with itself are that layer's own, and all together are the whole.
/// </remarks>
internal sealed class FactorMeasures
{
    // Of few samples, statistics can cancel almost all of the coupling, and squares cannot be subtracted any more: their blocks are summed.
    private const long FewSamples = 16;

    // Numbers of a factor that are multiplied at once: in the processor's cache, and over in milliseconds.
    private const long AtOnce = 1 << 16;

    // The same where a sample's blocks are summed: all of the left factor is read for each.
    private const long BlocksAtOnce = 1 << 20;

    private readonly JacobianFactors _factors;
    private readonly Range[] _layers;
    private readonly CancellationToken _cancellation;
    private readonly double _unit;
    private readonly double _leftUnit;
    private readonly Sums[] _sums;

    private FactorMeasures(JacobianFactors factors, IReadOnlyList<long> layers, CancellationToken cancellation)
    {
        (_factors, _cancellation) = (factors, cancellation);
        _layers = [.. layers.Select((width, layer) => new Range((int)layers.Take(layer).Sum(), (int)layers.Take(layer + 1).Sum()))];
        _sums = [.. Enumerable.Range(0, layers.Count + 1).Select(_ => new Sums(new double[factors.Samples]))];
        var (left, right) = (factors.Left.MaxAbsolute(), factors.Right.MaxAbsolute());
        _leftUnit = CouplingMeasures.UnitOf(left);
        _unit = CouplingMeasures.UnitOf(Math.Max(factors.Diagonal.MaxAbsolute(), left * right));
    }

    /// <summary>How long it takes, in nanoseconds: numbers copied, products, and calls for each layer and part.</summary>
    public static double Work(long samples, long outputs, long elements, long statistics, int layers)
    {
        var (n, m, d, k) = ((double)samples, (double)outputs, (double)elements, (double)statistics);
        var products = BlockByBlock(samples, outputs, statistics) ? n * n * m * d * k : n * k * ((k * (m + d)) + (m * d));
        var (some, part) = Parts(samples, outputs, elements, statistics);
        var calls = layers * Math.Ceiling(n / some) * Math.Ceiling(d / part);
        return 20_000 + (5 * n * ((k * (m + d)) + (m * d))) + (0.05 * products) + (40_000 * calls);
    }

    private static bool BlockByBlock(long samples, long outputs, long statistics) => samples <= FewSamples || samples.SaturatingTimes(outputs) <= statistics;

    /// <summary>How many samples are taken at once, and how many elements of each.</summary>
    private static (long Samples, long Elements) Parts(long samples, long outputs, long elements, long statistics)
    {
        if (BlockByBlock(samples, outputs, statistics))
        {
            return (1, Math.Clamp(BlocksAtOnce / Math.Max(statistics, samples.SaturatingTimes(outputs)), 1, elements));
        }

        var columns = Math.Max(1, AtOnce / Math.Max(statistics, outputs));
        return (Math.Clamp(columns / elements, 1, samples), Math.Min(elements, columns));
    }

    /// <param name="factors">The factors.</param>
    /// <param name="layers">How many statistics each coupled layer has, in forward order.</param>
    /// <param name="cancellation">Ends the products between two blocks.</param>
    public static (CouplingMeasures Whole, IReadOnlyList<CouplingMeasures> Layers) Of(
        JacobianFactors factors, IReadOnlyList<long> layers, CancellationToken cancellation)
    {
        if (layers.Count == 0)
        {
            var norm = factors.Diagonal.Norm();
            return (new CouplingMeasures(norm, norm == 0 ? 0 : norm / norm, 0, new double[factors.Samples]), []);
        }

        var measures = new FactorMeasures(factors, layers, cancellation);
        measures.Sum();
        var all = measures._sums.Select(sums => new CouplingMeasures(measures._unit, sums.Columns.Sum() + sums.Own, sums.Columns.Sum(), sums.Columns)).ToList();
        return (all[^1], layers.Count == 1 ? [all[^1]] : all[..^1]);
    }

    private void Sum()
    {
        var (n, m, d, k) = (_factors.Samples, _factors.Outputs, _factors.Elements, _factors.Statistics);
        using var scope = NewDisposeScope();
        var blockByBlock = BlockByBlock(n, m, k);
        var gram = blockByBlock ? null : Gram();
        var all = blockByBlock ? Left(0, n) : null;
        var (samples, elements) = Parts(n, m, d, k);
        for (var sample = 0L; sample < n; sample += samples)
        {
            var some = Math.Min(samples, n - sample);
            using var rows = NewDisposeScope();
            var left = all ?? Left(sample, some);
            for (var element = 0L; element < d; element += elements)
            {
                _cancellation.ThrowIfCancellationRequested();
                using var block = NewDisposeScope();
                var part = new Part(sample, some, element, Math.Min(elements, d - element));
                if (gram is null)
                {
                    AddBlocks(part, left, Right(part));
                }
                else
                {
                    AddByGram(part, gram, left, Right(part));
                }
            }
        }
    }

    /// <summary>One sample's blocks, on the diagonal and off it.</summary>
    private void AddBlocks(Part part, Tensor left, Tensor right)
    {
        var diagonal = Diagonal(part)[0];
        var whole = (Tensor?)null;
        foreach (var (layer, range) in _layers.Index())
        {
            var coupled = Of(left, range, -1).flatten(0, 1).mm(Of(right, range, 0).flatten(1)).view(_factors.Samples, _factors.Outputs, part.Elements);
            whole = whole?.Plus(coupled) ?? coupled;
            if (_layers.Length > 1)
            {
                Add(_sums[layer], coupled.clone());
            }
        }

        Add(_sums[^1], whole!);

        void Add(Sums sums, Tensor coupled)
        {
            var own = coupled[part.Sample];
            sums.Own += Total(own.Plus(diagonal).Squared());
            own.Fill(0);
            sums.Columns[part.Sample] += Total(coupled.Squared());
        }
    }

    /// <summary>What some samples move of others, from all that they move but their own.</summary>
    private void AddByGram(Part part, Tensor gram, Tensor left, Tensor right)
    {
        var (diagonal, bySample) = (Diagonal(part), right.permute(1, 0, 2));
        var (whole, wholeThrough) = (diagonal.ZerosLike(), Tensors.Zeros([part.Samples], ScalarType.Float64));
        foreach (var (layer, range) in _layers.Index())
        {
            var (coupled, through) = (Of(left, range, -1).bmm(Of(bySample, range, 1)), Through(range, range));
            whole.add_(coupled, TensorOperations.One);
            wholeThrough.add_(through, TensorOperations.One);
            if (_layers.Length > 1)
            {
                Add(_sums[layer], coupled, through);
            }

            if (layer + 1 < _layers.Length)
            {
                wholeThrough.add_(Through(range, range.End..(int)_factors.Statistics).Times(2), TensorOperations.One);
            }
        }

        Add(_sums[^1], whole, wholeThrough);

        // For each sample tr(P_rowsᵀ·(AᵀA)_rows,columns·P_columns).
        Tensor Through(Range rows, Range columns) =>
            Of(Of(gram, rows, 0), columns, 1).mm(Of(right, columns, 0).flatten(1)).Times(Of(right, rows, 0).flatten(1))
                .SumOver([0]).view(part.Samples, part.Elements).SumOver([1]);

        void Add(Sums sums, Tensor coupled, Tensor through)
        {
            sums.Own += Total(coupled.Plus(diagonal).Squared());
            var others = through.Minus(coupled.Squared().SumOver([1, 2])).ToDoubles();
            for (var i = 0; i < others.Length; i++)
            {
                sums.Columns[part.Sample + i] += Math.Max(0, others[i]);
            }
        }
    }

    /// <summary>AᵀA over samples and outputs, [K, K].</summary>
    private Tensor Gram()
    {
        var k = _factors.Statistics;
        var gram = Tensors.Zeros([k, k], ScalarType.Float64);
        var samples = Math.Max(1, AtOnce / (k * _factors.Outputs));
        for (var sample = 0L; sample < _factors.Samples; sample += samples)
        {
            _cancellation.ThrowIfCancellationRequested();
            using var block = NewDisposeScope();
            var rows = Left(sample, Math.Min(samples, _factors.Samples - sample)).flatten(0, 1);
            gram.add_(rows.t().mm(rows), TensorOperations.One);
        }

        return gram;
    }

    /// <summary>[n, M, K], of some samples.</summary>
    private Tensor Left(long sample, long samples)
    {
        var width = _factors.Outputs * _factors.Statistics;
        return Copy([samples, _factors.Outputs, _factors.Statistics], 1 / _leftUnit, 1, _ => (_factors.Left, sample * width, samples * width));
    }

    /// <summary>[K, n, D'].</summary>
    private Tensor Right(Part part) => Copy([_factors.Statistics, part.Samples, part.Elements], _leftUnit / _unit, _factors.Statistics,
        k => (_factors.Right, (((k * _factors.Samples) + part.Sample) * _factors.Elements) + part.Element, part.Samples * part.Elements));

    /// <summary>[n, M, D'].</summary>
    private Tensor Diagonal(Part part) => Copy([part.Samples, _factors.Outputs, part.Elements], 1 / _unit, part.Samples * _factors.Outputs,
        row => (_factors.Diagonal, (((part.Sample * _factors.Outputs) + row) * _factors.Elements) + part.Element, part.Elements));

    /// <summary>Runs of an array in a row, in double precision, times a factor.</summary>
    private static Tensor Copy(long[] shape, double factor, long runs, Func<long, (NdArray Array, long From, long Count)> placed)
    {
        var copy = Tensors.Empty(shape, ScalarType.Float64);
        var to = MemoryMarshal.Cast<byte, double>(copy.bytes);
        for (var i = 0L; i < runs; i++)
        {
            var (array, from, count) = placed(i);
            var run = to[..(int)count];
            if (array.Dtype == Dtype.Float32)
            {
                Scaled(array.Singles.Slice((int)from, (int)count), factor, run);
            }
            else
            {
                Scaled(array.Doubles.Slice((int)from, (int)count), factor, run);
            }

            to = to[(int)count..];
        }

        return copy;
    }

    private static void Scaled<T>(ReadOnlySpan<T> values, double factor, Span<double> to)
        where T : IFloatingPointIeee754<T>
    {
        for (var i = 0; i < values.Length; i++)
        {
            to[i] = double.CreateTruncating(values[i]) * factor;
        }
    }

    private static Tensor Of(Tensor factor, Range statistics, long axis) =>
        factor.narrow(axis, statistics.Start.Value, statistics.End.Value - statistics.Start.Value);

    private static double Total(Tensor values) => values.SumOver([.. Enumerable.Range(0, (int)values.dim()).Select(axis => (long)axis)]).ToDoubles()[0];

    /// <summary>Some samples in a row whole, or some elements of one.</summary>
    private readonly record struct Part(long Sample, long Samples, long Element, long Elements);

    private sealed class Sums(double[] columns)
    {
        public double Own { get; set; }

        public double[] Columns { get; } = columns;
    }
}
