using System.Text.Json;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Docs;

/// <summary>examples/from_torch.py takes networks of real PyTorch to the service, which must give PyTorch's outputs and gradients.</summary>
[Trait("Lane", "Slow")]
public sealed class FromTorchTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    /// <summary>What the service has, and PyTorch has not as one.</summary>
    private static readonly string[] Own = ["fourierFeatures"];

    private static readonly string[] Papers =
    [
        "ResNet-18", "ResNet-50", "VGG-11-BN", "MobileNetV2", "DenseNet-121, narrow", "U-Net", "U-Net, bilinear, of odd size", "DCGAN's generator",
        "DCGAN's discriminator", "modified MLP", "SIREN", "DeepONet", "DeepONet by einsum",
    ];

    /// <summary>A reason for each network that cannot be expressed, in their order.</summary>
    private static readonly string[] Reasons =
    [
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: x if x.sum() > 0 else -x)),`: what the forward does depends on the values of a "
            + "tensor (bool), and a network of the service does the same for all inputs. Instead: decide by shapes, or say both ways in layers (relu, "
            + "clamp, a product with a sigmoid)",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: torch.where(x > 0, x, 2 * x))),`: the service has no layer for gt, which compares. "
            + "Instead: relu, clamp, or a product with a sigmoid",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: m.first(x))),`: layer first, Linear(in_features=6, out_features=6, bias=True): it "
            + "is called a second time, and the service has the numbers of a layer for one place. Instead: a module of its own for each call",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: torch.fft.rfft(x).real)),`: the service has no layer for fft_rfft. Instead: what "
            + "docs/layers.md lists",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: x - x.mean(0))),`: the result mixes the samples, or has them not on its first axis, "
            + "and a layer of the service sees each sample alone. Instead: x.flatten(1), x.view(len(x), …), dim=1 or later",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: x.view(-1, 3))),`: the result mixes the samples, or has them not on its first axis, "
            + "and a layer of the service sees each sample alone. Instead: x.flatten(1), x.view(len(x), …), dim=1 or later",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: x / torch.sqrt(1 + x))),`: the service has no layer for this root, nor for other "
            + "powers than whole ones, but for x / torch.sqrt(x.square().mean(dim, keepdim=True) + eps). Instead: that, or nn.LayerNorm",
        "the forward does other things with other samples, or with another number of them, or at random. Instead: the same for all; F.dropout for "
            + "what is random, buffers for what was drawn once",
        "the forward gives a tuple, and a network of the service gives one tensor. Instead: a module whose forward picks one",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: m.rnn(x.unsqueeze(1))[0], rnn=nn.GRU(6, 2, batch_first=True))),`: layer rnn, GRU(6, "
            + "2, batch_first=True): the service has no such layer: a recurrence",
        "from_torch_cases.py, its line, `([6], Does(lambda m, x: x.detach() * 2)),`: the service has no layer for detach. Instead: leave it out; "
            + "gradients go through all of a network",
        "the forward takes other things than one tensor: missing a required argument: 'input2'. Instead: a module that takes them side by side in "
            + "one tensor, and gives slices of it to this one",
        "a lazy layer does not know its sizes yet. Instead: run the network once before",
        "layer 1, RReLU(lower=0.125, upper=0.3333333333333333): the service has no such layer: its slopes are drawn anew each time; in eval it is "
            + "nn.LeakyReLU((lower + upper) / 2)",
        "layer 0, MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=2, ceil_mode=False): the service has it only with dilation=1",
        "layer 0, InstanceNorm1d(2, eps=1e-05, momentum=0.1, affine=False, track_running_stats=True): the service has it only with "
            + "track_running_stats=False",
        "layer 0, Softmax(dim=0): it goes along the samples, which are alone in the service. Instead: name one of the axes after the first",
        "the parameters are of ['float32', 'float64']: the service has float32 or float64, one for all",
    ];

    [FactNeedsTorch]
    public async Task The_example_stores_a_network_and_finds_it_to_be_that_of_PyTorch() =>
        Assert.Equal("stored as from-torch: outputs and gradients are PyTorch's\n", await RunAsync("examples/from_torch.py", "--url", application.Address));

    [FactNeedsTorch]
    public async Task Every_layer_that_both_have_is_compared_and_of_others_the_reason_is_told()
    {
        var lines = (await RunAsync("-W", "ignore", "GradService.Tests/Docs/from_torch_cases.py", application.Address)).TrimEnd().Split('\n');
        Assert.Equal(LayerTable.All.Keys.Except(Own).Order(StringComparer.Ordinal),
            JsonSerializer.Deserialize<string[]>(lines[0])!.Order(StringComparer.Ordinal));
        Assert.Equal(Reasons, lines[1..]);
    }

    [FactNeedsTorch]
    public async Task Networks_as_their_papers_have_them_are_PyTorchs_in_three_modes_and_both_precisions() =>
        Assert.Equal(Papers, (await RunAsync("-W", "ignore", "GradService.Tests/Docs/from_torch_networks.py", application.Address)).TrimEnd().Split('\n'));

    /// <summary>Every module of torch.nn is on the page, and becomes what the page says.</summary>
    [FactNeedsTorch]
    public async Task The_tables_of_layers_are_true() =>
        Assert.Matches("^[0-9]+ rows\n$", await RunAsync("GradService.Tests/Docs/from_torch_modules.py"));

    private static async Task<string> RunAsync(params IReadOnlyList<string> arguments) =>
        (await Tool.Torch.RunAsync(
            [.. arguments.Select(argument => argument.EndsWith(".py", StringComparison.Ordinal) ? Repository.PathOf(argument) : argument)]))
            .ReplaceLineEndings("\n");
}
