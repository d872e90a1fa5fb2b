using GradService.Domain.Arrays;

namespace GradService.Domain.Gradients;

/// <summary>A part of an answer that findings judge by itself.</summary>
/// <param name="Name">What it is, as sentences name it: "the second derivative".</param>
/// <param name="Order">The order of derivative by the inputs.</param>
/// <param name="Of">The part of an answer, or of an answer about some of its samples.</param>
internal sealed record AnswerPart(string Name, int Order, Func<NdArray, NdArray> Of)
{
    /// <summary>What tangents, directions and cotangents multiply the outputs' derivatives by, at most.</summary>
    public double Weight { get; init; } = 1;

    /// <summary>Whether it differentiates a sum over the samples, all with the same weight.</summary>
    public bool SumsSamples { get; init; }

    /// <summary>An answer as a whole.</summary>
    public static AnswerPart Whole(string name, int order) => new(name, order, answer => answer);

    /// <summary>The products with a factor, one for each array of a stack.</summary>
    /// <param name="factor">The factor, or a stack of R such.</param>
    /// <param name="isStack">Whether it is a stack.</param>
    /// <param name="name">What a single one's product is.</param>
    /// <param name="sumsSamples">Whether such a factor has the same weights for all samples.</param>
    public static IReadOnlyList<AnswerPart> OfFactor(NdArray factor, bool isStack, string name, Func<NdArray, bool>? sumsSamples = null)
    {
        return isStack
            ? [.. Enumerable.Range(0, (int)factor.Shape[0]).Select(at => Part(factor.Rows(at, 1), $"{name} [{at}]", answer => answer.Rows(at, 1)))]
            : [Part(factor, name, answer => answer)];

        AnswerPart Part(NdArray one, string name, Func<NdArray, NdArray> of) =>
            new(name, Order: 1, of) { Weight = one.MaxAbsolute(), SumsSamples = sumsSamples?.Invoke(one) == true };
    }
}
