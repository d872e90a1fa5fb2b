using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Separation;
using GradService.Domain.Statistics;

namespace GradService.Domain.Gradients;

/// <summary>A request that has been checked as far as its shapes go.</summary>
internal sealed record PreparedRequest(ForwardRequest Request, NetworkShape Shape, NormalizationPlan Plan, ProblemSize Size)
{
    /// <exception cref="FaultException">Inputs or normalisation do not fit the network.</exception>
    public static PreparedRequest Of(ForwardRequest request, NetworkShape shape)
    {
        BatchShape.Check(request.Inputs, "inputs", shape.Input, "N");
        BatchShape.CheckPrecision(request.Inputs, "inputs", shape.Dtype);
        var plan = NormalizationPlan.Resolve(shape, request.BatchNorm);
        plan.CheckCounts(request.Inputs.Shape[0], request.BatchNorm.ReferenceInputs?.Shape[0] ?? 0);
        return new PreparedRequest(request, shape, plan, ProblemSize.Of(shape, plan, request.Inputs.Shape[0]));
    }

    /// <summary>How many samples a layer's statistics are taken over; null where they come from elsewhere.</summary>
    public long? SamplesBehind(NormalizationSite site) => site.SamplesBehind(Size.Samples, Request.BatchNorm.ReferenceInputs);
}
