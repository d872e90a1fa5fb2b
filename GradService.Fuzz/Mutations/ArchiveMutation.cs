using System.Globalization;
using System.IO.Compression;
using System.Text;
using GradService.Api.Wire.Arrays;

namespace GradService.Fuzz.Mutations;

/// <summary>A request as an archive, with something broken in its members, in what it says of them, or in its bytes.</summary>
internal static class ArchiveMutation
{
    private const int Bomb = 5_000_000;

    private static readonly string[] Names = ["input.npy", "inputs", "INPUTS.npy", "request.json", "cotangent.npy", "parameters/0.bias.npy", "parameters/.npy",
        "points/interior.npy", "targets/pde.npy", "../../etc/passwd", "é\u0000.npy", " "];

    private static readonly (string From, string To)[] HeaderChanges =
    [
        ("'<f8'", "'>f8'"), ("'<f8'", "'<f4'"), ("'<f8'", "'<i8'"), ("'<f8'", "'|O'"), ("'<f8'", "'<c16'"), ("'<f8'", "[('a', '<f8')]"), ("'|u1'", "'|b1'"),
        ("False", "True"), ("False", "None"),
        ("(", "(1, "), ("(", "(-1, "), ("(", "(0, "), ("(", "(9223372036854775807, 9223372036854775807, "), ("(", "(99999999999999999999, "), (", )", ", 2)"),
        ("'shape'", "'shade'"), ("}", ""), ("}", ", 'shape': (3,)}"),
    ];

    public static byte[] Mutate(string json, Random random)
    {
        var isStructure = random.Next(3) == 0;
        var members = RequestArchive.MembersOf(json);
        if (isStructure)
        {
            var text = Encoding.UTF8.GetBytes(StructureMutation.Mutate(TextOf(members[0].Content), random));
            members[0] = random.Next(4) == 0 ? ("request.json", text) : ("request.npy", [.. NpyWriter.HeaderOfText(text.Length), .. text]);
        }

        for (var changes = isStructure ? 0 : random.Next(0, 3); changes > 0 && members.Count > 0; changes--)
        {
            Change(members, random);
        }

        var archive = RequestArchive.Packed(members, random.Next(2) == 0 ? CompressionLevel.NoCompression : CompressionLevel.Fastest);
        return random.Next(3) == 0 ? ByteMutation.Mutate(archive, random) : archive;
    }

    private static void Change(List<(string Name, byte[] Content)> members, Random random)
    {
        var at = random.Next(members.Count);
        var (name, content) = members[at];
        switch (random.Next(8))
        {
            case 0:
                members.RemoveAt(at);
                break;
            case 1:
                members.Add(members[at]);
                break;
            case 2:
                members[at] = (Names[random.Next(Names.Length)], content);
                break;
            case 3:
                members[at] = (name, members[random.Next(members.Count)].Content);
                break;
            case 4:
                members[at] = (name, ByteMutation.Mutate(content, random));
                break;
            case 5 when random.Next(20) == 0:
                members.Add(("request.json", new byte[Bomb]));
                break;
            default:
                members[at] = (name, WithHeader(content, HeaderChanges[random.Next(HeaderChanges.Length)]));
                break;
        }
    }

    /// <summary>The file with something else in its header, the length of which stays right.</summary>
    private static byte[] WithHeader(byte[] file, (string From, string To) change)
    {
        if (file.Length < 10 || file[6] != 1)
        {
            return file;
        }

        var length = Math.Min(file[8] + (file[9] << 8), file.Length - 10);
        var text = Encoding.Latin1.GetString(file, 10, length);
        var at = text.IndexOf(change.From, StringComparison.Ordinal);
        if (at < 0)
        {
            return file;
        }

        var header = Encoding.Latin1.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text[..at]}{change.To}{text[(at + change.From.Length)..]}"));
        return [.. file[..8], (byte)header.Length, (byte)(header.Length >> 8), .. header, .. file[(10 + length)..]];
    }

    private static string TextOf(byte[] request) => Encoding.UTF8.GetString(request[NpyHeader.Read(request, "request.npy").Length..]);
}
