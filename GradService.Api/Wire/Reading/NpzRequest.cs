using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Writing;
using GradService.Domain.Faults;

namespace GradService.Api.Wire.Reading;

/// <summary>A request as an archive of arrays, as numpy.savez writes it: its JSON without arrays is a member, each array another.</summary>
internal static class NpzRequest
{
    private const string Text = "request";

    /// <param name="body">The archive.</param>
    /// <param name="maxBytes">How many bytes its members may have, unpacked.</param>
    /// <param name="hold">Told how many bytes it takes, before they are; throws where that is too much.</param>
    /// <exception cref="FaultException">The archive is not sound or too large, or the request is wrong.</exception>
    public static (T Request, AnswerForm Form) Read<T>(BodyBytes body, long maxBytes, Action<long> hold)
        where T : class
    {
        if (FileKind.InsteadOfArchive(body.Span) is { } foreign)
        {
            throw new FaultException(foreign);
        }

        using var archive = ZipMembers.Open(body, maxBytes);

        // A member is there packed, unpacked and as an array, which may have larger numbers.
        var held = (2L * body.Length) + (2 * archive.UnpackedBytes);
        hold(held);
        byte[]? json = null;
        var (arrays, faults) = (new List<ArrayMember>(), new List<Fault>());
        archive.ForEach((name, content) =>
        {
            try
            {
                if (name is Text + ".npy" or Text + ".json")
                {
                    json = json is null
                        ? (name == Text + ".npy" ? NpyReader.ReadText(content, name) : content).ToArray()
                        : throw new FaultException(Fault.Invalid(name, $"one of {Text}.npy and {Text}.json", "both"));
                }
                else
                {
                    arrays.Add(ReadArray(name, content, more => hold(held += more)));
                }
            }
            catch (FaultException wrong)
            {
                faults.AddRange(wrong.Faults);
            }
        });
        if (json is null && faults.Count == 0)
        {
            faults.Add(Fault.Invalid($"{Text}.npy", "a member that holds the JSON of the request without its arrays", "none"));
        }

        return faults.Count == 0 ? RequestReader.ReadRequest<T>(json, new ArrayMembers(arrays)) : throw new FaultException([.. faults.Take(50)]);
    }

    private static ArrayMember ReadArray(string name, ReadOnlySpan<byte> content, Action<long> hold)
    {
        // Asked before it is read: what has no place in a request need not be an array.
        var path = Fault.Shortened(name);
        var member = name.EndsWith(".npy", StringComparison.Ordinal) ? name[..^".npy".Length] : "";
        return ArrayMembers.Knows(member)
            ? ArrayMembers.Of(member, NpyReader.Read(content, path, hold))
            : throw new FaultException(Fault.Invalid(path, "a known member", Fault.Quoted(name),
                NearestName.Suggest(name, ArrayMembers.Names.Prepend(Text).Select(known => known + ".npy"))));
    }
}
