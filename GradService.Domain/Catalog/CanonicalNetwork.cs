using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Domain.Networks.Parameters;

namespace GradService.Domain.Catalog;

/// <summary>
/// A network as it is stored: all its numbers, in its own precision, and no seed. However it was described, the same network has the
/// same id.
/// </summary>
/// <param name="Id">SHA-256 of the layers in one canonical form and of the bytes of all parameters and buffers, 64 hexadecimal digits.</param>
/// <param name="Spec">The network, every parameter and buffer given.</param>
/// <param name="Input">Shape of a sample that enters.</param>
/// <param name="Output">Shape of a sample that leaves.</param>
/// <param name="LearnableCount">How many numbers are trained.</param>
public sealed record CanonicalNetwork(string Id, NetworkSpec Spec, Shape Input, Shape Output, long LearnableCount)
{
    /// <summary>What all its numbers take.</summary>
    public long ParameterBytes => Spec.Parameters!.Values.Sum(values => (long)values.RawBytes.Length);

    /// <summary>The id of a network as it is stored: it is another one as soon as a layer or a number is.</summary>
    /// <param name="stored">The network, every parameter and buffer given; each is asked for once, in the order of names.</param>
    public static string IdOf(NetworkSpec stored) => SpecHash.Of(stored);

    /// <summary>The id of a network whose numbers come piece by piece, so that there is an array for none of them.</summary>
    /// <param name="layers">The network without its numbers.</param>
    /// <param name="numbers">Every parameter and buffer; each is read once.</param>
    public static string IdOf(NetworkSpec layers, IReadOnlyList<ArrayContent> numbers) => SpecHash.Of(layers, numbers);

    /// <exception cref="FaultException">The network has no shape, is over a limit, or a given parameter is unknown, misshapen or missing.</exception>
    public static CanonicalNetwork Of(NetworkSpec spec, Limits limits)
    {
        var shape = NetworkShape.InferWithin(spec, limits);
        var whole = spec with { Seed = null, Parameters = ParameterValues.Of(spec, shape).All };
        var learnable = shape.Parameters.Where(parameter => parameter.Spec.Role == ParameterRole.Learnable).Sum(parameter => parameter.Spec.Shape.Elements);
        return new CanonicalNetwork(SpecHash.Of(whole), whole, shape.Input, shape.Output, learnable);
    }
}
