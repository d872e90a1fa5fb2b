using GradService.Api.Wire.Values;
using GradService.Domain.Objectives;

namespace GradService.Api.Capabilities;

/// <summary>What a loss may be made of, and what BatchNorm may mean in it.</summary>
internal sealed record ObjectivesReport
{
    /// <summary>The meanings of BatchNorm in a loss that have a letter.</summary>
    public required IReadOnlyList<ObjectiveVariantReport> Variants { get; init; }

    /// <summary>What a derivative by an input may mean: the values of "derivative".</summary>
    public required IReadOnlyList<string> Derivatives { get; init; }

    /// <summary>How a residual becomes a value: the values of "reduction".</summary>
    public required IReadOnlyList<string> Reductions { get; init; }

    /// <summary>What stands together in one batch: the values of "batches".</summary>
    public required IReadOnlyList<string> Batches { get; init; }

    /// <summary>What an answer can hold beside the value: the values of "return".</summary>
    public required IReadOnlyList<string> Returns { get; init; }

    /// <summary>The language of residuals.</summary>
    public required FormulaReport Formula { get; init; }

    public static ObjectivesReport Of() => new()
    {
        Variants = [.. ObjectiveVariant.All.Select(variant => new ObjectiveVariantReport
        {
            Letter = variant.Letter!,
            Mode = variant.Mode.Name,
            Derivative = variant.Derivative,
            ThroughStatistics = variant.ThroughStatistics,
            Meaning = variant.Meaning!,
        })],
        Derivatives = [.. FieldTypes.Named<InputDerivative>().Askable.Keys],
        Reductions = [.. FieldTypes.Named<Reduction>().Askable.Keys],
        Batches = [.. FieldTypes.Named<PointBatches>().Askable.Keys],
        Returns = [.. FieldTypes.Named<ObjectivePart>().Askable.Keys],
        Formula = new FormulaReport(FormulaLanguage.Functions, FormulaLanguage.FunctionsOfTwo, Domain.Objectives.Formulas.Formula.MaxLength,
            Domain.Objectives.Formulas.Formula.MaxDepth, Domain.Objectives.Formulas.Formula.MaxOrder),
    };
}

/// <summary>A meaning of BatchNorm in a loss.</summary>
internal sealed record ObjectiveVariantReport
{
    /// <summary>Its letter.</summary>
    public required string Letter { get; init; }

    /// <summary>Its mode.</summary>
    public required string Mode { get; init; }

    /// <summary>What its derivatives by an input are, where batch statistics couple the samples.</summary>
    public required InputDerivative Derivative { get; init; }

    /// <summary>Whether its parameter gradients flow through the statistics; absent where the mode leaves no choice.</summary>
    public bool? ThroughStatistics { get; init; }

    /// <summary>What it means.</summary>
    public required string Meaning { get; init; }
}

/// <summary>The language of residuals.</summary>
/// <param name="Functions">The functions of one argument.</param>
/// <param name="FunctionsOfTwo">The functions of two.</param>
/// <param name="MaxLength">Of a formula, in characters.</param>
/// <param name="MaxDepth">Of parentheses, signs and exponents inside each other.</param>
/// <param name="MaxOrder">Of a derivative, all its variables together.</param>
internal sealed record FormulaReport(IReadOnlyList<string> Functions, IReadOnlyList<string> FunctionsOfTwo, int MaxLength, int MaxDepth, int MaxOrder);
