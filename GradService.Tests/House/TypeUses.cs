using System.Reflection;

namespace GradService.Tests.House;

/// <summary>Which types of an assembly use which others of it, as compiled: bases, members, signatures, attributes, locals and instructions.</summary>
internal static class TypeUses
{
    /// <summary>Each use of a type by another, the nested ones counted as the one around them.</summary>
    public static IEnumerable<(Type User, Type Used)> In(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => Parts(type).SelectMany(Whole).Select(used => (User: CompiledMethod.Outermost(type), Used: CompiledMethod.Outermost(used))))
        .Where(use => use.Used.Assembly == assembly && use.User != use.Used)
        .Distinct();

    private static IEnumerable<Type?> Parts(Type type) =>
    [
        type.BaseType,
        .. type.GetInterfaces(),
        .. Attributes(type.CustomAttributes),
        .. type.GetFields(CompiledMethod.All).SelectMany(field => Attributes(field.CustomAttributes).Prepend(field.FieldType)),
        .. type.GetProperties(CompiledMethod.All).SelectMany(property => Attributes(property.CustomAttributes)),
        .. CompiledMethod.Of(type).SelectMany(OfMethod),
    ];

    private static IEnumerable<Type?> OfMethod(MethodBase method) =>
    [
        (method as MethodInfo)?.ReturnType,
        .. method.GetParameters().SelectMany(parameter => Attributes(parameter.CustomAttributes).Prepend(parameter.ParameterType)),
        .. Attributes(method.CustomAttributes),
        .. (method.GetMethodBody()?.LocalVariables ?? []).Select(local => local.LocalType),
        .. CompiledMethod.Named(method).SelectMany(OfMember),
    ];

    private static IEnumerable<Type?> OfMember(MemberInfo member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodInfo called => [called.DeclaringType, called.ReturnType, .. called.IsGenericMethod ? called.GetGenericArguments() : []],
        _ => [member.DeclaringType],
    };

    private static IEnumerable<Type?> Attributes(IEnumerable<CustomAttributeData> attributes) => attributes.SelectMany(attribute =>
        attribute.ConstructorArguments.Concat(attribute.NamedArguments.Select(named => named.TypedValue)).Select(argument => argument.Value as Type)
            .Prepend(attribute.AttributeType));

    /// <summary>A type with all that it is made of: the elements of arrays, the arguments of generic types.</summary>
    private static IEnumerable<Type> Whole(Type? type) => type switch
    {
        null or { IsGenericParameter: true } => [],
        { HasElementType: true } => Whole(type.GetElementType()),
        { IsGenericType: true } => type.GetGenericArguments().SelectMany(Whole).Prepend(type.GetGenericTypeDefinition()),
        _ => [type],
    };
}
