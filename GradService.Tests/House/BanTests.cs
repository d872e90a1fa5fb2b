using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Tests.Docs;

namespace GradService.Tests.House;

/// <summary>
/// The traps of TorchSharp are banned by an analyzer, which breaks the build. It does not look at compound assignment and cannot tell
/// a draw with a generator from one without: the compiled assembly and the source are asked about those.
/// </summary>
public sealed class BanTests
{
    private static readonly string[] Exempt =
        ["GradService.Domain/Native/Autograd.cs", "GradService.Domain/Native/LibTorch.cs", "GradService.Domain/Native/SaturatingFunctions.cs",
            "GradService.Domain/Native/SpatialOperations.cs", "GradService.Domain/Native/TensorOperations.cs"];

    [Fact]
    public void Only_the_files_that_the_bans_point_to_are_exempt() =>
        Assert.Equal(Exempt, SourceFiles.Under("GradService.Domain").Where(file => Repository.Read(file).Contains("RS0030", StringComparison.Ordinal)));

    [Theory]
    [InlineData("M:TorchSharp.torch.autograd.grad(")]
    [InlineData("M:TorchSharp.torch.autograd.backward(")]
    [InlineData("M:TorchSharp.torch.Tensor.backward;")]
    [InlineData("P:TorchSharp.torch.Tensor.grad;")]
    [InlineData("T:TorchSharp.Scalar;")]
    [InlineData("M:TorchSharp.torch.Tensor.op_Addition(TorchSharp.torch.Tensor,TorchSharp.torch.Tensor)")]
    [InlineData("M:TorchSharp.torch.Tensor.op_Addition(TorchSharp.torch.Tensor,System.Double)")]
    [InlineData("M:TorchSharp.torch.Tensor.op_Multiply(TorchSharp.torch.Tensor,System.Double)")]
    [InlineData("M:TorchSharp.torch.Tensor.op_Multiply(System.Double,TorchSharp.torch.Tensor)")]
    [InlineData("M:TorchSharp.torch.Tensor.sum(System.Nullable{TorchSharp.torch.ScalarType})")]
    [InlineData("M:TorchSharp.torch.matmul(")]
    [InlineData("M:TorchSharp.torch.manual_seed(")]
    [InlineData("T:TorchSharp.torch.random;")]
    [InlineData("M:TorchSharp.torch.set_num_threads(")]
    [InlineData("T:TorchSharp.torch.nn;")]
    [InlineData("T:TorchSharp.torch.nn.functional;")]
    [InlineData("T:TorchSharp.torch.nn.init;")]
    [InlineData("T:TorchSharp.Modules.BatchNorm1d;")]
    public void A_trap_is_banned(string symbol) =>
        Assert.Contains(Repository.Read("GradService.Domain/Native/BannedSymbols.txt").Split('\n'), line => line.StartsWith(symbol, StringComparison.Ordinal));

    [Fact]
    public void Every_ban_says_why_or_what_to_use() =>
        Assert.DoesNotContain(Repository.Read("GradService.Domain/Native/BannedSymbols.txt").TrimEnd().Split('\n'),
            line => !line.TrimEnd().EndsWith('.') || !line.Contains(';', StringComparison.Ordinal));

    [Fact]
    public void The_compiled_domain_uses_no_operator_of_Tensor_not_even_by_compound_assignment() =>
        Assert.DoesNotContain(MembersUsed(), member => member.StartsWith("Tensor.op_", StringComparison.Ordinal));

    [Fact]
    public void The_compiled_domain_never_asks_for_what_is_process_wide() =>
        Assert.Empty(MembersUsed()
            .Intersect(["torch.manual_seed", "random.manual_seed", "torch.seed", "torch.set_rng_state", "torch.set_default_dtype", "torch.set_grad_enabled",
                "autograd.grad", "Tensor.backward", "init.uniform_"]));

    [Fact]
    public void Tensors_are_made_and_their_device_is_named_in_one_file()
    {
        string[] made = ["empty", "zeros", "ones", "full", "eye", "arange", "linspace", "logspace", "tensor", "as_tensor", "from_array", "frombuffer", "rand",
            "randn", "randint", "randperm",
            "empty_like", "zeros_like", "ones_like", "full_like", "rand_like", "randn_like", "get_CPU", "device"];
        var elsewhere = typeof(GradientService).Assembly.GetTypes().Where(type => CompiledMethod.Outermost(type) != typeof(Tensors))
            .SelectMany(CompiledMethod.Of)
            .SelectMany(method => CompiledMethod.Named(method).Where(named => named.DeclaringType?.FullName == "TorchSharp.torch" && made.Contains(named.Name))
                .Select(named => (method, named)))
            .Select(pair => $"{pair.method.DeclaringType}.{pair.method.Name} calls {pair.named.Name}");
        Assert.Empty(elsewhere);
    }

    [Fact]
    public void Every_draw_names_its_generator()
    {
        string[] draws = [".uniform_(", ".normal_(", ".bernoulli_(", ".bernoulli(", "rand(", "randn(", "randint(", "randperm(", "rand_like(",
            "randn_like(", "dropout("];
        var anonymous = SourceFiles.Under("GradService.Domain").SelectMany(SourceFiles.CodeLines)
            .Where(line => draws.Any(draw => Calls(line, draw)) && !line.Contains("generator", StringComparison.Ordinal));
        Assert.Empty(anonymous);
    }

    /// <summary>Whether a line has the call, and not one whose name merely ends so, as "EndsOperand(".</summary>
    private static bool Calls(string line, string call)
    {
        var at = line.IndexOf(call, StringComparison.Ordinal);
        while (at > 0 && char.IsLetter(line[at - 1]) && call[0] != '.')
        {
            at = line.IndexOf(call, at + 1, StringComparison.Ordinal);
        }

        return at >= 0;
    }

    /// <summary>"Type.member" for each member of TorchSharp that the domain's code refers to.</summary>
    private static IReadOnlyList<string> MembersUsed()
    {
        using var file = new PEReader(File.OpenRead(typeof(GradientService).Assembly.Location));
        var metadata = file.GetMetadataReader();
        return [.. metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Where(member => member.Parent.Kind == HandleKind.TypeReference)
            .Select(member => $"{metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)member.Parent).Name)}.{metadata.GetString(member.Name)}")
            .Distinct()];
    }
}
