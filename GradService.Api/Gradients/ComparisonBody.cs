using System.ComponentModel.DataAnnotations;
using GradService.Api.Wire.Reading;
using GradService.Domain.Faults;
using GradService.Domain.Gradients;
using GradService.Domain.Gradients.Kinds;
using GradService.Domain.Statistics;

namespace GradService.Api.Gradients;

/// <summary>A network and a batch, and the modes and kinds of gradient to put side by side.</summary>
internal sealed record ComparisonBody : ForwardRequest
{
    /// <summary>Fields of "gradient" in /v1/gradients that the entries inherit, such as outputs or cotangent. Each kind takes those it knows.</summary>
    [OfFamily(typeof(Question))]
    public JsonFragment? Gradient { get; init; }

    /// <summary>What to compare; absent: train/sum, train/perSample, trainDetached/perSample, eval/perSample and movingAverage/perSample.</summary>
    [MinLength(1), MaxLength(20)]
    public IReadOnlyList<ComparisonBodyEntry>? Compare { get; init; }

    private static readonly IReadOnlyList<ComparisonBodyEntry> DefaultEntries =
    [
        Entry("train", "sum"), Entry("train", "perSample"), Entry("trainDetached", "perSample"), Entry("eval", "perSample"),
        Entry("movingAverage", "perSample"),
    ];

    /// <exception cref="FaultException">A kind is unknown, or lacks a field that it needs.</exception>
    public ComparisonRequest ToRequest()
    {
        // Entries of one kind share its fields, which may be large.
        var questions = new Dictionary<string, Question>();
        var entries = new List<ComparisonEntry>();
        foreach (var entry in Compare ?? DefaultEntries)
        {
            if (!questions.TryGetValue(entry.Kind, out var question))
            {
                questions[entry.Kind] = question = ReadQuestion(entry.Kind, entries.Count);
            }

            entries.Add(new ComparisonEntry(entry.Mode, question));
        }

        CheckInherited(questions.Values);
        return new ComparisonRequest
        {
            Network = Network,
            Inputs = Inputs,
            BatchNorm = BatchNorm,
            Dropout = Dropout,
            Diagnostics = Diagnostics,
            Compare = entries,
        };
    }

    /// <summary>What is inherited must be of use to some entry.</summary>
    private void CheckInherited(IEnumerable<Question> questions)
    {
        if (Gradient is null)
        {
            return;
        }

        var family = Family.Of(typeof(Question))!;
        var taken = questions.SelectMany(question => RecordFields.Of(question.GetType()).Keys).ToHashSet();
        foreach (var (name, text) in RequestReader.TopLevelOf(Gradient))
        {
            if (name == family.Discriminator ? text is null || !family.Members.ContainsKey(text) : !taken.Contains(name))
            {
                throw new FaultException(name == family.Discriminator
                    ? Fault.Invalid($"gradient.{name}", $"the name of {family.Noun}", text is null ? "something else" : Fault.Quoted(text),
                        NearestName.Suggest(text ?? "", family.Members.Keys))
                    : Fault.Invalid($"gradient.{name}", "a field that the kind of some entry takes", $"'{name}', which none of them does"));
            }
        }
    }

    private Question ReadQuestion(string kind, int index)
    {
        var family = Family.Of(typeof(Question))!;
        if (!family.Members.TryGetValue(kind, out var member))
        {
            throw new FaultException(
                Fault.Invalid($"compare[{index}].kind", $"the name of {family.Noun}", Fault.Quoted(kind), NearestName.Suggest(kind, family.Members.Keys)));
        }

        var ofOthers = family.Members.Values.SelectMany(other => RecordFields.Of(other).Keys).Append(family.Discriminator).ToHashSet();
        try
        {
            return (Question)RequestReader.ReadAs(Gradient ?? JsonFragment.Empty(FieldPath.Of("gradient")), member, ofOthers.Contains);
        }
        catch (FaultException fault)
        {
            throw fault.For($"compare[{index}]");
        }
    }

    private static ComparisonBodyEntry Entry(string mode, string kind) => new() { Mode = BatchNormMode.Find(mode)!, Kind = kind };
}

/// <summary>One entry of a comparison.</summary>
internal sealed record ComparisonBodyEntry
{
    /// <summary>The mode of all BatchNorm layers that "batchNorm.layers" does not name.</summary>
    public required BatchNormMode Mode { get; init; }

    /// <summary>The kind of gradient.</summary>
    [OfFamily(typeof(Question))]
    public required string Kind { get; init; }
}
