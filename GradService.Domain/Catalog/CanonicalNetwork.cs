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
/// <param name="Spec">The network without its numbers.</param>
/// <param name="Numbers">Every parameter and buffer, in the order of the state_dict. Those of a file are there while it is open.</param>
/// <param name="Input">Shape of a sample that enters.</param>
/// <param name="Output">Shape of a sample that leaves.</param>
/// <param name="LearnableCount">How many numbers are trained.</param>
public sealed record CanonicalNetwork(string Id, NetworkSpec Spec, IReadOnlyList<ArrayContent> Numbers, Shape Input, Shape Output, long LearnableCount)
{
    /// <summary>What all its numbers take.</summary>
    public long ParameterBytes => Numbers.Sum(array => array.Bytes);

    /// <summary>The id of a network as it is stored: it is another one as soon as a layer or a number is.</summary>
    /// <param name="layers">The network without its numbers.</param>
    /// <param name="numbers">Every parameter and buffer; each is read once.</param>
    public static string IdOf(NetworkSpec layers, IReadOnlyList<ArrayContent> numbers) => SpecHash.Of(layers, numbers);

    /// <param name="spec">The network.</param>
    /// <param name="limits">What it may be.</param>
    /// <param name="file">Numbers under those of the spec, read piece by piece; null: none.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FaultException">The network has no shape, is over a limit, or a given parameter is unknown, misshapen or missing.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CanonicalNetwork Of(NetworkSpec spec, Limits limits, IReadOnlyList<ArrayContent>? file = null, CancellationToken cancellation = default)
    {
        var shape = NetworkShape.InferWithin(spec, limits);
        var layers = spec with { Seed = null, Parameters = null };
        IReadOnlyList<ArrayContent> numbers = [.. ParameterValues.Of(spec, shape, file).All.Values];
        var learnable = shape.Parameters.Where(parameter => parameter.Spec.Role == ParameterRole.Learnable).Sum(parameter => parameter.Spec.Shape.Elements);
        return new CanonicalNetwork(SpecHash.Of(layers, numbers, cancellation), layers, numbers, shape.Input, shape.Output, learnable);
    }
}
