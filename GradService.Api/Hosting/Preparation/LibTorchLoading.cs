using GradService.Domain.Catalog;
using GradService.Domain.Native;
using Microsoft.Extensions.Options;

namespace GradService.Api.Hosting.Preparation;

/// <summary>Loads libtorch, unless the configuration leaves that to the first request that takes tensors. What goes wrong readiness tells.</summary>
internal sealed class LibTorchLoading(IHostApplicationLifetime lifetime, ILogger<LibTorchLoading> logger, IOptions<EngineOptions> engine)
    : DeferredPreparation(lifetime, logger)
{
    protected override void Prepare()
    {
        if (engine.Value.LoadAtStart)
        {
            _ = LibTorch.Failure;
        }
    }
}
