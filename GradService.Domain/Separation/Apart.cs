

namespace GradService.Domain.Separation;

/// <summary>Samples do not interact: statistics of the batch are there for none of the gradients.</summary>
internal sealed class Apart : SeparationWay
{
    public static Apart Way { get; } = new();

    public override bool Applies(Asked asked) => !asked.Size.Coupled;

    protected override string Reason(Asked asked) => "samples are not coupled: " + asked.For switch
    {
        AskedFor.OwnGradients => "one sweep per output element serves all of them",
        AskedFor.OwnDerivatives => "each sweep serves all of them",
        AskedFor.TermDerivatives => "each sweep serves all points",
        AskedFor.Blocks => "the Jacobian is block-diagonal",
        _ => "the Jacobian is block-diagonal, K = 0",
    };
}

/// <summary>The question is about the whole batch, as products with its Jacobian are: samples stay together.</summary>
internal sealed class Together : SeparationWay
{
    public static Together Way { get; } = new();

    public override Strategy Strategy => Strategy.Direct;

    public override bool Applies(Asked asked) => false;

    protected override string Reason(Asked asked) => throw new NotSupportedException("It is not chosen: the question has its own reason.");
}
