using System.Collections.Concurrent;

namespace GradService.Api.Wire.Values;

/// <summary>The types of values that fields have; enumerations are all described in the same way.</summary>
internal static class FieldTypes
{
    private static readonly ConcurrentDictionary<Type, FieldType?> ByType = new();

    public static IReadOnlyList<FieldType> All { get; } =
    [
        new FlagType(),
        new IntegerType(),
        new LongIntegerType(),
        new NumberType(),
        new TextType(),
        new BatchNormModeType(),
        new PerAxisType(),
        new ConvolutionPaddingType(),
        new ScaleFactorsType(),
        new PadAmountsType(),
        new TermSetsType(),
        new SampleCountType(),
        new IntervalType(),
    ];

    /// <summary>The description of a type; null for arrays, lists, records and families.</summary>
    public static FieldType? Of(Type type) => ByType.GetOrAdd(type, static type =>
        All.FirstOrDefault(known => known.Type == type) ?? (type.IsEnum ? new EnumerationType(type) : null));

    /// <summary>The description of an enumeration.</summary>
    public static NamedType Named<T>()
        where T : struct, Enum => (NamedType)Of(typeof(T))!;
}
