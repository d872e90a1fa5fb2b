using System.Text;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using GradService.Fuzz.Targets;

namespace GradService.Fuzz.Mutations;

/// <summary>A network to store as a form of parts, with something broken in a part, in the header of its safetensors file, or in its bytes.</summary>
internal static class FormMutation
{
    public const string ContentType = "multipart/form-data; boundary=" + Boundary;

    private const string Boundary = "0f2a";
    private const int LengthBytes = sizeof(ulong);

    private static readonly string[] Names = ["network", "parameters", "names", "name", "", "file", "é", "a\"; filename=\"b"];

    /// <summary>The form, nothing broken in it.</summary>
    public static byte[] Of(string json) => Packed(PartsOf(json));

    public static byte[] Mutate(string json, Random random)
    {
        var parts = PartsOf(json);
        for (var changes = random.Next(0, 3); changes > 0 && parts.Count > 0; changes--)
        {
            Change(parts, random);
        }

        var form = Packed(parts);
        return random.Next(4) == 0 ? ByteMutation.Mutate(form, random) : form;
    }

    private static List<(string Name, byte[] Content)> PartsOf(string json)
    {
        var request = JsonNode.Parse(json)!;
        var network = request["network"]!.AsObject();
        var parameters = RequestReader.Read<NetworkSpec>(Encoding.UTF8.GetBytes(network.ToJsonString()), FieldPath.Of("network")).Parameters;
        network.Remove("parameters");
        List<(string, byte[])> parts = [("network", Encoding.UTF8.GetBytes(network.ToJsonString()))];
        if (parameters is not null)
        {
            using var file = new MemoryStream();
            SafetensorsWriter.Write(file, [.. parameters.Select(pair => ArrayContent.Of(pair.Key, pair.Value))]);
            parts.Add(("parameters", file.ToArray()));
        }

        if ((string?)request["name"] is { } name)
        {
            parts.Add(("name", Encoding.UTF8.GetBytes(name)));
        }

        return parts;
    }

    private static void Change(List<(string Name, byte[] Content)> parts, Random random)
    {
        var at = random.Next(parts.Count);
        var (name, content) = parts[at];
        switch (random.Next(8))
        {
            case 0:
                parts.RemoveAt(at);
                break;
            case 1:
                parts.Add(parts[at]);
                break;
            case 2:
                parts[at] = (Names[random.Next(Names.Length)], content);
                break;
            case 3:
                parts[at] = (name, parts[random.Next(parts.Count)].Content);
                break;
            case 4:
                parts[at] = (name, ByteMutation.Mutate(content, random));
                break;
            default:
                parts[at] = (name, name switch
                {
                    "network" => Restructured(content, random),
                    "parameters" => WithHeader(content, random),
                    _ => content,
                });
                break;
        }
    }

    /// <summary>The file with something else in its header, the length of which stays right.</summary>
    private static byte[] WithHeader(byte[] file, Random random)
    {
        var length = file.Length < LengthBytes ? ulong.MaxValue : BitConverter.ToUInt64(file);
        if (length > (ulong)Math.Max(0, file.Length - LengthBytes))
        {
            // Broken already.
            return file;
        }

        var header = Restructured(file[LengthBytes..(LengthBytes + (int)length)], random);
        return [.. BitConverter.GetBytes((ulong)header.Length), .. header, .. file[(LengthBytes + (int)length)..]];
    }

    /// <summary>The text with something else in its structure, where it still has one.</summary>
    private static byte[] Restructured(byte[] text, Random random)
    {
        using var document = ParsedJson.Of(text);
        return document is null ? text : Encoding.UTF8.GetBytes(StructureMutation.Mutate(Encoding.UTF8.GetString(text), random));
    }

    private static byte[] Packed(List<(string Name, byte[] Content)> parts) =>
    [
        .. parts.SelectMany(part => (byte[])
        [
            .. Encoding.UTF8.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"{part.Name}\"\r\n\r\n"), .. part.Content, .. "\r\n"u8,
        ]),
        .. Encoding.UTF8.GetBytes($"--{Boundary}--\r\n"),
    ];
}
