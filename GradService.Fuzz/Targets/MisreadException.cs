namespace GradService.Fuzz.Targets;

/// <summary>A reader took what it should not, refused what it should take, or read it as something else.</summary>
internal sealed class MisreadException(string message) : Exception(message)
{
    public static void ThrowIf(bool wrong, string message)
    {
        if (wrong)
        {
            throw new MisreadException(message);
        }
    }
}
