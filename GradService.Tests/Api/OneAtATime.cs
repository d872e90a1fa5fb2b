namespace GradService.Tests.Api;

/// <summary>Tests that count or take what the whole process has: they run alone, after all others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class OneAtATime
{
    public const string Name = "one at a time";
}
