using System.Text.RegularExpressions;
using GradService.Domain.Faults;

namespace GradService.Api.Networks;

/// <summary>What a network may be called: names stand in paths as they are.</summary>
internal static partial class NetworkName
{
    public const string Expected = "1 to 64 of the characters a-z, 0-9, '.', '_' and '-', not only dots";

    /// <exception cref="FaultException">It may not be called so.</exception>
    public static string Checked(string name) => IsName(name) ? name : throw new FaultException(Fault.Invalid("name", Expected, Fault.Quoted(name)));

    public static bool IsName(string name) => Allowed().IsMatch(name);

    [GeneratedRegex(@"^(?!\.+\z)[a-z0-9._-]{1,64}\z")]
    private static partial Regex Allowed();
}
