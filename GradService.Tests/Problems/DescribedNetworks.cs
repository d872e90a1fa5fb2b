using GradService.Domain.Gradients;
using GradService.Domain.Networks;
using GradService.Domain.Objectives;

namespace GradService.Tests.Problems;

/// <summary>The networks of requests that describe theirs.</summary>
internal static class DescribedNetworks
{
    public static NetworkSpec Spec(this ForwardRequest request) => (NetworkSpec)request.Network;

    public static NetworkSpec Spec(this ObjectiveRequest request) => (NetworkSpec)request.Network;
}
