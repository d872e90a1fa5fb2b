using CsCheck;

namespace GradService.Tests.Problems;

/// <summary>How many random cases a test tries: as many as it says, or as the variable CsCheck_Iter asks for, whoever draws them.</summary>
internal static class RandomCases
{
    /// <summary>Problems that a law is tried on.</summary>
    public const int Usual = 300;

    /// <summary>The number of cases to try.</summary>
    /// <param name="usual">Unless the variable asks for another number.</param>
    public static int Count(int usual) => Environment.GetEnvironmentVariable("CsCheck_Iter") is null ? usual : (int)Check.Iter;

    /// <summary>Whether fewer are asked for than usual, too few to expect that something of each sort comes.</summary>
    public static bool AreFewerThan(int usual) => Count(usual) < usual;

    /// <summary>Tries a law on random problems. A failure prints the seed that reproduces it and the smallest problem found.</summary>
    public static void Hold(this Gen<Problem> problems, Action<Problem> law) => problems.Hold(Usual, law);

    /// <summary>Tries a law on so many problems, unless the variable asks for another number.</summary>
    public static void Hold(this Gen<Problem> problems, int usual, Action<Problem> law) =>
        problems.Sample(law, iter: Count(usual), print: problem => $"{problem}");
}
