using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Objectives;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using Residual = GradService.Domain.Networks.Layers.Residual;

namespace GradService.Tests.Problems;

/// <summary>A request that is priced and computed.</summary>
/// <param name="Name">What it is, to be told from others.</param>
/// <param name="Work">How long it takes as it is priced, nanoseconds.</param>
/// <param name="Compute">Computes it.</param>
internal sealed record TimedShape(string Name, long Work, Action Compute);

/// <summary>
/// Requests of all kinds, the same on every machine: layers of every family, kinds, modes, precisions, losses. The number of samples is
/// the one at which the price reaches a drawn time.
/// </summary>
internal sealed class TimedShapes(GradientService gradients, ObjectiveService objectives, int seed = 20261129)
{
    private static readonly Func<Random, Layer>[] Activations =
    [
        _ => new Tanh(), _ => new Sigmoid(), _ => new Relu(), _ => new LeakyRelu(), _ => new Elu(), _ => new Selu(), _ => new Gelu(),
        _ => new Gelu { Approximate = GeluApproximation.Tanh }, _ => new Silu(), _ => new Mish(), _ => new Softplus(), _ => new Sin(), _ => new Prelu(),
        _ => new Softmax(),
    ];

    private static readonly BatchNormMode[] Modes = [Train.Mode, Eval.Mode, TrainDetached.Mode, MovingAverage.Mode, Reference.Mode];

    private static readonly string[] Formulas = ["u - x", "u_x + sin(u)", "u_xx + u*u_x - 1", "u_xx - u_x", "u_x + (u*u + 1)^2.5", "u_x - (x*x + 1)^u"];

    private static readonly string[] Names = ["x", "y", "z"];

    private readonly Random _random = new(seed);
    private readonly Random _parts = new(seed + 1);

    /// <summary>So many of them.</summary>
    /// <param name="count">How many.</param>
    public IEnumerable<TimedShape> Take(int count)
    {
        for (var i = 0; i < count; i++)
        {
            yield return (i % 8) switch
            {
                0 or 1 => Chain(),
                2 => Spatial(),
                3 => Pools(),
                4 => Norms(),
                5 => Own(),
                6 => Blocks(),
                _ => Loss(),
            };
        }
    }

    private Layer Activation() => Activations[_random.Next(Activations.Length)](_random);

    private Dtype Precision() => _random.Next(3) == 0 ? Dtype.Float64 : Dtype.Float32;

    private int Between(int low, int high) => (int)Math.Round(low * Math.Pow((double)high / low, _random.NextDouble()));

    /// <summary>Linear layers and activations, now and then with BatchNorm, dropout or a residual block.</summary>
    private TimedShape Chain()
    {
        var (width, depth) = (Between(4, 700), _random.Next(1, 7));
        var layers = new List<Layer>();
        for (var i = 0; i < depth; i++)
        {
            layers.Add(new Linear { OutFeatures = width });
            if (_random.Next(4) == 0)
            {
                layers.Add(new BatchNorm());
            }

            layers.Add(Activation());
            if (_random.Next(4) == 0)
            {
                layers.Add(new Residual { Layers = [new Linear { OutFeatures = width }, Activation()] });
            }
        }

        // What only tensors can do keeps it from the dense engine.
        IEnumerable<Layer> body = _random.Next(2) == 0
            ? [.. layers.Where(layer => layer is not (Residual or Prelu or Softmax))]
            : layers.Prepend(new Residual { Layers = [new Tanh()] });
        IReadOnlyList<Layer> all = [.. body, new Linear { OutFeatures = _random.Next(1, 4) }];
        Question? question = _random.Next(5) switch { 0 => null, 1 or 2 => new Sum(), 3 => new PerSample(), _ => new Sum() };
        return Sized("chain", [_random.Next(1, 20)], all, question, Modes[_random.Next(Modes.Length)]);
    }

    private TimedShape Spatial()
    {
        var axes = _random.Next(1, 4);
        var (channels, size) = (Between(1, 32), axes == 1 ? Between(16, 256) : axes == 2 ? Between(8, 40) : Between(4, 10));
        var kernel = _random.Next(1, Math.Min(size, 7));
        var layers = new List<Layer>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            var (outChannels, padding) = (Between(1, 32), new ConvolutionPadding((PerAxis?)null));
            layers.Add(axes switch
            {
                1 => new Conv1d { OutChannels = outChannels, KernelSize = new(kernel), Padding = padding },
                2 => new Conv2d { OutChannels = outChannels, KernelSize = new(kernel), Padding = padding },
                _ => new Conv3d { OutChannels = outChannels, KernelSize = new(kernel), Padding = padding },
            });
            layers.Add(_random.Next(3) == 0 ? new BatchNorm() : Activation());
        }

        layers.AddRange([new Flatten(), new Linear { OutFeatures = 2 }]);
        Question? question = _random.Next(4) switch { 0 => null, 1 or 2 => new Sum(), _ => new PerSample() };
        return Sized($"conv{axes}d", [channels, .. Enumerable.Repeat(size, axes)], layers, question, Modes[_random.Next(3)]);
    }

    private TimedShape Pools()
    {
        var axes = _random.Next(1, 4);
        var (channels, size) = (Between(1, 16), axes == 1 ? Between(16, 400) : axes == 2 ? Between(8, 80) : Between(4, 16));
        var (kernel, stride, to) = (Between(2, size / 2), _random.Next(1, 4), Between(1, 2 * size));
        Layer layer = (_random.Next(3), axes) switch
        {
            (0, 1) => new MaxPool1d { KernelSize = new(kernel), Stride = new(stride) },
            (0, 2) => new MaxPool2d { KernelSize = new(kernel), Stride = new(stride) },
            (0, _) => new MaxPool3d { KernelSize = new(kernel), Stride = new(stride) },
            (1, 1) => new AvgPool1d { KernelSize = new(kernel), Stride = new(stride) },
            (1, 2) => new AvgPool2d { KernelSize = new(kernel), Stride = new(stride) },
            (1, _) => new AvgPool3d { KernelSize = new(kernel), Stride = new(stride) },
            (_, 1) => new AdaptiveAvgPool1d { OutputSize = new(to) },
            (_, 2) => new AdaptiveAvgPool2d { OutputSize = new(to) },
            _ => new AdaptiveAvgPool3d { OutputSize = new(to) },
        };
        Layer[] layers = [layer, new Flatten(), new Linear { OutFeatures = 1 }];
        return Sized($"{layer.Type} {kernel}/{stride}/{to}", [channels, .. Enumerable.Repeat(size, axes)], layers,
            _random.Next(3) == 0 ? null : new Sum(), Eval.Mode);
    }

    private TimedShape Norms()
    {
        var (channels, positions) = (4 * Between(1, 12), Between(2, 60));
        Layer norm = _random.Next(5) switch
        {
            0 => new LayerNorm(),
            1 => new GroupNorm { Groups = 2 },
            2 => new InstanceNorm { Affine = true },
            3 => new BatchNorm(),
            _ => new Dropout(),
        };
        Question? question = _random.Next(4) switch { 0 => null, 1 or 2 => new Sum(), _ => new PerSample { Outputs = [0] } };
        Layer[] layers = [norm, Activation(), new Linear { OutFeatures = 4 }, Activation()];
        return Sized(norm.Type, [channels, positions], layers, question, Modes[_random.Next(3)], dropout: true);
    }

    /// <summary>Derivatives of second and higher order, and products.</summary>
    private TimedShape Own()
    {
        var (width, d) = (Between(4, 128), _random.Next(1, 6));
        var layers = new List<Layer>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            Layer[] norm = _random.Next(3) == 0 ? [_random.Next(2) == 0 ? new BatchNorm() : new LayerNorm()] : [];
            layers.AddRange([new Linear { OutFeatures = width }, .. norm, Activation()]);
        }

        layers.Add(new Linear { OutFeatures = 1 });
        var kind = _random.Next(5);
        Question? question = kind switch
        {
            0 => new Hessian(),
            1 => new Laplacian(),
            2 => new Derivatives { Order = _random.Next(1, 4), Direction = Numbers(new Shape(d)) },
            _ => null,
        };
        return Sized("own", [d], layers, question, Modes[_random.Next(3)], product: kind switch { 3 => "jvp", 4 => "hvp", _ => null });
    }

    /// <summary>All blocks of the Jacobian, by structure or row by row, with and without coupled layers.</summary>
    private TimedShape Blocks()
    {
        var (width, coupled) = (Between(4, 40), _random.Next(4));
        var layers = new List<Layer>();
        for (var i = 0; i < 3; i++)
        {
            layers.AddRange([new Linear { OutFeatures = width }, .. i < coupled ? [new BatchNorm()] : Array.Empty<Layer>(), Activation()]);
        }

        layers.Add(new Linear { OutFeatures = _random.Next(1, 3) });
        return Sized("blocks", [_random.Next(1, 4)], layers, _random.Next(4) switch
        {
            0 => new Jacobian(),
            1 => new Jacobian { Form = JacobianForm.Factored },
            2 => new PerSample { Strategy = Strategy.RowByRow },
            _ => new PerSample(),
        }, Train.Mode);
    }

    private TimedShape Loss()
    {
        var (width, d) = (Between(4, 100), _random.Next(1, 4));
        var layers = new List<Layer>();
        for (var i = _random.Next(1, 4); i > 0; i--)
        {
            Layer[] norm = _random.Next(3) == 0 ? [new BatchNorm()] : [];
            layers.AddRange([new Linear { OutFeatures = width }, .. norm, _random.Next(2) == 0 ? new Tanh() : new Sin()]);
        }

        layers.Add(new Linear { OutFeatures = 1 });
        var formula = Formulas[_random.Next(Formulas.Length)];
        var network = new NetworkSpec { InputShape = [d], Layers = layers, Dtype = Precision(), Seed = 1 };
        var mode = Modes[_random.Next(3)];
        var derivative = _random.Next(2) == 0 ? InputDerivative.Sum : InputDerivative.PerSample;
        var differences = _random.Next(6) == 0;
        var field = _parts.Next(3) == 0;
        ObjectivePart[] parts = _parts.Next(3) == 0 ? [ObjectivePart.ParameterGradients, ObjectivePart.InputGradients] : [ObjectivePart.ParameterGradients];
        return Grow($"loss {formula} {mode.Name} {derivative} differences {differences} field {field} {parts[^1]}", network, n =>
        {
            var request = new ObjectiveRequest
            {
                Network = network,
                Variables = [.. Names.Take(d)],
                Outputs = ["u"],
                Points = [Set("inside", n), Set("edge", Math.Max(2, n / 4))],
                Terms =
                [
                    new ObjectiveTerm { Name = "pde", On = "inside", Residual = formula },
                    new ObjectiveTerm { Name = "bc", On = "edge", Residual = "u - x" },
                    .. field ? [new ObjectiveTerm { Name = "field", On = "inside", Residual = "flux_x - w" }] : Array.Empty<ObjectiveTerm>(),
                ],
                Fields = field ? new Dictionary<string, string> { ["w"] = "x*(1-x)*u", ["flux"] = "w^2*w_x*exp(-w)" } : null,
                Return = parts,
                BatchNorm = new TrainingBatchNormSpec { Mode = mode },
                Derivative = derivative,
                Diagnostics = new DiagnosticsSpec { FiniteDifferences = differences },
            };
            return Of(() => objectives.QuoteEvaluation(request));
        });

        PointSet Set(string name, long points) => new() { Name = name, Inputs = Numbers(new Shape(points, d)) };
    }

    private TimedShape Sized(
        string name, IReadOnlyList<int> input, IReadOnlyList<Layer> layers, Question? question, BatchNormMode mode, bool dropout = false,
        string? product = null)
    {
        var network = new NetworkSpec { InputShape = input, Layers = layers, Dtype = Precision(), Seed = 1 };
        var sample = new Shape([.. input.Select(size => (long)size)]);
        var differences = _random.Next(12) == 0;
        var title = $"{name} {product ?? (question is null ? "forward" : question.Kind)} {mode.Name}{(differences ? " differences" : "")}";
        var outputs = NetworkShape.Infer(network, new Limits()).Output.Elements;
        return Grow(title, network, n =>
        {
            var (inputs, reference) = (Numbers(sample.After(n)), mode == Reference.Mode ? Numbers(sample.After(16)) : null);
            var request = new ForwardRequest
            {
                Network = network,
                Inputs = inputs,
                BatchNorm = layers.Any(layer => layer is BatchNorm) ? new BatchNormSpec { Mode = mode, ReferenceInputs = reference } : new BatchNormSpec(),
                Dropout = dropout ? new DropoutSpec { Seed = 1 } : null,
                Diagnostics = new DiagnosticsSpec { FiniteDifferences = differences },
            };
            var asked = product switch
            {
                "jvp" => new Jvp { Tangent = Numbers(sample.After(n)) },
                "hvp" => new Hvp { Cotangent = Numbers(new Shape(n, outputs)), Tangent = Numbers(sample.After(n)) },
                _ => question,
            };
            return asked is null
                ? Of(() => gradients.QuoteForward(request))
                : Of(() => gradients.QuoteGradient(new GradientRequest
                {
                    Network = network,
                    Inputs = inputs,
                    BatchNorm = request.BatchNorm,
                    Dropout = request.Dropout,
                    Diagnostics = request.Diagnostics,
                    Gradient = asked,
                }));
        });
    }

    private static Func<Open> Of<T>(Func<Quote<T>> price) => () =>
    {
        var quote = price();
        return new Open(quote.Cost.Work, () => quote.Compute(CancellationToken.None), quote);
    };

    /// <summary>As many samples as it takes to reach a drawn price.</summary>
    private TimedShape Grow(string name, NetworkSpec network, Func<long, Func<Open>> of)
    {
        var wanted = 1e6 * Math.Pow(40, _random.NextDouble());
        for (var n = 2L; ; n = Math.Max(n + 1, n * 3 / 2))
        {
            var price = of(n);
            using var open = price();
            if (open.Work >= wanted || n > 200_000)
            {
                var title = $"{name} [{string.Join(" ", network.Layers.Select(Short))}] {network.Dtype} [{n}, {string.Join(", ", network.InputShape)}]";
                open.Compute();
                using var built = price();
                return new TimedShape(title, built.Work, Again);
            }

            void Again()
            {
                using var again = price();
                again.Compute();
            }
        }
    }

    /// <summary>A priced request, of whatever kind.</summary>
    private sealed record Open(long Work, Action Compute, IDisposable Held) : IDisposable
    {
        public void Dispose() => Held.Dispose();
    }

    private static string Short(Layer layer) => layer switch
    {
        Linear linear => $"{linear.OutFeatures}",
        Residual residual => $"({string.Join(" ", residual.Layers.Select(Short))})",
        Convolution convolution => $"{convolution.Type}:{convolution.OutChannels}k{convolution.KernelSize}",
        _ => layer.Type,
    };

    private static NdArray Numbers(Shape shape)
    {
        var values = new double[shape.Elements];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Sin(0.7 * i) + (0.01 * i / values.Length);
        }

        return new NdArray(shape, values);
    }
}
