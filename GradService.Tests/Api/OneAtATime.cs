namespace GradService.Tests.Api;

/// <summary>Tests that count what the whole process holds: they run alone, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}
