namespace GradService.Tests.Oracles;

/// <summary>The batch Jacobian [N, M, N, D] by central differences over the managed forward.</summary>
/// <param name="Values">Flat: row (sample, output), column (sample, input element).</param>
/// <param name="Trusted">
/// For each column, whether the differences mean something: no kink between the outermost points, and steps h and 2h agree to
/// 3e-7 of the largest entry, which strong curvature forbids; and that much is more than the rounding noise of the outputs.
/// </param>
internal sealed record CentralDifferences(double[] Values, bool[] Trusted)
{
    private const double Step = 1e-5;
    private const double Epsilon = 2.220446049250313e-16;

    public double MaxAbsolute => Values.Length == 0 ? 0 : Values.Max(Math.Abs);

    /// <summary>Statistics are computed anew at each point in coupled layers and held at those of the inputs in the others.</summary>
    public static CentralDifferences Of(ManagedForward forward, double[] inputs, int samples)
    {
        var pass = forward.Run(inputs, samples);
        var (atInputs, held) = (pass.Outputs, pass.Statistics.Where(layer => !layer.Value.Coupled).ToDictionary());
        var (rows, columns) = (atInputs.Length, inputs.Length);
        var (values, twice, smooth) = (new double[rows * columns], new double[rows * columns], new bool[columns]);
        for (var column = 0; column < columns; column++)
        {
            var h = Step * Math.Max(1, Math.Abs(inputs[column]));
            var points = new[] { -2 * h, -h, h, 2 * h }.Select(move =>
            {
                var moved = (double[])inputs.Clone();
                moved[column] += move;
                return forward.Run(moved, samples, held, pass.Statistics);
            }).ToArray();
            smooth[column] = points.All(point => point.Branches.SequenceEqual(points[0].Branches));
            for (var row = 0; row < rows; row++)
            {
                values[(row * columns) + column] = (points[2].Outputs[row] - points[1].Outputs[row]) / (2 * h);
                twice[(row * columns) + column] = (points[3].Outputs[row] - points[0].Outputs[row]) / (4 * h);
            }
        }

        var tolerance = 3e-7 * values.Max(Math.Abs);
        var aboveNoise = tolerance > 8 * Epsilon * atInputs.Max(Math.Abs) / Step;
        return new CentralDifferences(values, [.. smooth.Select((isSmooth, column) => aboveNoise && isSmooth
            && Enumerable.Range(0, rows).All(row => Math.Abs(values[(row * columns) + column] - twice[(row * columns) + column]) <= tolerance))]);
    }
}
