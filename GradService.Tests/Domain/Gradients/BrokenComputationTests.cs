using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Native;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Layers;
using GradService.Domain.Networks.Parameters;
using GradService.Domain.Runs.Torch;
using GradService.Domain.Runs;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;
using GradService.Tests.Domain.Native;
using GradService.Tests.Problems;
using static TorchSharp.torch;

namespace GradService.Tests.Domain.Gradients;

/// <summary>A computation that breaks off with tensors in hand, at each stage after the network is made: none of them is left.</summary>
public sealed class BrokenComputationTests
{
    public enum Stage
    {
        Answer,
        Cancellation,
        DetachedTwin,
        FiniteDifferences,
    }

    [Theory]
    [InlineData(Stage.Answer)]
    [InlineData(Stage.Cancellation)]
    [InlineData(Stage.DetachedTwin)]
    [InlineData(Stage.FiniteDifferences)]
    public void A_computation_that_breaks_off_leaves_no_tensor(Stage stage)
    {
        var service = DomainServices.Gradients();
        var request = new GradientRequest
        {
            Network = new NetworkSpec
            {
                InputShape = [1],
                Layers = [new Linear { OutFeatures = 3 }, new Dropout(), new BatchNorm(), new Linear { OutFeatures = 1 }],
            },
            Inputs = new NdArray(new Shape(5, 1), [0.1, 0.2, -0.3, 0.4, 0.5]),
            Dropout = new DropoutSpec { Seed = 1 },
            Diagnostics = new DiagnosticsSpec { FiniteDifferences = true },
            Gradient = new PerSample(),
        };
        service.Differentiate(request, CancellationToken.None);
        var before = LivingTensors.OfThisThread;
        for (var i = 0; i < 10; i++)
        {
            var question = new Breaking(new PerSample(), stage);
            Assert.ThrowsAny<Exception>(() => service.Differentiate(request with { Gradient = question }, CancellationToken.None));
            Assert.True(question.Broke, $"{stage} was not reached");
            Assert.ThrowsAny<Exception>(() => service.Compare(
                new ComparisonRequest
                {
                    Network = request.Network,
                    Inputs = request.Inputs,
                    Diagnostics = request.Diagnostics,
                    Compare = [new ComparisonEntry(BatchNormMode.Find("train")!, new PerSample()),
                        new ComparisonEntry(BatchNormMode.Find("train")!, new Breaking(new PerSample(), stage))],
                },
                CancellationToken.None));
        }

        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Fact]
    public void A_network_whose_parameters_do_not_fit_leaves_no_tensor()
    {
        var spec = new NetworkSpec
        {
            InputShape = [1],
            Layers = [new Linear { OutFeatures = 3 }, new BatchNorm()],
            Seed = 1,
            Parameters = new Dictionary<string, NdArray> { ["1.weight"] = new(new Shape(2), [1.0, 2]) },
        };
        var shape = NetworkShape.Infer(spec, new Limits());
        var before = LivingTensors.OfThisThread;
        Assert.Throws<FaultException>(() => Network.Of(ParameterValues.Of(spec, shape)));
        Assert.Equal(before, LivingTensors.OfThisThread);
    }

    [Fact]
    public void What_is_refused_for_its_size_never_was_a_tensor()
    {
        var service = DomainServices.Gradients(engine: new EngineOptions { Dense = false });
        var request = new ForwardRequest
        {
            Network = new NetworkSpec { InputShape = [1], Layers = [new Linear { OutFeatures = int.MaxValue }, new Linear { OutFeatures = int.MaxValue }] },
            Inputs = new NdArray(new Shape(1, 1), [1.0]),
        };
        var before = LivingTensors.MadeByThisThread;
        Assert.Throws<FaultException>(() => service.Forward(request, CancellationToken.None));
        Assert.Equal(before, LivingTensors.MadeByThisThread);
        service.Forward(request with { Network = request.Spec() with { Layers = [new Linear { OutFeatures = 1 }] } }, CancellationToken.None);
        Assert.NotEqual(before, LivingTensors.MadeByThisThread);
    }

    /// <summary>Answers as another question does, and breaks off where it is told to, with a tensor in hand.</summary>
    private sealed record Breaking(Question Inner, Stage Stage) : Question
    {
        private int _answers;

        public bool Broke { get; private set; }

        internal override Question? DetachedTwin => Inner.DetachedTwin is null ? null : this;

        internal override string Cheaper => Inner.Cheaper;

        internal override bool NamesSamples(ProblemSize size) => Inner.NamesSamples(size);

        internal override IReadOnlyList<AnswerPart> Parts(ProblemSize size) => Inner.Parts(size);

        internal override IEnumerable<Fault> Check(ProblemSize size) => Inner.Check(size);

        internal override Shape ResultShape(ProblemSize size) => Inner.ResultShape(size);

        internal override Separated Choose(ProblemSize size) => Inner.Choose(size);

        internal override Answer Ask(TorchRun run, ProblemSize size, CancellationToken cancellation)
        {
            _answers++;
            if (Stage == Stage.Cancellation)
            {
                Broke = true;
                return Inner.Ask(run, size, new CancellationToken(canceled: true));
            }

            Break(Stage == Stage.Answer || (Stage == Stage.DetachedTwin && _answers == 2), run.Outputs);
            return Inner.Ask(run, size, cancellation);
        }

        internal override Func<long, IEnumerable<DifferenceQuotient>> Quotients(ProblemSize size)
        {
            Break(Stage == Stage.FiniteDifferences, null);
            return Inner.Quotients(size);
        }

        private void Break(bool here, Tensor? inHand)
        {
            if (here)
            {
                Broke = true;
                inHand?.sin().Squared();
                throw new InvalidOperationException("broken off");
            }
        }
    }
}
