using System.Globalization;
using GradService.Domain.Faults;

namespace GradService.Api.Serving.Admission;

/// <summary>How long whoever asks for work waits for it.</summary>
/// <param name="Longest">That long in all.</param>
/// <param name="SetBy">What says so, in words: "limit DeadlineSeconds".</param>
internal sealed record Deadline(TimeSpan Longest, string SetBy)
{
    /// <summary>How much of it has gone by already.</summary>
    public TimeSpan Waited { get; init; }

    public TimeSpan Left => Longest > Waited ? Longest - Waited : TimeSpan.Zero;
}

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

        const NumberStyles Decimal = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        var text = values.ToString();
        return double.TryParse(text, Decimal, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 && double.IsFinite(seconds)
            ? TimeSpan.FromSeconds(Math.Min(seconds, MostSeconds))
            : throw new FaultException(Fault.Invalid(Header, "a number of seconds greater than 0", text.Length == 0 ? "nothing" : Fault.Quoted(text)));
    }

    /// <summary>The deadline of a request: the caller's where it is the earlier one, else the service's.</summary>
    /// <inheritdoc cref="Of"/>
    public static Deadline DeadlineOf(HttpRequest request, TimeSpan longest) =>
        Of(request) is { } own && own < longest ? new Deadline(own, $"header {Header}") : new Deadline(longest, "limit DeadlineSeconds");
}
