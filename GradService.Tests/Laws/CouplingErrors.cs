using Xunit.Abstractions;

namespace GradService.Tests.Laws;

/// <summary>The largest relative error that a law has met, written down when it is through: what its tolerance is worth.</summary>
internal sealed class CouplingErrors(ITestOutputHelper output, double tolerance) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, double> _largest = [];

    /// <summary>Fails unless entries differ by no more than the tolerance times the scale.</summary>
    public void Compare(double[] expected, double[] actual, double scale, string what)
    {
        Answers.AssertClose(expected, actual, tolerance, scale, what);
        var error = scale == 0 ? 0 : expected.Zip(actual, (one, other) => Math.Abs(one - other)).DefaultIfEmpty().Max() / scale;
        lock (_lock)
        {
            _largest[what] = Math.Max(error, _largest.GetValueOrDefault(what));
        }
    }

    public void Dispose()
    {
        foreach (var (what, error) in _largest)
        {
            output.WriteLine($"{what}: largest error {error:G3} of the scale, tolerance {tolerance:G3}");
        }
    }
}
