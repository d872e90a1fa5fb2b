namespace GradService.Tests.Oracles;

/// <summary>A batch Jacobian [N, M, N, D] as a plain matrix, with its parts and products written out.</summary>
/// <param name="Values">Flat.</param>
/// <param name="N">Samples.</param>
/// <param name="M">Outputs of a sample.</param>
/// <param name="D">Inputs of a sample.</param>
internal sealed record BatchJacobian(double[] Values, int N, int M, int D)
{
    private int Columns => N * D;

    /// <summary>Σ over samples and the given outputs, [N, D].</summary>
    public double[] Sum(int[] outputs) => Vjp([.. Enumerable.Range(0, N * M).Select(row => outputs.Contains(row % M) ? 1.0 : 0.0)]);

    /// <summary>The rows of the given outputs, [N, m, N, D].</summary>
    public double[] Rows(int[] outputs) =>
    [
        .. from sample in Enumerable.Range(0, N)
           from output in outputs
           from column in Enumerable.Range(0, Columns)
           select Values[(((sample * M) + output) * Columns) + column],
    ];

    /// <summary>The diagonal blocks of the given outputs, [N, m, D].</summary>
    public double[] PerSample(int[] outputs) =>
    [
        .. from sample in Enumerable.Range(0, N)
           from output in outputs
           from element in Enumerable.Range(0, D)
           select Values[(((sample * M) + output) * Columns) + (sample * D) + element],
    ];

    /// <summary>cotangentᵀ·J, [N, D].</summary>
    public double[] Vjp(double[] cotangent) =>
        [.. Enumerable.Range(0, Columns).Select(column => Enumerable.Range(0, N * M).Sum(row => cotangent[row] * Values[(row * Columns) + column]))];

    /// <summary>J·tangent, [N, M].</summary>
    public double[] Jvp(double[] tangent) =>
        [.. Enumerable.Range(0, N * M).Select(row => Enumerable.Range(0, Columns).Sum(column => Values[(row * Columns) + column] * tangent[column]))];
}
