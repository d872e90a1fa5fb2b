using System.Diagnostics;

namespace GradService.Api.Serving.Refusals;

/// <summary>What a problem document, the log and a trace know a request by: 32 hexadecimal digits, those of the W3C trace context.</summary>
internal static class TraceId
{
    public static string Current => (Activity.Current?.TraceId ?? default).ToHexString();
}
