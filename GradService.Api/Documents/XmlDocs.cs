using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace GradService.Api.Documents;

/// <summary>The summaries of the source, from the XML files that the compiler writes beside the assemblies: documented once, in the code.</summary>
internal sealed partial class XmlDocs
{
    private readonly ConcurrentDictionary<Assembly, IReadOnlyDictionary<string, XElement>> _members = new();

    /// <summary>A type's summary.</summary>
    public string? Of(Type type) => Summary(type, "T:" + NameOf(type));

    /// <summary>A property's summary; that of a positional record is a parameter of the record's.</summary>
    public string? Of(PropertyInfo property)
    {
        var type = property.DeclaringType!;
        return Summary(type, $"P:{NameOf(type)}.{property.Name}")
            ?? Words(Member(type, "T:" + NameOf(type))?.Elements("param").FirstOrDefault(param => (string?)param.Attribute("name") == property.Name));
    }

    /// <summary>The summary of an enumeration's value.</summary>
    public string? Of(Type enumeration, string value) => Summary(enumeration, $"F:{NameOf(enumeration)}.{value}");

    private string? Summary(Type type, string member) => Words(Member(type, member)?.Element("summary"));

    private XElement? Member(Type type, string member) => _members.GetOrAdd(type.Assembly, static assembly =>
    {
        var file = Path.ChangeExtension(assembly.Location, ".xml");
        return File.Exists(file)
            ? XDocument.Load(file).Descendants("member").ToDictionary(element => (string)element.Attribute("name")!)
            : new Dictionary<string, XElement>();
    }).GetValueOrDefault(member);

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string? Words(XElement? element) => element is null ? null
        : Space().Replace(string.Concat(element.Nodes().Select(node => node switch
        {
            XText text => text.Value,
            XElement { Name.LocalName: "see" } see => ((string?)see.Attribute("cref") ?? (string?)see.Attribute("langword") ?? "").Split('.', ':')[^1],
            XElement { Name.LocalName: "paramref" } parameter => (string?)parameter.Attribute("name"),
            XElement other => other.Value,
            _ => "",
        })), " ").Trim();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
