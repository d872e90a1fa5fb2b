using GradService.Domain.Arrays;
using GradService.Domain.Gradients;
using GradService.Domain.Native;
using GradService.Domain.Networks;

namespace GradService.Domain.Objectives;

/// <summary>An array by whose entries a loss is differentiated.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Name">The parameter's name, the unknown's, or the point set's.</param>
internal sealed record Differentiated(DifferentiatedBy Kind, string Name)
{
    /// <summary>The gradients that are handed out, by what they are taken by.</summary>
    public static IReadOnlyDictionary<Differentiated, NdArray> All(Loss loss, Objective objective, IReadOnlyList<ObjectivePart> parts)
    {
        var all = new Dictionary<Differentiated, NdArray>();
        if (parts.Contains(ObjectivePart.ParameterGradients))
        {
            foreach (var (name, gradient) in loss.ParameterGradients!)
            {
                all.Add(new(DifferentiatedBy.Parameter, name), gradient);
            }

            foreach (var (name, gradient) in loss.UnknownGradients!)
            {
                all.Add(new(DifferentiatedBy.Unknown, name), new NdArray(new Shape(1), [gradient]));
            }
        }

        foreach (var set in loss.InputGradients is null ? [] : objective.Sets)
        {
            all.Add(new(DifferentiatedBy.Points, set.Name), loss.InputGradients![set.Name]);
        }

        return all;
    }

    /// <summary>Its entries, flat, and by how much each is moved.</summary>
    public (double[] Values, StepSizes Steps) Values(Objective objective, Network network)
    {
        switch (Kind)
        {
            case DifferentiatedBy.Parameter:
                var parameter = network[Name].ToDoubles();
                return (parameter, StepSizes.OfParameter(parameter));
            case DifferentiatedBy.Unknown:
                double[] unknown = [objective.Unknowns[Index(objective)]];
                return (unknown, StepSizes.OfParameter(unknown));
            default:
                var inputs = objective.Sets[Index(objective)].Inputs.In(Dtype.Float64);
                double[] points = [.. inputs.Doubles];
                return (points, StepSizes.OfColumns(points, inputs.Count / inputs.Shape[0]));
        }
    }

    /// <summary>The loss with one of its entries moved; no parameter, which belongs to the network.</summary>
    public ObjectiveSetting Moved(ObjectiveSetting setting, int element, double step)
    {
        var (objective, index) = (setting.Objective, Index(setting.Objective));
        if (Kind == DifferentiatedBy.Unknown)
        {
            return setting.Of(objective.With(index, objective.Unknowns[index] + step));
        }

        var inputs = objective.Sets[index].Inputs.In(Dtype.Float64);
        double[] points = [.. inputs.Doubles];
        points[element] += step;
        return setting.Of(objective.With(index, new NdArray(inputs.Shape, points)));
    }

    private int Index(Objective objective) => Kind == DifferentiatedBy.Unknown
        ? objective.Names.Unknowns.ToList().IndexOf(Name)
        : objective.Sets.ToList().FindIndex(set => set.Name == Name);
}

/// <summary>What a loss is differentiated by.</summary>
internal enum DifferentiatedBy
{
    Parameter,
    Unknown,
    Points,
}
