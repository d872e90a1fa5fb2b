using System.Reflection;
using System.Xml.Linq;
using GradService.Api.Figures;
using GradService.Api.Gradients;
using GradService.Api.Networks;
using GradService.Api.Objectives;
using GradService.Api.Serving.Admission;
using GradService.Api.Storage;
using GradService.Domain.Arrays;
using GradService.Domain.Budget;
using GradService.Domain.Gradients;
using GradService.Domain.Objectives;

namespace GradService.Tests.House;

/// <summary>What travels over HTTP is documented where it is declared: OpenAPI, and whoever reads the code, have it from there.</summary>
public sealed class DocumentationTests
{
    private static readonly Dictionary<string, XElement> Documented = new[] { typeof(GradientService).Assembly, typeof(Program).Assembly }
        .SelectMany(assembly => XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member"))
        .Where(member => member.Attribute("name")!.Value.Contains(":GradService.", StringComparison.Ordinal))
        .ToDictionary(member => member.Attribute("name")!.Value);

    [Fact]
    public void Every_property_that_travels_has_a_summary()
    {
        var travelling = Reachable(typeof(GradientRequest), typeof(ForwardRequest), typeof(ComparisonBody), typeof(GradientResult), typeof(ForwardResult),
            typeof(ComparisonResult),
                typeof(ObjectiveComparisonRequest), typeof(ObjectiveResult), typeof(ObjectiveComparisonAnswer), typeof(FigureBody), typeof(NetworkBody),
                typeof(NameBody), typeof(Limits), typeof(ComputeOptions), typeof(StorageOptions))
            .Concat(typeof(Program).Assembly.GetTypes().Where(type => type.Name.EndsWith("Report", StringComparison.Ordinal)));
        var silent = travelling.Distinct().SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(property => property.CanRead && !Overrides(property) && !IsDocumented(type, property))
            .Select(property => $"{type.FullName}.{property.Name}"));
        Assert.Empty(silent);
    }

    [Fact]
    public void Every_value_of_a_travelling_enumeration_has_a_summary() =>
        Assert.Empty(Reachable(typeof(GradientRequest), typeof(GradientResult), typeof(ComparisonBody), typeof(ObjectiveComparisonRequest),
            typeof(ObjectiveResult), typeof(FigureBody)).Where(type => type.IsEnum)
            .SelectMany(type => Enum.GetNames(type).Where(name => !HasText($"F:{type.FullName}.{name}")).Select(name => $"{type.FullName}.{name}")));

    /// <summary>What it is, is said where it was declared first.</summary>
    private static bool Overrides(PropertyInfo property) => property.GetMethod!.GetBaseDefinition().DeclaringType != property.DeclaringType;

    private static bool IsDocumented(Type type, PropertyInfo property) =>
        HasText($"P:{type.FullName!.Replace('+', '.')}.{property.Name}")
        || (Documented.GetValueOrDefault($"T:{type.FullName}")?.Elements("param")
            .Any(parameter => parameter.Attribute("name")!.Value == property.Name && parameter.Value.Trim().Length > 0) ?? false);

    private static bool HasText(string member) => Documented.GetValueOrDefault(member)?.Element("summary")?.Value.Trim().Length > 0;

    /// <summary>The types of this project that are reached from some by public properties, members of families included.</summary>
    private static HashSet<Type> Reachable(params IEnumerable<Type> roots)
    {
        var found = new HashSet<Type>();
        var open = new Queue<Type>(roots);
        while (open.TryDequeue(out var type))
        {
            if (type.IsGenericType || type.HasElementType)
            {
                foreach (var part in type.IsGenericType ? type.GetGenericArguments() : [type.GetElementType()!])
                {
                    open.Enqueue(part);
                }
            }
            else if (type.Namespace?.StartsWith("GradService", StringComparison.Ordinal) == true && type != typeof(NdArray) && type != typeof(Shape)
                && found.Add(type))
            {
                var members = type.IsAbstract ? type.Assembly.GetTypes().Where(type.IsAssignableFrom) : [];
                foreach (var next in type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.PropertyType).Concat(members))
                {
                    open.Enqueue(next);
                }
            }
        }

        // A mode travels as its name.
        found.Remove(typeof(GradService.Domain.Statistics.BatchNormMode));
        return found;
    }
}
