using GradService.Domain.Arrays;
using GradService.Domain.Native;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Statistics;
using static TorchSharp.torch;

namespace GradService.Domain.Separation;

/// <summary>
/// The batch Jacobian as block-diagonal plus low rank, exactly:
/// <code>∂y_j/∂x_i = δ_ij · ∂F/∂x (x_j, s) + Σ_l A_l[j] · P_l[i]</code>
/// Given the statistics s of the coupled layers, samples do not interact: y_j = F(x_j, s). All coupling goes through s. A_l[j] [K_l]
/// is the total derivative of y_j with respect to layer l's statistics, later layers' response included; P_l[i] [K_l, D] the explicit
/// derivative of these statistics with respect to x_i, earlier ones held fixed. Indices: j, i samples; m output elements; l layers in
/// forward order; in each layer the means come before the variances.
/// </summary>
internal sealed class LowRank : SeparationWay
{
    public static LowRank Way { get; } = new();

    public override bool Applies(Asked asked) => asked.For switch
    {
        AskedFor.OwnGradients => asked.Size.CoupledLayers.Count > 1,
        AskedFor.Blocks or AskedFor.Factors => asked.Size.Coupled,
        _ => false,
    };

    /// <summary>For A, for how each layer's statistics respond, and for own gradients those for the own blocks instead of P.</summary>
    public override long Sweeps(Asked asked) => asked.For == AskedFor.OwnGradients
        ? (2 * asked.Sweeps).SaturatingPlus(asked.Size.CoupledLayers.Skip(1).Sum(layer => layer.Sweeps))
        : asked.Sweeps.SaturatingPlus(asked.Size.CoupledLayers.Sum(layer => layer.Sweeps));

    protected override string Reason(Asked asked) => asked.For switch
    {
        AskedFor.OwnGradients => "by how outputs and later statistics respond to each layer's statistics",
        AskedFor.Blocks => "block-diagonal plus low rank, multiplied out",
        _ => "block-diagonal plus low rank",
    };

    public override NdArray OwnGradients(TorchRun run, long[] outputs, Shape resultShape, CancellationToken cancellation) =>
        new Coupling(run, cancellation).PerSample(outputs).ToNdArray().Reshape(resultShape);
}

/// <summary>How a run's outputs and statistics respond to its statistics and inputs; the notation is that of <see cref="LowRank"/>.</summary>
internal sealed class Coupling
{
    // Some 2 MB: the block stays in the processor's cache between the product and the copy.
    private const long ElementsAtOnce = 1 << 18;

    private readonly TorchRun _given;
    private readonly IReadOnlyList<Layer> _layers;
    private readonly IReadOnlyList<Tensor> _statistics;
    private readonly CancellationToken _cancellation;

    /// <summary>Runs again with each sample's statistics as leaves of its own, [N, C], so that one sweep serves all samples.</summary>
    public Coupling(TorchRun run, CancellationToken cancellation)
    {
        _cancellation = cancellation;
        var samples = run.Inputs.shape[0];
        var leaves = run.Coupled.ToDictionary(trace => trace.Site.Node, trace => new Moments(Leaf(trace.Moments.Mean), Leaf(trace.Moments.Variance)));
        var constants = run.Constants();
        _given = run.Rerun(run.Inputs, (site, _) => site.Coupled ? leaves[site.Node] : constants[site.Node]);
        _layers = [.. _given.Coupled.Select(trace => new Layer(trace))];
        _statistics = [.. _layers.SelectMany(layer => new[] { layer.Means, layer.Variances })];

        Tensor Leaf(Tensor values) => values.detach().expand(samples, values.shape[0]).clone().requires_grad_();
    }

    /// <summary>
    /// Elements that answering keeps beside the tensors of one run: each sample's statistics as leaves, their derivatives in a sweep and as
    /// they go to mean and variance; what enters the layers in the rerun, twice, with its slope and cotangents; the responses; M of each
    /// total derivative and own block, before and after they are stacked.
    /// </summary>
    /// <param name="size">The question's size.</param>
    /// <param name="outputs">M.</param>
    public static long WorkingElements(ProblemSize size, long outputs)
    {
        var entering = size.CoupledLayers.Aggregate(0L, (sum, layer) => sum.SaturatingPlus(layer.Channels.SaturatingTimes(layer.Positions)));
        var each = (4 * size.Statistics).SaturatingPlus(6 * entering)
            .SaturatingPlus(outputs.SaturatingTimes(2).SaturatingTimes(size.Statistics.SaturatingPlus(size.Input.Elements)));
        return size.Samples.SaturatingTimes(each).SaturatingPlus(size.Statistics.SaturatingTimes(size.Statistics).SaturatingTimes(2));
    }

    /// <summary>A coupled layer of the rerun.</summary>
    private sealed class Layer(TorchTrace trace)
    {
        public Tensor Entering { get; } = trace.Entering;

        public Tensor Means { get; } = trace.Moments.Mean;

        public Tensor Variances { get; } = trace.Moments.Variance;

        public long Channels { get; } = trace.Site.Node.Input[0];

        public bool HasPositions { get; } = trace.Site.Positions > 1;

        /// <summary>Values that a channel's statistics are taken over.</summary>
        public double Count { get; } = trace.Entering.shape[0] * trace.Site.Positions;

        /// <summary>2/n · (h − mean), how the variances move with each value; [N, C, …].</summary>
        public Tensor VarianceSlope { get; } = trace.Entering.detach().Minus(BatchNorm.PerChannel(trace.Moments.Mean.detach(), trace.Site.Node))
            .Times(2.0 / (trace.Entering.shape[0] * trace.Site.Positions));
    }

    /// <summary>∂y_i/∂x_i, [N, M, D]: M sweeps for A, those for S, and M more, without P.</summary>
    public Tensor PerSample(long[] outputs)
    {
        var (_, direct) = Direct(outputs, withInputs: false);
        var total = Total(direct, Responses(withInputs: false).Responses);
        var own = new List<Tensor>();
        for (var m = 0; m < outputs.Length; m++)
        {
            _cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();

            // Right to first order: the statistics frozen, y_i and its share in each layer's statistics weighed by how y_i responds to them.
            var roots = new List<(Tensor, Tensor)> { (_given.Outputs, Column(outputs[m])) };
            roots.AddRange(_layers.Select((layer, l) => (layer.Entering, ShareInStatistics(layer, total[l].select(1, m)))));
            own.Add(Autograd.VectorJacobianProducts(roots, [_given.Inputs])[0].flatten(1).MoveToOuterDisposeScope());
        }

        return stack(own, 1);
    }

    /// <summary>The factors of all blocks: diagonal [N, M, D], left [N, M, K], right [K, N, D].</summary>
    public (Tensor Diagonal, Tensor Left, Tensor Right) Factors(long[] outputs)
    {
        var (diagonal, direct) = Direct(outputs, withInputs: true);
        var (responses, right) = Responses(withInputs: true);
        return (diagonal!, cat(Total(direct, responses), 2), right!);
    }

    /// <summary>
    /// The factors multiplied out, block of rows by block of rows: N² numbers are written once, and the products are made in memory that
    /// libtorch aligned, as the last bit of a product depends on that.
    /// </summary>
    public static NdArray Dense(Tensor diagonal, Tensor left, Tensor right, Shape shape, Dtype dtype, CancellationToken cancellation)
    {
        var (n, m, d) = (diagonal.shape[0], diagonal.shape[1], diagonal.shape[2]);
        var result = NdArray.AllocateUninitialized(shape, dtype);
        var rows = Math.Clamp(ElementsAtOnce / (m * n * d), 1, n);
        var block = Tensors.Empty([rows, m, n, d], diagonal.dtype);
        var statistics = right.reshape(right.shape[0], -1);
        for (var first = 0L; first < n; first += rows)
        {
            cancellation.ThrowIfCancellationRequested();
            var count = Math.Min(rows, n - first);
            using var scope = NewDisposeScope();
            var some = block.narrow(0, 0, count);
            some.view(count * m, n * d).addmm_(left.narrow(0, first, count).reshape(count * m, -1), statistics, beta: 0, alpha: 1);

            // The own blocks, as a view: [M, D, count].
            var own = some.narrow(2, first, count).diagonal(0, 0, 2);
            own.copy_(own.Plus(diagonal.narrow(0, first, count).permute(1, 2, 0)));
            some.CopyTo(result, first * m * n * d);
        }

        return result;
    }

    /// <summary>Statistics held fixed: ∂y_i/∂x_i [N, M, D] where it is wanted, and for each layer the explicit ∂y_i/∂s_l [N, M, K_l]. M sweeps.</summary>
    private (Tensor? Diagonal, Tensor[] Direct) Direct(long[] outputs, bool withInputs)
    {
        var diagonal = new List<Tensor>();
        var direct = _layers.Select(_ => new List<Tensor>()).ToArray();
        foreach (var output in outputs)
        {
            _cancellation.ThrowIfCancellationRequested();
            using var sweep = NewDisposeScope();
            var products = Autograd.VectorJacobianProducts([(_given.Outputs, Column(output))],
                [.. _statistics, .. withInputs ? [_given.Inputs] : Array.Empty<Tensor>()]);
            if (withInputs)
            {
                diagonal.Add(products[^1].flatten(1).MoveToOuterDisposeScope());
            }

            for (var l = 0; l < _layers.Count; l++)
            {
                direct[l].Add(cat([products[2 * l], products[(2 * l) + 1]], 1).MoveToOuterDisposeScope());
            }
        }

        return (withInputs ? stack(diagonal, 1) : null, [.. direct.Select(rows => stack(rows, 1))]);
    }

    /// <summary>A_l = explicit part + Σ_{m&gt;l} A_m · S_{m,l}, from the last layer back; [N, M, K_l] each.</summary>
    private Tensor[] Total(Tensor[] direct, Tensor?[,] responses)
    {
        var total = direct.ToArray();
        for (var l = _layers.Count - 2; l >= 0; l--)
        {
            for (var m = l + 1; m < _layers.Count; m++)
            {
                _cancellation.ThrowIfCancellationRequested();
                total[l] = total[l].Plus(total[m].TimesMatrix(responses[m, l]!));
            }
        }

        return total;
    }

    /// <summary>
    /// S_{m,l} [K_m, K_l], how layer m's statistics respond to those of an earlier layer, those in between held fixed, summed over
    /// the samples; and P [K, N, D] where it is wanted.
    /// </summary>
    /// <remarks>
    /// Rows are written into tensors that were made before them: kept one by one, each would hold a hole open in the memory that the large
    /// tensors of the sweeps between them leave.
    /// </remarks>
    private (Tensor?[,] Responses, Tensor? Right) Responses(bool withInputs)
    {
        var dtype = _given.Outputs.dtype;
        var responses = new Tensor?[_layers.Count, _layers.Count];
        var samples = _given.Inputs.shape[0];
        var right = withInputs ? Tensors.Empty([_layers.Sum(layer => 2 * layer.Channels), samples, _given.Inputs.numel() / samples], dtype) : null;
        var first = 0L;
        for (var m = 0; m < _layers.Count; m++)
        {
            var layer = _layers[m];
            for (var l = 0; l < m; l++)
            {
                responses[m, l] = Tensors.Empty([2 * layer.Channels, 2 * _layers[l].Channels], dtype);
            }

            Tensor[] inputs = [.. _statistics.Take(2 * m), .. withInputs ? [_given.Inputs] : Array.Empty<Tensor>()];
            for (var channel = 0L; channel < (inputs.Length == 0 ? 0 : layer.Channels); channel++)
            {
                _cancellation.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var (mean, variance) = StatisticRows(layer, channel, inputs);
                Store(mean, m, channel, first);
                Store(variance, m, layer.Channels + channel, first);
            }

            first += 2 * layer.Channels;
        }

        return (responses, right);

        // Of derivatives by earlier statistics and by inputs, each sample's: sums over the samples of those, and these as they are.
        void Store(Tensor[] derivatives, int m, long row, long before)
        {
            for (var l = 0; l < m; l++)
            {
                var (response, channels) = (responses[m, l]!.select(0, row), _layers[l].Channels);
                response.narrow(0, 0, channels).copy_(derivatives[2 * l].SumOver([0]));
                response.narrow(0, channels, channels).copy_(derivatives[(2 * l) + 1].SumOver([0]));
            }

            right?.select(0, before + row).copy_(derivatives[^1].flatten(1));
        }
    }

    /// <summary>One channel's mean and variance: their derivatives by each of the inputs, [N, …].</summary>
    private (Tensor[] Mean, Tensor[] Variance) StatisticRows(Layer layer, long channel, Tensor[] inputs)
    {
        var one = layer.Entering.UnitLike(1, channel);
        if (layer.HasPositions)
        {
            var mean = Autograd.VectorJacobianProducts([(layer.Entering, one.Times(1 / layer.Count))], inputs);
            _cancellation.ThrowIfCancellationRequested();
            return (mean, Autograd.VectorJacobianProducts([(layer.Entering, one.Times(layer.VarianceSlope))], inputs));
        }

        // One value per sample: mean and variance are functions of that value, and share its derivative.
        var value = Autograd.VectorJacobianProducts([(layer.Entering, one)], inputs);
        var slope = layer.VarianceSlope.select(1, channel);
        return (
            [.. value.Select(derivative => derivative.Times(1 / layer.Count))],
            [.. value.Select(derivative => derivative.Times(slope.view([-1, .. Enumerable.Repeat(1L, (int)derivative.dim() - 1)])))]);
    }

    /// <summary>How sample i's activation moves y_i through the statistics: a_mean[i]/n + a_var[i]·2(h − mean)/n, shape of h.</summary>
    private static Tensor ShareInStatistics(Layer layer, Tensor total)
    {
        var perChannel = layer.Entering.shape.AsSpan()[..2].ToArray().Concat(Enumerable.Repeat(1L, (int)layer.Entering.dim() - 2)).ToArray();
        var means = total.narrow(1, 0, layer.Channels).Times(1 / layer.Count).view(perChannel);
        var variances = total.narrow(1, layer.Channels, layer.Channels).view(perChannel);
        return layer.VarianceSlope.Times(variances).Plus(means).expand_as(layer.Entering).contiguous();
    }

    /// <summary>1 at one output element of every sample, [N, M].</summary>
    private Tensor Column(long output) => _given.Outputs.UnitLike(1, output);
}
