using System.Globalization;
using GradService.Domain.Faults;

namespace GradService.Api.Serving.Admission;

/// <summary>The header by which a caller says how long it will wait; beyond DeadlineSeconds it changes nothing.</summary>
internal static class RequestTimeout
{
    public const string Header = "Request-Timeout";

    /// <summary>Longer than any deadline.</summary>
    private const double MostSeconds = 1e6;

    /// <returns>Null where the caller does not say.</returns>
    /// <exception cref="FaultException">It is no number of seconds.</exception>
    public static TimeSpan? Of(HttpRequest request)
    {
        var values = request.Headers[Header];
        if (values.Count == 0)
        {
            return null;
        }

        var text = values.ToString();
        return double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && double.IsFinite(seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, MostSeconds))
            : throw new FaultException(Fault.Invalid(Header, "a number of seconds greater than 0", text.Length == 0 ? "nothing" : Fault.Quoted(text)));
    }
}
