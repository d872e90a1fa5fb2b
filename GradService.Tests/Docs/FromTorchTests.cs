using System.Text.Json;
using GradService.Domain.Networks.Layers;

namespace GradService.Tests.Docs;

/// <summary>examples/from_torch.py takes networks of real PyTorch to the service, which must give PyTorch's outputs and gradients.</summary>
[Trait("Lane", "Slow")]
public sealed class FromTorchTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    /// <summary>What the service has and PyTorch has no module for.</summary>
    private static readonly string[] Own = ["sin", "fourierFeatures"];

    /// <summary>A reason for each network that cannot be expressed, in their order.</summary>
    private static readonly string[] Reasons =
    [
        "layer 1, Hardtanh(min_val=-1.0, max_val=1.0): the service has no such layer",
        "layer 1, Sequential( (0): Tanh() ): the service has no such layer; write the sequence out",
        "layer 0.layers.1, PReLU(num_parameters=3): the service has it only with num_parameters=1",
        "layer 1, Unflatten(dim=1, unflattened_size=(2, 2)): the service has no such layer",
        "layer 0, LayerNorm((3,), eps=1e-05, elementwise_affine=True): the service has it only with normalized_shape equal to the whole sample's",
        "layer 0, Conv1d(2, 2, kernel_size=(3,), stride=(1,), padding=(1,), padding_mode=circular): the service has it only with padding_mode='zeros'",
        "layer 0, MaxPool1d(kernel_size=2, stride=2, padding=0, dilation=2, ceil_mode=False): the service has it only with dilation=1",
        "layer 0, AvgPool1d(kernel_size=(4,), stride=(4,), padding=(0,)): the service has it only with ceil_mode=False",
        "layer 0, AvgPool1d(kernel_size=(2,), stride=(2,), padding=(1,)): the service has it only with count_include_pad=True",
        "layer 0, InstanceNorm1d(2, eps=1e-05, momentum=0.1, affine=False, track_running_stats=True): the service has it only with track_running_stats=False",
        "layer 0, Softmax(dim=0): the service has it only with a dim of the sample",
        "the network is a Linear, not an nn.Sequential",
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

    private static async Task<string> RunAsync(params IReadOnlyList<string> arguments) =>
        (await Tool.Torch.RunAsync(
            [.. arguments.Select(argument => argument.EndsWith(".py", StringComparison.Ordinal) ? Repository.PathOf(argument) : argument)]))
            .ReplaceLineEndings("\n");
}
