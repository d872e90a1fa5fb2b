namespace GradService.Fuzz.Search;

/// <summary>What was tried of a cell, and the worst of it.</summary>
internal sealed class CellTally
{
    public int Tried { get; private set; }

    public int Answered { get; private set; }

    public double? TimeRatio { get; private set; }

    public double? MemoryRatio { get; private set; }

    public int Findings { get; set; }

    public void Add(Cost cost)
    {
        Tried++;
        Answered += cost.Status is >= 200 and < 300 ? 1 : 0;
        TimeRatio = Worse(TimeRatio, cost.TimeRatio);
        MemoryRatio = Worse(MemoryRatio, cost.MemoryRatio);
    }

    private static double? Worse(double? one, double? other) => one is null || other > one ? other : one;
}
