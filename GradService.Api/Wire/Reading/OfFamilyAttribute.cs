namespace GradService.Api.Wire.Reading;

/// <summary>
/// Says which family a field is about that its type does not tell: a string is the name of a member, a <see cref="JsonFragment"/>
/// has the fields of any of them.
/// </summary>
/// <param name="baseRecord">The family's base record.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OfFamilyAttribute(Type baseRecord) : Attribute
{
    public Type BaseRecord { get; } = baseRecord;
}
