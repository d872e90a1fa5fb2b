using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Layers.Activations;
using GradService.Domain.Networks.Layers.Spatial;
using GradService.Domain.Objectives;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Domain.Statistics.Modes;
using GradService.Tests.Api;
using GradService.Tests.Domain.Native;
using GradService.Tests.Problems;

namespace GradService.Tests.Domain.Networks;

/// <summary>No call that cannot be stopped is begun if it would take long; what can be cut is stopped between two pieces.</summary>
[Collection(OneAtATime.Name)]
[Trait("Lane", "Slow")]
public sealed class OperationLimitTests
{
    /// <summary>Windows of 800 × 800 at each of 801 × 801 places: some 400 seconds in one call, by a request of 179 bytes.</summary>
    public static TheoryData<string> Pools() => ["average", "maximum"];

    [Theory]
    [MemberData(nameof(Pools))]
    public void A_window_that_would_be_pooled_for_minutes_is_refused_and_the_layer_named(string pool)
    {
        Layer windows = pool == "average" ? new AvgPool2d { KernelSize = new(800), Stride = new(1) } : new MaxPool2d { KernelSize = new(800), Stride = new(1) };
        var network = new NetworkSpec { InputShape = [1, 2, 2], Layers = [new AdaptiveAvgPool2d { OutputSize = new(1600) }, windows] };
        var fault = Refusal(() => DomainServices.Gradients().QuoteForward(new ForwardRequest { Network = network, Inputs = Numbers(new Shape(1, 1, 2, 2)) }));
        Assert.Equal("network.layers[1]", fault.Path);
        Assert.Contains("at most 5 seconds of one core", fault.Expected, StringComparison.Ordinal);
        Assert.Contains("(limit MaxOperationSeconds)", fault.Expected, StringComparison.Ordinal);
        Assert.Matches($"^[0-9]{{3}} for the forward pass of a single sample of layer 1 \\({(pool == "average" ? "avgPool2d" : "maxPool2d")}\\)$", fault.Got);
        Assert.Contains("smaller window", fault.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void A_backward_sweep_is_one_call_whatever_the_layers()
    {
        var network = new NetworkSpec { InputShape = [7000], Layers = [new Linear { OutFeatures = 3000 }, new Tanh(), new Linear { OutFeatures = 7000 }] };
        var inputs = Numbers(new Shape(7_000, 7000));
        var service = DomainServices.Gradients(new Limits { MaxNativeBytes = long.MaxValue, MaxResultBytes = 1L << 30 });
        var request = new GradientRequest { Network = network, Inputs = inputs, Gradient = new Sum { Outputs = [0] } };
        Assert.Equal("network.layers[2]", Refusal(() => service.QuoteGradient(request)).Path);

        // Outputs alone are made in pieces.
        using var forward = service.QuoteForward(new ForwardRequest { Network = network, Inputs = inputs });
        Assert.True(forward.Cost.Work > 5e9);
    }

    [Fact]
    public void The_gradient_of_a_loss_is_one_call_too()
    {
        Layer[] layers = [new Linear { OutFeatures = 5000 }, new Tanh(), new Linear { OutFeatures = 5000 }, new Tanh(), new Linear { OutFeatures = 1 }];
        var network = new NetworkSpec { InputShape = [1], Layers = layers };
        var request = new ObjectiveRequest
        {
            Network = network,
            Variables = ["x"],
            Outputs = ["u"],
            Points = [new PointSet { Name = "inside", Inputs = Numbers(new Shape(4_000, 1)) }],
            Terms = [new ObjectiveTerm { Name = "pde", On = "inside", Residual = "u_x - u" }],
        };
        var service = DomainServices.Objectives(new Limits { MaxNativeBytes = long.MaxValue });
        Assert.Equal("network.layers[2]", Refusal(() => service.QuoteEvaluation(request)).Path);
    }

    [Fact]
    public void Outputs_of_many_samples_can_be_cancelled_in_the_middle_of_a_layer()
    {
        var network = new NetworkSpec { InputShape = [2000], Layers = [new Linear { OutFeatures = 4000 }] };
        var service = DomainServices.Gradients(new Limits { MaxNativeBytes = long.MaxValue, MaxResultBytes = 1L << 30 });
        service.Forward(new ForwardRequest { Network = network, Inputs = Numbers(new Shape(1, 2000)) }, CancellationToken.None);
        using var quote = service.QuoteForward(new ForwardRequest { Network = network, Inputs = Numbers(new Shape(8_000, 2000)) });
        using var caller = new CancellationTokenSource();
        var (before, tensors) = (LivingTensors.OfThisThread, LivingTensors.Watched());
        var ended = false;
        var canceller = new Thread(() =>
        {
            // The inputs, the leaf, its alias and the result: the only layer has begun, and nobody looks between layers any more.
            while (!Volatile.Read(ref ended) && tensors() < before + 4)
            {
                Thread.Yield();
            }

            caller.Cancel();
        });
        canceller.Start();
        try
        {
            Assert.ThrowsAny<OperationCanceledException>(() => quote.Compute(caller.Token));
        }
        finally
        {
            Volatile.Write(ref ended, true);
            canceller.Join();
        }

        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Theory]
    [MemberData(nameof(Pools))]
    public void Pieces_make_no_difference_to_a_single_bit(string pool)
    {
        // 0.1 seconds a sample: a batch of 8 is cut, a batch of one is not.
        Layer windows = pool == "average" ? new AvgPool2d { KernelSize = new(110), Stride = new(1) } : new MaxPool2d { KernelSize = new(110), Stride = new(1) };
        var network = new NetworkSpec { InputShape = [1, 220, 220], Layers = [windows, new Tanh()] };
        var inputs = Numbers(new Shape(8, 1, 220, 220));
        var service = DomainServices.Gradients();
        var together = service.Forward(new ForwardRequest { Network = network, Inputs = inputs }, CancellationToken.None).Outputs;
        for (var sample = 0; sample < 8; sample++)
        {
            var alone = service.Forward(new ForwardRequest { Network = network, Inputs = inputs.Rows(sample, 1) }, CancellationToken.None).Outputs;
            Assert.True(alone.Bytes.SequenceEqual(together.Rows(sample, 1).Bytes));
        }
    }

    [Fact]
    public void Wide_products_over_few_thousand_rows_are_long() =>
        Assert.True(WorkOf(new NetworkSpec { InputShape = [1], Layers = [new Linear { OutFeatures = 7000 }, new Linear { OutFeatures = 7000 }] }, 2_500) > 1e9);

    [Fact]
    public void Products_that_use_their_weights_at_many_places_are_priced_by_the_places()
    {
        static NetworkSpec Image(int size) => new() { InputShape = [8, size, size], Layers = [new Conv2d { OutChannels = 8, KernelSize = new(7) }] };
        Assert.InRange(WorkOf(Image(106), 50) / WorkOf(Image(16), 50), 50, 120);
    }

    [Fact]
    public void A_price_knows_which_engine_will_run()
    {
        Layer[] layers = [new Linear { OutFeatures = 20 }, new BatchNorm(), new Tanh(), new Linear { OutFeatures = 2 }];
        var network = new NetworkSpec { InputShape = [2], Layers = layers, Seed = 1 };
        var train = new BatchNormSpec { Mode = Train.Mode };
        var (dense, tensors) = (DomainServices.Gradients(), DomainServices.Gradients(engine: new EngineOptions { Dense = false }));
        Question[] questions =
        [
            new Sum(), new PerSample(), new PerSample { Strategy = Strategy.RowByRow }, new Vjp { Cotangent = Numbers(new Shape(50, 2)) },
            new Hessian(), new Jacobian(),
        ];
        foreach (var question in questions)
        {
            var request = new GradientRequest { Network = network, Inputs = Numbers(new Shape(50, 2)), BatchNorm = train, Gradient = question };
            var engine = dense.Differentiate(request, CancellationToken.None).Diagnostics.Engine.Name;
            Assert.Equal("tensor", tensors.Differentiate(request, CancellationToken.None).Diagnostics.Engine.Name);
            using var first = dense.QuoteGradient(request);
            using var second = tensors.QuoteGradient(request);
            Assert.Equal(engine == "dense", first.Cost.Work < second.Cost.Work);
        }
    }

    private static double WorkOf(NetworkSpec network, long samples)
    {
        var inputs = Numbers(new Shape([.. network.InputShape.Select(size => (long)size)]).After(samples));
        using var quote = DomainServices.Gradients().QuoteForward(new ForwardRequest { Network = network, Inputs = inputs });
        return quote.Cost.Work;
    }

    private static Fault Refusal(Func<IDisposable> price)
    {
        var fault = Assert.Single(Assert.Throws<FaultException>(() => price().Dispose()).Faults);
        Assert.Equal(FaultCode.TooLarge, fault.Code);
        return fault;
    }

    private static NdArray Numbers(Shape shape)
    {
        var values = new float[shape.Elements];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = MathF.Sin(i * 0.7f);
        }

        return new NdArray(shape, values);
    }
}
