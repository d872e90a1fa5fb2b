namespace GradService.Api.Wire.Reading;

/// <summary>Says which requests a <see cref="JsonFragment"/> may be; the field that decides stands beside it.</summary>
/// <param name="requests">Their records.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OneOfRequestsAttribute(params Type[] requests) : Attribute
{
    public IReadOnlyList<Type> Requests { get; } = requests;
}
