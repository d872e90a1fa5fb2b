using System.Text.Json;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;

namespace GradService.Api.Networks;

/// <summary>
/// The part "names" of an upload: what tensors of the file are called in the network, as {"layer1.0.conv1.weight": "4.layers.0.weight"}. Names
/// that it leaves out stay as they are.
/// </summary>
internal static class ParameterNames
{
    /// <summary>Names that are looked through for the one that was probably meant.</summary>
    private const int MostSuggested = 1_000;

    private static readonly FieldPath Path = FieldPath.Of("names");

    /// <exception cref="FaultException">It is no JSON object of texts, each name once.</exception>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            var names = new Dictionary<string, string>();
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw Wrong(Path, "an object with the network's name for each of the file's", RequestWords.Got(ref reader));
            }

            while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
            {
                var name = JsonText.Of(ref reader);
                reader.Read();
                if (reader.TokenType != JsonTokenType.String)
                {
                    throw Wrong(Path.Entry(name), "the name of a parameter of the network", RequestWords.Got(ref reader));
                }

                if (!names.TryAdd(name, JsonText.Of(ref reader)))
                {
                    throw Wrong(Path.Entry(name), "each name once", "it again");
                }
            }

            reader.Read();
            return names;
        }
        catch (JsonException malformed)
        {
            throw new FaultException(RequestWords.Malformed(malformed, Path.ToString(), json));
        }
    }

    /// <summary>The tensors of a file by the names of the network.</summary>
    /// <param name="names">The network's name for each of the file's.</param>
    /// <param name="file">The tensors.</param>
    /// <param name="known">The names of the network's parameters and buffers.</param>
    /// <exception cref="FaultException">Names each that is not in the file, not in the network, or that two tensors would get.</exception>
    public static IReadOnlyList<ArrayContent> Apply(IReadOnlyDictionary<string, string> names, IReadOnlyList<ArrayContent> file, IReadOnlyList<string> known)
    {
        var (own, parameters) = (file.Select(array => array.Name).ToHashSet(), known.ToHashSet());
        var renamed = file.Select(array => names.TryGetValue(array.Name, out var name) ? array with { Name = name } : array).ToList();
        var taken = renamed.CountBy(array => array.Name).ToDictionary();
        var faults = names.SelectMany(pair => Faults(pair.Key, pair.Value)).Take(100).ToList();
        return faults.Count > 0 ? throw new FaultException(faults) : renamed;

        IEnumerable<Fault> Faults(string name, string target)
        {
            var path = Path.Entry(name).ToString();
            if (!own.Contains(name))
            {
                yield return Fault.Invalid(path, "the name of a tensor of the file", Fault.Quoted(name), NearestName.Suggest(name, own.Take(MostSuggested)));
            }
            else if (!parameters.Contains(target))
            {
                yield return Fault.Invalid(path, "the name of a parameter of the network, as in PyTorch's state_dict", Fault.Quoted(target),
                    NearestName.Suggest(target, known.Take(MostSuggested)));
            }
            else if (taken[target] > 1)
            {
                yield return Fault.Invalid(path, "a name that no other tensor of the file has or gets", Fault.Quoted(target));
            }
        }
    }

    private static FaultException Wrong(FieldPath path, string expected, string got) => new(Fault.Invalid(path.ToString(), expected, got));
}
