namespace GradService.Clients;

/// <summary>What the programs of this folder expect. What does not hold ends the program with an exception.</summary>
internal static class Check
{
    public static void That(bool holds, string what)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"Expected {what}.");
        }
    }
}
