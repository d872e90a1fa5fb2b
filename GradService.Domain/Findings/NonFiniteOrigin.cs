using GradService.Domain.Runs;

namespace GradService.Domain.Findings;

/// <summary>Where numbers that are not finite come from: the first that holds, in this order.</summary>
internal sealed record NonFiniteOrigin
{
    /// <summary>Parameters and buffers that are not finite themselves.</summary>
    public IReadOnlyList<NonFiniteParameter> Parameters { get; init; } = [];

    /// <summary>The layer in which values stop being finite on the way forward.</summary>
    public NonFiniteLayer? Layer { get; init; }

    /// <summary>Where the layer meets it: "sample 3", "point 0 of 'interior'".</summary>
    public string Place { get; init; } = "";

    /// <summary>A derivative of the network, values on the way forward being finite.</summary>
    public NonFiniteDerivative? Derivative { get; init; }

    /// <summary>The operation of a term, all that it reads of the network being finite.</summary>
    public NonFiniteOperation? Operation { get; init; }

    /// <summary>The layer on the way back, where it can be told.</summary>
    public NonFiniteSlope? Slope { get; init; }
}

/// <summary>A derivative of the network that is not finite.</summary>
/// <param name="Name">As formulas write it.</param>
/// <param name="Place">The first point concerned.</param>
/// <param name="Value">What it is there.</param>
internal sealed record NonFiniteDerivative(string Name, string Place, double Value);

/// <summary>An operation of a term that is not finite, or whose derivative is not.</summary>
/// <param name="Term">The term.</param>
/// <param name="Place">The first point concerned.</param>
/// <param name="Symbol">The operation alone: "sqrt", "/".</param>
/// <param name="Written">With its arguments: "sqrt(0)".</param>
/// <param name="Arguments">Its arguments.</param>
/// <param name="Value">What it came to.</param>
/// <param name="Part">What of it is not finite.</param>
/// <param name="Where">The values of the names below it.</param>
internal sealed record NonFiniteOperation(string Term, string Place, string Symbol, string Written, IReadOnlyList<double> Arguments, double Value,
    NonFinitePart Part, IReadOnlyList<(string Name, double Value)> Where);

/// <summary>What of an operation is not finite.</summary>
internal enum NonFinitePart
{
    /// <summary>Its value.</summary>
    Value,

    /// <summary>Its derivative, its value being finite.</summary>
    Derivative,

    /// <summary>The product of its derivative and of those above it, each of them being finite.</summary>
    Product,
}

/// <summary>Gradients that are not finite, all values being finite.</summary>
/// <param name="Layer">The first layer on the way back that makes one of what is finite: its name and type; null: none by itself.</param>
/// <param name="Place">The first sample concerned; null where samples are not told apart.</param>
/// <param name="Parameters">The parameters whose gradients are concerned.</param>
internal sealed record NonFiniteSlope(string? Layer, string? Place, IReadOnlyList<string> Parameters);
