using System.Reflection;
using System.Reflection.Emit;

namespace GradService.Tests.House;

/// <summary>Reads compiled methods: what their instructions name.</summary>
internal static class CompiledMethod
{
    public const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> ByValue =
        typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    /// <summary>The methods and constructors of a type, those of its nested types not included.</summary>
    public static IEnumerable<MethodBase> Of(Type type) => type.GetMethods(All).Concat<MethodBase>(type.GetConstructors(All));

    /// <summary>The type around all others: what the compiler makes of a type's lambdas, iterators and async methods is nested in it.</summary>
    public static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;

    /// <summary>The types, methods and fields that a method's instructions name, to use them or to hand them on.</summary>
    public static IEnumerable<MemberInfo> Named(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (var at = 0; at < code.Length;)
        {
            var opcode = ByValue[code[at] == 0xFE ? (short)((0xFE << 8) | code[at + 1]) : code[at]];
            at += opcode.Size;
            if (opcode.OperandType is OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType or OperandType.InlineField)
            {
                var generic = method.DeclaringType!.IsGenericType ? method.DeclaringType.GetGenericArguments() : null;
                if (method.Module.ResolveMember(BitConverter.ToInt32(code, at), generic,
                    method.IsGenericMethod ? method.GetGenericArguments() : null) is { } named)
                {
                    yield return named;
                }
            }

            at += opcode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, at)),
                _ => 4,
            };
        }
    }
}
