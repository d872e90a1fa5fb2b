namespace GradService.Domain.Separation;

/// <summary>How much the samples influence each other.</summary>
public sealed record CouplingReport
{
    /// <summary>Σ_{i≠j}‖J_ij‖² / Σ‖J_ij‖², 0 to 1.</summary>
    public required double Share { get; init; }

    /// <summary>The sample that moves the others' outputs most; absent where none does.</summary>
    public InfluentialSample? MostInfluential { get; init; }

    /// <summary>
    /// Each coupled layer alone: the share of what goes through its statistics, later layers' response to them included, those of the others
    /// left out. Absent row by row.
    /// </summary>
    public IReadOnlyList<LayerCoupling>? Layers { get; init; }
}

/// <summary>A sample that moves the outputs of others.</summary>
/// <param name="Sample">Its index.</param>
/// <param name="Norm">√Σ_{j≠i}‖∂y_j/∂x_i‖².</param>
public sealed record InfluentialSample(int Sample, double Norm);

/// <summary>One coupled layer's part in the coupling, the others' statistics left out.</summary>
/// <param name="Name">Its state_dict prefix.</param>
/// <param name="Share">Σ_{i≠j} / Σ of the squared Jacobian made of the detached blocks and this layer's A·P alone, 0 to 1.</param>
public sealed record LayerCoupling(string Name, double Share);
