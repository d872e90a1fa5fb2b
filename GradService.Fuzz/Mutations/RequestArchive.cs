using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using GradService.Api.Wire.Arrays;
using GradService.Domain.Arrays;
using GradService.Fuzz.Targets;

namespace GradService.Fuzz.Mutations;

/// <summary>A request in JSON as the members of an archive: its arrays, each a file of its own, and the rest of it.</summary>
internal static class RequestArchive
{
    public static List<(string Name, byte[] Content)> MembersOf(string json)
    {
        var request = JsonNode.Parse(json)!.AsObject();
        var members = new List<(string, byte[])>();
        Take(request, "inputs", "inputs", members);
        foreach (var field in new[] { "cotangent", "tangent", "direction" })
        {
            Take(request["gradient"], field, field, members);
        }

        Take(request["batchNorm"], "referenceInputs", "reference_inputs", members);
        foreach (var name in (request["network"]!["parameters"] as JsonObject)?.Select(parameter => parameter.Key).ToList() ?? [])
        {
            Take(request["network"]!["parameters"], name, $"parameters/{name}", members);
        }

        foreach (var points in request["points"] as JsonArray ?? [])
        {
            Take(points, "inputs", $"points/{points!["name"]}", members);
        }

        foreach (var term in request["terms"] as JsonArray ?? [])
        {
            Take(term, "target", $"targets/{term!["name"]}", members);
        }

        var text = Encoding.UTF8.GetBytes(request.ToJsonString());
        return [("request.npy", [.. NpyWriter.HeaderOfText(text.Length), .. text]), .. members];
    }

    public static byte[] Packed(IEnumerable<(string Name, byte[] Content)> members, CompressionLevel level)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in members)
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return file.ToArray();
    }

    private static void Take(JsonNode? holder, string field, string member, List<(string, byte[])> members)
    {
        if (holder?[field] is not JsonArray list)
        {
            return;
        }

        using var parsed = JsonDocument.Parse(list.ToJsonString());
        var plain = PlainArray.Of(parsed.RootElement)!;
        var array = new NdArray(new Shape([.. plain.Sizes]), [.. plain.Values]);
        members.Add(($"{member}.npy", [.. NpyWriter.HeaderOf(array), .. array.RawBytes]));
        holder.AsObject().Remove(field);
    }
}
