using GradService.Domain.Native;
using TorchSharp;

namespace GradService.Tests.Domain.Native;

/// <summary>What is said of libtorch.</summary>
public sealed class LibTorchTests
{
    [Fact]
    public void The_version_that_is_known_without_loading_it_is_that_of_what_is_loaded()
    {
        Assert.Null(LibTorch.Failure);
        Assert.True(LibTorch.IsLoaded);
        Assert.Equal(Version.Parse(torch.__version__).ToString(3), LibTorch.Version);
        Assert.Equal(typeof(torch).Assembly.GetName().Version!.ToString(3), LibTorch.TorchSharpVersion);
    }

    /// <summary>Also on a thread that was there before libtorch was loaded.</summary>
    [Fact]
    public void Whoever_prepares_a_thread_has_one_OpenMP_thread_on_it()
    {
        var threads = 0;
        var thread = new Thread(() =>
        {
            LibTorch.PrepareThread();
            threads = torch.get_num_threads();
        });
        thread.Start();
        thread.Join();
        Assert.Equal(1, threads);
    }
}
