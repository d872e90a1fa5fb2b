using System.Reflection;
using GradService.Domain.Gradients;
using TorchSharp;

namespace GradService.Tests.House;

/// <summary>A tensor's owner is a class that says so; records are values, and values own nothing.</summary>
public sealed class OwnershipTests
{
    private static IEnumerable<Type> Types => typeof(GradientService).Assembly.GetTypes().Concat(typeof(Program).Assembly.GetTypes());

    [Fact]
    public void No_record_holds_a_tensor() =>
        Assert.Empty(Types.Where(IsRecord)
            .SelectMany(type => type.GetFields(CompiledMethod.All).Where(field => Mentions(field.FieldType, typeof(torch.Tensor)))
                .Select(field => $"{type}.{field.Name}")));

    [Fact]
    public void What_holds_disposables_of_its_own_is_sealed_or_static() =>
        Assert.DoesNotContain(Types,
            type => type is { IsClass: true, IsSealed: false }
                && type.GetFields(CompiledMethod.All).Any(field => Mentions(field.FieldType, typeof(torch.Tensor))));

    [Fact]
    public void No_tensor_lives_as_long_as_the_process() =>
        Assert.Empty(Types.SelectMany(
            type => type.GetFields(CompiledMethod.All).Where(field => field.IsStatic && Mentions(field.FieldType, typeof(torch.Tensor)))
                .Select(field => $"{type}.{field.Name}")));

    [Fact]
    public void Records_of_the_domain_are_immutable()
    {
        var mutable = typeof(GradientService).Assembly.GetTypes().Where(IsRecord).SelectMany(type => type.GetProperties(CompiledMethod.All)
            .Where(property => property.SetMethod is { IsPublic: true } set
                && !set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit)))
            .Select(property => $"{type}.{property.Name}"));
        Assert.Empty(mutable);
    }

    private static bool IsRecord(Type type) => type.GetMethod("<Clone>$", BindingFlags.Public | BindingFlags.Instance) is not null;

    private static bool Mentions(Type type, Type wanted) =>
        type == wanted || (type.HasElementType && Mentions(type.GetElementType()!, wanted))
        || (type.IsGenericType && !typeof(Delegate).IsAssignableFrom(type) && type.GetGenericArguments().Any(argument => Mentions(argument, wanted)));
}
