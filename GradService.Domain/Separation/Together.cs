namespace GradService.Domain.Separation;

/// <summary>The question is about the whole batch, as products with its Jacobian are: samples stay together.</summary>
internal sealed class Together : SeparationWay
{
    public static Together Way { get; } = new();

    public override Strategy Strategy => Strategy.Direct;

    public override bool Applies(Asked asked) => false;

    protected override string Reason(Asked asked) => throw new NotSupportedException("It is not chosen: the question has its own reason.");
}
