using System.Globalization;
using System.Text;

namespace GradService.Domain.Faults;

/// <summary>
/// Where something stands in a request: steps from the outside in, each the name of a field, the name of an entry of an object that may have
/// any, or the index of an entry of a list. Written: "network.layers[3].outFeatures", "network.parameters['0.weight']", "a[0][1]".
/// </summary>
public sealed record FieldPath
{
    private enum Step
    {
        Field,
        Entry,
        Index,
    }

    private readonly Step _step;

    private FieldPath(FieldPath? parent, Step step, string name, long index) => (Parent, _step, Name, Index) = (parent, step, name, index);

    /// <summary>The request itself, or what a path is told of.</summary>
    public static FieldPath Empty { get; } = new(null, Step.Field, "", 0);

    /// <summary>The path without its last step; null for the empty one.</summary>
    public FieldPath? Parent { get; }

    /// <summary>The name that the last step is; empty where it is an index.</summary>
    public string Name { get; }

    private long Index { get; }

    /// <summary>Whether it has no steps.</summary>
    public bool IsEmpty => Parent is null;

    /// <summary>Whether the last step is an index.</summary>
    public bool IsIndex => _step == Step.Index;

    /// <summary>Whether the last step is the name of an entry.</summary>
    public bool IsEntry => _step == Step.Entry;

    /// <summary>Fields, one in the other.</summary>
    public static FieldPath Of(params ReadOnlySpan<string> fields)
    {
        var path = Empty;
        foreach (var field in fields)
        {
            path = path.Field(field);
        }

        return path;
    }

    /// <summary>A field of the record that stands here.</summary>
    public FieldPath Field(string name) => new(this, Step.Field, name, 0);

    /// <summary>An entry, by its name, of the object or list that stands here.</summary>
    public FieldPath Entry(string name) => new(this, Step.Entry, name, 0);

    /// <summary>An entry of the list that stands here.</summary>
    public FieldPath At(long index) => new(this, Step.Index, "", index);

    /// <summary>This path, and on from its end the other.</summary>
    public FieldPath Then(FieldPath below) => below.Parent is null ? this : new FieldPath(Then(below.Parent), below._step, below.Name, below.Index);

    /// <summary>This path, and on from its end another as it is written.</summary>
    public string Then(string below) => below.Length == 0 || below[0] == '[' || IsEmpty ? this + below : $"{this}.{below}";

    /// <summary>Whether it leads on from the end of the other.</summary>
    public bool IsBelow(FieldPath other) => Parent is not null && (Parent == other || Parent.IsBelow(other));

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString();
    }

    private void Write(StringBuilder text)
    {
        if (Parent is null)
        {
            return;
        }

        Parent.Write(text);
        if (_step == Step.Index)
        {
            text.Append(CultureInfo.InvariantCulture, $"[{Index}]");
        }
        else if (_step == Step.Entry || NeedsQuotes(Name))
        {
            text.Append('[').Append(Fault.Quoted(Name)).Append(']');
        }
        else
        {
            text.Append(text.Length == 0 ? "" : ".").Append(Fault.Shortened(Name));
        }
    }

    /// <summary>Whether a field, as only an unknown one can be, has a name that would be taken for more or less than one.</summary>
    private static bool NeedsQuotes(string name) =>
        name.Any(letter => letter is '.' or '[' or ']' or '\'' || char.IsWhiteSpace(letter) || char.IsControl(letter));
}
