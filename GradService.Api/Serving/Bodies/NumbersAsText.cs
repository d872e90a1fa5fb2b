using System.Globalization;
using GradService.Domain.Budget;
using GradService.Domain.Faults;
using Microsoft.Extensions.Options;

namespace GradService.Api.Serving.Bodies;

/// <summary>
/// What it takes to write the numbers of an answer as text, which is far more than their bytes: as an operation it is bounded, before
/// anything is computed.
/// </summary>
internal sealed class NumbersAsText(IOptions<Limits> limits)
{
    /// <summary>Measured: 180 ns for a number of 4 bytes, digits, buffers and the connection together.</summary>
    private const double NanosecondsPerByte = 45;

    private readonly int _mostSeconds = limits.Value.MaxOperationSeconds;

    /// <param name="bytes">Size of the numbers in the network's precision.</param>
    /// <param name="path">The field that says how they are written.</param>
    /// <param name="cheaper">How to have them otherwise.</param>
    /// <exception cref="FaultException">It would take longer than an operation may.</exception>
    public void Check(long bytes, string path, string cheaper)
    {
        var seconds = bytes * NanosecondsPerByte / 1e9;
        if (seconds > _mostSeconds)
        {
            throw new FaultException(Fault.TooLarge(path,
                $"at most {_mostSeconds} seconds of one core, as estimated, for writing numbers as text (limit MaxOperationSeconds)",
                string.Create(CultureInfo.InvariantCulture, $"{Math.Ceiling(seconds):0} for {bytes} bytes of numbers"), cheaper));
        }
    }
}
