using GradService.Domain.Arrays;
using GradService.Domain.Catalog;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Objectives;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Oracles;
using GradService.Tests.Problems;

namespace GradService.Tests.Laws;

/// <summary>Numbers of any size that the precision holds, and functions far from zero: no digit is lost by the way in which they are computed.</summary>
public sealed class NumberRangeLaws
{
    private static readonly GradientService Dense = DomainServices.Gradients();
    private static readonly GradientService Tensors = DomainServices.Gradients(engine: new EngineOptions { Dense = false });

    private static readonly double[] Sample = [1, -2, 3, 0.5, -0.25, 4];

    private static readonly Activation[] Activations =
    [
        new Tanh(), new Sigmoid(), new Silu(), new Softplus(), new Softplus { Threshold = 1000 }, new Softplus { Beta = 3, Threshold = 2 },
        new Mish(), new Gelu(), new Gelu { Approximate = GeluApproximation.Tanh }, new Elu(), new Elu { Alpha = 1.8 },
        new Selu(), new Sin(), new Relu(), new LeakyRelu(), new Identity(), new Cos(), new Exp(), new Square(), new Relu6(), new Hardtanh(),
        new Hardtanh { MinVal = -0.3, MaxVal = 2.1 }, new Hardswish(), new Hardsigmoid(), new Celu(), new Celu { Alpha = 1.8 }, new Softsign(),
        new LogSigmoid(), new Tanhshrink(), new Softshrink(), new Softshrink { Lambda = 0.3 }, new Hardshrink(), new Hardshrink { Lambda = 0.3 },
    ];

    public static TheoryData<int, Dtype> EachActivation()
    {
        var data = new TheoryData<int, Dtype>();
        foreach (var index in Enumerable.Range(0, Activations.Length))
        {
            data.Add(index, Dtype.Float32);
            data.Add(index, Dtype.Float64);
        }

        return data;
    }

    [Fact]
    public void Every_activation_over_vectors_is_held() =>
        Assert.Equal(LayerTable.All.Values.Where(type => type.IsSubclassOf(typeof(Activation))).ToHashSet(),
            Activations.Select(activation => activation.GetType()).ToHashSet());

    [Theory]
    [MemberData(nameof(EachActivation))]
    public void Both_engines_agree_on_activations_from_1e_minus_30_to_1e30_and_around_their_bends(int index, Dtype dtype)
    {
        var powers = Enumerable.Range(-30, 61).SelectMany(k => new[] { Math.Pow(10, k), -Math.Pow(10, k) });
        var around = Enumerable.Range(-240, 481).Select(i => i / 8.0);
        double[] x = [.. powers.Concat(around).Concat([100, -100]).Select(value => dtype == Dtype.Float32 ? (float)value : value)];
        var activation = Activations[index];
        var (dense, tensors) = (Ask(Dense, activation, dtype, x, new PerSample()), Ask(Tensors, activation, dtype, x, new PerSample()));
        Assert.Equal(("dense", "tensor"), (dense.Diagnostics.Engine.Name, tensors.Diagnostics.Engine.Name));
        for (var i = 0; i < x.Length; i++)
        {
            AssertClose(dense.Outputs[i], tensors.Outputs[i], $"output at {x[i]:R}", x[i], dtype);
            AssertClose(dense.Gradients![i], tensors.Gradients![i], $"slope at {x[i]:R}", x[i], dtype);
        }
    }

    /// <summary>By jets of what a function differs by from its asymptote: nothing in them is found by subtraction.</summary>
    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Derivatives_of_every_order_keep_their_digits_where_they_all_but_vanish(Dtype dtype)
    {
        var x = Enumerable.Range(1, dtype == Dtype.Float32 ? 30 : 150).SelectMany(i => new[] { i / 4.0, -i / 4.0 }).ToArray();
        foreach (var (activation, apart) in new (Activation, Func<Jet, double, Jet>)[]
        {
            (new Tanh(), (u, sign) => -2 * sign * ((2 * sign * u).Exp() + 1).Reciprocal()),
            (new Sigmoid(), (u, sign) => -sign * ((sign * u).Exp() + 1).Reciprocal()),
            (new Silu(), (u, sign) => -sign * (u * ((sign * u).Exp() + 1).Reciprocal())),
            (new Softplus { Threshold = 1000 }, (u, sign) => (-sign * ((sign * u).Exp() + 1).Reciprocal()).Integral(0)),
            (new Mish(), (u, sign) =>
            {
                var n = u.Exp() * (u.Exp() + 2);
                return (sign > 0 ? -2 * u : u * n) * (n + 2).Reciprocal();
            }),
            (new LogSigmoid(), (u, sign) => (sign * ((sign * u).Exp() + 1).Reciprocal()).Integral(0)),
            (new Softsign(), (u, sign) => -sign * ((sign * u) + 1).Reciprocal()),
            (new Tanhshrink(), (u, sign) => 2 * sign * ((2 * sign * u).Exp() + 1).Reciprocal()),
        })
        {
            var orders = Ask(Tensors, activation, dtype, x, new Derivatives { Order = 4 }).Gradients!;
            var slopes = Ask(Dense, activation, dtype, x, new PerSample()).Gradients!;
            foreach (var (i, at) in x.Index())
            {
                var small = apart(Jet.Variable(at, 4), Math.Sign(at));
                var linear = (activation, at > 0) is (Tanhshrink, _) or (Silu or Softplus or Mish, true) or (LogSigmoid, false) ? 1 : 0;
                for (var order = 1; order <= 4; order++)
                {
                    // Beside the largest of the orders: each has its zeros.
                    var scale = Enumerable.Range(1, 4).Max(k => Math.Abs(small.Derivative(k)));
                    var expected = small.Derivative(order) + (order == 1 ? linear : 0);
                    var bound = 2000 * dtype.Epsilon() * Math.Max(Math.Abs(expected), scale);
                    var actual = orders[(4 * i) + order - 1];
                    Assert.True(Math.Abs(expected - actual) <= bound, $"{activation} at {at}, order {order}: {actual:R}, not {expected:R}");
                    Assert.True(order > 1 || Math.Abs(expected - slopes[i]) <= bound, $"{activation} at {at}: {slopes[i]:R}, not {expected:R}");
                }
            }
        }
    }

    /// <summary>
    /// Its higher derivatives are those of the density, times polynomials; Φ in the tail is the density times a continued fraction (Laplace).
    /// </summary>
    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Derivatives_of_gelu_keep_their_digits_in_its_lower_tail(Dtype dtype)
    {
        var x = Enumerable.Range(16, dtype == Dtype.Float32 ? 24 : 100).Select(i => -i / 4.0).ToArray();
        var orders = Ask(Tensors, new Gelu(), dtype, x, new Derivatives { Order = 4 }).Gradients!;
        var dense = Ask(Dense, new Gelu(), dtype, x, new PerSample());
        var (outputs, slopes) = (dense.Outputs, dense.Gradients!);
        foreach (var (i, u) in x.Index())
        {
            var density = Math.Exp(-u * u / 2) / Math.Sqrt(2 * Math.PI);
            var share = density / Enumerable.Range(1, 200).Reverse().Aggregate(-u, (rest, k) => -u + (k / rest));
            var z = u * u;
            double[] expected = [share + (u * density), (2 - z) * density, u * (z - 4) * density, ((z * (7 - z)) - 4) * density];

            // e^(−x²/2) is off by as many roundings as x²/2 counts.
            var bound = 50 * dtype.Epsilon() * (1 + (u * u));
            Assert.Equal(1, outputs[i] / (u * share), bound);
            Assert.Equal(1, slopes[i] / expected[0], bound);
            Assert.All(expected.Index(), pair => Assert.Equal(1, orders[(4 * i) + pair.Index] / pair.Item, bound));
        }
    }

    /// <summary>Without eps a normalised sample does not know how large it was, and its gradient is the smaller the larger it was.</summary>
    [Fact]
    public void Normalised_samples_are_the_same_from_1e_minus_30_to_1e30()
    {
        foreach (var layer in new Layer[]
        {
            new LayerNorm { Eps = 0 }, new RmsNorm { Eps = 0 }, new InstanceNorm { Eps = 0 }, new GroupNorm { Groups = 1, Eps = 0 },
            new GroupNorm { Groups = 2, Eps = 0 },
        })
        {
            var ordinary = At(1);
            foreach (var power in Enumerable.Range(-30, 61).Where(power => power % 5 == 0))
            {
                var size = Math.Pow(10, power);
                var other = At(size);
                Answers.AssertClose(Answers.Flat(ordinary.Outputs), Answers.Flat(other.Outputs), 2e-6, 1, $"{layer} outputs at {size}");
                double[] gradients = [.. Answers.Flat(other.Gradients).Select(value => value * size)];
                Answers.AssertClose(Answers.Flat(ordinary.Gradients), gradients, 4e-6, 1, $"{layer} gradients at {size}");
            }

            GradientResult At(double size) => Tensors.Differentiate(
                new GradientRequest
                {
                    Network = new NetworkSpec { InputShape = [2, 3], Layers = [layer] },
                    Inputs = new NdArray(new Shape(1, 2, 3), Sample.Select(value => value * size).ToArray()),
                    Gradient = new PerSample(),
                },
                CancellationToken.None);
        }
    }

    [Fact]
    public void Own_derivatives_through_two_coupled_layers_are_the_same_at_every_scale_that_the_variance_can_be_held_at()
    {
        var ordinary = At(1);
        foreach (var size in new[] { 1e-12, 1e-6, 1e6, 1e12 })
        {
            Answers.AssertClose(ordinary, [.. At(size).Select(value => value * size * size)], 1e-5, Answers.Largest(ordinary), $"Hessian at {size}");
        }

        Assert.Equal(3.92002e-25, At(1e12)[0], 1e-29);

        static double[] At(double size)
        {
            var network = new NetworkSpec
            {
                InputShape = [1],
                Layers =
                [
                    new BatchNorm { Eps = 0, Affine = false }, new Linear { OutFeatures = 2 }, new Tanh(), new BatchNorm { Eps = 0, Affine = false },
                    new Linear { OutFeatures = 1 },
                ],
                Parameters = new Dictionary<string, NdArray>
                {
                    ["1.weight"] = new(new Shape(2, 1), Numbers(0.7, -0.4)), ["1.bias"] = new(new Shape(2), Numbers(0.1, 0.2)),
                    ["4.weight"] = new(new Shape(1, 2), Numbers(1, 0.5)), ["4.bias"] = new(new Shape(1), Numbers(0)),
                },
            };
            double[] inputs = [.. Enumerable.Range(0, 20).Select(i => size * (-1 + (2.5 * i / 19)))];
            return Answers.Flat(new Problem(network, inputs, 20, new BatchNormSpec { Mode = Train.Mode }).Answer(new Hessian()).Gradients);
        }
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1)]
    [InlineData(1e200)]
    public void Norms_are_of_any_size(double size)
    {
        Assert.Equal(5 * size, new NdArray(new Shape(2), [3 * size, -4 * size]).Norm(), 1e-15 * size);
        Assert.Equal(0, new NdArray(new Shape(2), new double[2]).Norm());
        Assert.Equal(double.NaN, new NdArray(new Shape(2), [double.NaN, size]).Norm());
    }

    [Fact]
    public void The_slope_of_tanh_is_that_of_the_hyperbolic_cosine()
    {
        double[] x = [10, 18, 20];
        foreach (var service in new[] { Dense, Tensors })
        {
            var slopes = Ask(service, new Tanh(), Dtype.Float64, x, new PerSample()).Gradients!;
            Assert.All(x.Index(), pair => Assert.Equal(1, slopes[pair.Index] * Math.Pow(Math.Cosh(pair.Item), 2), 1e-14));
        }
    }

    [Fact]
    public void Softplus_is_its_argument_where_that_is_large_whatever_the_threshold()
    {
        foreach (var service in new[] { Dense, Tensors })
        {
            var answer = Ask(service, new Softplus { Threshold = 1000 }, Dtype.Float32, [100, 1], new Derivatives { Order = 1 });
            Assert.Equal((100, 1), (answer.Outputs[0], answer.Gradients![0]));
            Assert.Equal(Math.Log(1 + Math.E), answer.Outputs[1], 1e-6);
        }
    }

    [Fact]
    public void A_sample_whose_squares_overflow_is_normalised()
    {
        double[] expected = [0.2105587, -1.473911, 1.3335385, -0.0701862];
        var outputs = Tensors.Differentiate(
            new GradientRequest
            {
                Network = new NetworkSpec { InputShape = [4], Layers = [new LayerNorm { Affine = false }] },
                Inputs = new NdArray(new Shape(1, 4), Numbers(1e30, -2e30, 3e30, 5e29)),
                Gradient = new PerSample(),
            },
            CancellationToken.None).Outputs;
        Answers.AssertClose(expected, Answers.Flat(outputs), 1e-6, 1, "outputs");
    }

    /// <summary>u = relu(w·x): at −1 there is no gradient to have a norm of, at 3 the norm is w, and the loss ½(w − ½)² + ⅛.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(1e-30)]
    [InlineData(1e15)]
    public void A_penalty_is_of_gradients_of_any_size_and_of_none(double weight)
    {
        var penalty = new ObjectiveTerm { Name = "gp", On = "p", GradientPenalty = new GradientPenalty { Center = 0.5 } };
        var result = Evaluate([new Linear { OutFeatures = 1 }, new Relu()], [-1, 3], penalty, (float)weight);
        var slope = (float)weight - 0.5;
        Assert.Equal(slope, result.ParameterGradients!["0.weight"][0], 1e-6 * Math.Abs(slope));
        Assert.Equal(0, result.ParameterGradients["0.bias"][0]);
    }

    /// <summary>u = x. In double precision the losses are finite, and so are their gradients.</summary>
    [Theory]
    [InlineData("u / (u + 1e-60)")]
    [InlineData("(u*u + 1e-60)^0.5")]
    [InlineData("sqrt(u*u + 1e-60)")]
    public void Constants_too_small_for_single_precision_make_no_NaN_at_zero(string residual)
    {
        var result = Evaluate([new Linear { OutFeatures = 1 }], [0], new ObjectiveTerm { Name = "f", On = "p", Residual = residual }, 1);
        Assert.Equal(0, result.Value, 1e-18);
        Assert.All(result.ParameterGradients!.Values, gradient => Assert.Equal(0, gradient.CountNonFinite()));
    }

    /// <summary>Nothing is there to be divided, so its share of whatever eps is none.</summary>
    [Fact]
    public void An_eps_too_small_for_single_precision_is_not_zero()
    {
        double[] constant = [2, 2, 2];
        foreach (var service in new[] { Dense, Tensors })
        {
            foreach (var layer in new Layer[] { new BatchNorm { Eps = 1e-60 }, new LayerNorm { Eps = 1e-60 }, new GroupNorm { Groups = 1, Eps = 1e-60 } })
            {
                Assert.Equal(new double[3], Answers.Flat(Ask(service, layer, Dtype.Float32, constant, new Sum()).Outputs));
            }
        }
    }

    /// <summary>Of two, the first share is the sigmoid of the difference.</summary>
    [Theory]
    [InlineData(Dtype.Float32)]
    [InlineData(Dtype.Float64)]
    public void Derivatives_of_softmax_keep_their_digits_where_a_share_is_all_but_1(Dtype dtype)
    {
        double[] x = [-30, -8, -1, 1, 4, 12, 30];
        var network = new NetworkSpec
        {
            InputShape = [1],
            Dtype = dtype,
            Layers = [new Linear { OutFeatures = 2, Bias = false }, new Softmax(), new Linear { OutFeatures = 1, Bias = false }],
            Parameters = new Dictionary<string, NdArray>
            {
                ["0.weight"] = new(new Shape(2, 1), Numbers(1, 0)), ["2.weight"] = new(new Shape(1, 2), Numbers(1, 0)),
            },
        };
        var orders = Tensors.Differentiate(
            new GradientRequest { Network = network, Inputs = new NdArray(new Shape(x.Length, 1), x), Gradient = new Derivatives { Order = 4 } },
            CancellationToken.None).Gradients!;
        foreach (var (i, at) in x.Index())
        {
            var sign = Math.Sign(at);
            var apart = -sign * ((sign * Jet.Variable(at, 4)).Exp() + 1).Reciprocal();
            var scale = Enumerable.Range(1, 4).Max(k => Math.Abs(apart.Derivative(k)));
            Assert.All(Enumerable.Range(1, 4),
                order => Assert.Equal(apart.Derivative(order) / scale, orders[(4 * i) + order - 1] / scale, 200 * dtype.Epsilon()));
        }
    }

    [Theory]
    [InlineData(1e-200)]
    [InlineData(1)]
    [InlineData(1e200)]
    public void Gradients_of_any_size_have_an_angle(double size)
    {
        var (one, other) = (new NdArray(new Shape(2), [3 * size, 4 * size]), new NdArray(new Shape(2), [4 * size, 3 * size]));
        var angle = GradientAngle.Between(new Dictionary<string, NdArray> { ["a"] = one }, new Dictionary<string, NdArray> { ["a"] = other })!;
        Assert.Equal(24.0 / 25, angle.Cosine!.Value, 1e-15);
        Assert.Equal(Math.Sqrt(2) / 5, angle.RelativeDifference, 1e-15);
    }

    private static double[] Numbers(params double[] values) => values;

    private static void AssertClose(double dense, double tensor, string what, double x, Dtype dtype)
    {
        // Exponentials are off by as many roundings as their argument counts: a square for the normal distribution, a cube for what stands for it.
        var bound = dtype.Epsilon() * (128 + Math.Min(1000, Math.Abs(x * x * x)));

        // Some slopes have a zero near 1, beside which they are sums of larger numbers.
        var scale = Math.Max(Math.Max(Math.Abs(dense), Math.Abs(tensor)), Math.Abs(x) is > 0.5 and < 3 ? 1 : 0);
        var denormal = dtype == Dtype.Float32 ? 1e-35 : 1e-300;
        Assert.True(dense.Equals(tensor) || Math.Abs(dense - tensor) <= (bound * scale) + denormal, $"{what}: {dense:R} densely, {tensor:R} by tensors");
    }

    private static GradientResult Ask(GradientService service, Layer layer, Dtype dtype, double[] x, Question question) => service.Differentiate(
        new GradientRequest
        {
            Network = new NetworkSpec { InputShape = [1], Layers = [layer], Dtype = dtype },
            Inputs = new NdArray(new Shape(x.Length, 1), x),
            Gradient = question,
        },
        CancellationToken.None);

    private static ObjectiveResult Evaluate(Layer[] layers, double[] x, ObjectiveTerm term, params double[] weight) => DomainServices.Objectives().Evaluate(
        new ObjectiveRequest
        {
            Network = new NetworkSpec
            {
                InputShape = [1],
                Layers = layers,
                Parameters = new Dictionary<string, NdArray>
                {
                    ["0.weight"] = new(new Shape(1, 1), weight), ["0.bias"] = new(new Shape(1), Numbers(0)),
                },
            },
            Points = [new PointSet { Name = "p", Inputs = new NdArray(new Shape(x.Length, 1), x) }],
            Terms = [term],
        },
        CancellationToken.None);
}
