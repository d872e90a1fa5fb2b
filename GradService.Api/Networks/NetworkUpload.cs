using System.Buffers;
using System.Text;
using GradService.Api.Serving.Bodies;
using GradService.Api.Serving.Budget;
using GradService.Api.Serving.Measurement;
using GradService.Api.Serving.Refusals;
using GradService.Api.Storage;
using GradService.Api.Wire.Arrays;
using GradService.Api.Wire.Reading;
using GradService.Domain.Arrays;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Networks;

/// <summary>
/// A network as a form of parts: "network", its spec in JSON, "parameters", a safetensors file, and "name". The file goes to the disk as
/// it comes; there is an array for each of its tensors when all of it is there, and not before.
/// </summary>
internal sealed class NetworkUpload(RequestBody body, NetworkStore store)
{
    public const string Media = "multipart/form-data";

    private const int LongestBoundary = 128;
    private const int MostParts = 3;
    private const int LongestName = 1024;

    /// <summary>What is read at once.</summary>
    private const int Chunk = 64 * 1024;

    public static bool Is(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Media, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FaultException">The form is not sound, too large, or says something wrong.</exception>
    /// <exception cref="BuffersFullException">There is no memory for what it holds.</exception>
    /// <exception cref="StorageFullException">There is no room for its file.</exception>
    /// <exception cref="BadHttpRequestException">It is not declared to be a form, or did not come in time.</exception>
    public async Task<NetworkBody> ReadAsync(HttpContext context)
    {
        if (!Is(context.Request))
        {
            throw new BadHttpRequestException($"Expected Content-Type: {Media} with its boundary, got none. With curl: -F network=@spec.json.",
                StatusCodes.Status415UnsupportedMediaType);
        }

        using var stage = Stages.Start("read");
        await using var incoming = body.Open(context, Remedy);
        await using var stream = new IncomingStream(incoming);
        var (reader, held) = (new MultipartReader(BoundaryOf(context.Request), stream), context.HeldBytes());
        held.Add(Chunk);
        var form = new Form();
        while (await NextAsync(reader) is { } part)
        {
            await AddAsync(form, part, held);
        }

        return form.ToBody();
    }

    private const string Remedy = "Store larger networks where the limit is higher.";

    private static string BoundaryOf(HttpRequest request)
    {
        var boundary = HeaderUtilities.RemoveQuotes(MediaTypeHeaderValue.Parse(request.ContentType).Boundary).ToString();
        return boundary.Length is > 0 and <= LongestBoundary ? boundary
            : throw new FaultException(Fault.Invalid("", $"a boundary of 1 to {LongestBoundary} characters in Content-Type: {Media}", $"{boundary.Length}"));
    }

    private static async Task<MultipartSection?> NextAsync(MultipartReader reader)
    {
        try
        {
            return await reader.ReadNextSectionAsync();
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException
            || (broken is IOException && broken.GetType() == typeof(IOException)))
        {
            throw Unsound();
        }
    }

    private async Task AddAsync(Form form, MultipartSection part, BufferedBytes held)
    {
        var name = ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString()
            : "";
        if (++form.Parts > MostParts || name is not ("network" or "parameters" or "name"))
        {
            throw new FaultException(Fault.Invalid(Fault.Shortened(name), "the parts network, parameters and name, each once",
                form.Parts > MostParts ? "more" : name.Length == 0 ? "a part without name" : Fault.Quoted(name)));
        }

        if (!form.Seen.Add(name))
        {
            throw new FaultException(Fault.Invalid(name, "the part once", "it again"));
        }

        if (name == "parameters")
        {
            form.Parameters = await ReadFileAsync(part.Body, held, mayBeEmpty: HeaderUtilities.RemoveQuotes(disposition!.FileName).Length == 0);
            return;
        }

        var others = held.Bytes;
        using var text = new BodyBytes();
        await CopyAsync(part.Body, bytes =>
        {
            // The buffer doubles.
            held.Set(others + (2 * ((long)text.Length + bytes.Length)));
            text.Add(new ReadOnlySequence<byte>(bytes));
        });
        if (name == "network")
        {
            form.Network = RequestBody.ReadText(text, held, others, json => RequestReader.Read<NetworkSpec>(json.Span, FieldPath.Of("network")));
        }
        else
        {
            // A browser sends what nobody has filled in as an empty text.
            form.Name = text.Length == 0 ? null
                : text.Length <= LongestName ? Encoding.UTF8.GetString(text.Span)
                : throw new FaultException(Fault.Invalid("name", NetworkName.Expected, "a longer text"));
            held.Set(others);
        }
    }

    /// <summary>The file's tensors; null where a browser sends the field of a file although nobody has chosen one.</summary>
    private async Task<IReadOnlyDictionary<string, NdArray>?> ReadFileAsync(Stream part, BufferedBytes held, bool mayBeEmpty)
    {
        using var file = store.Receive();
        await CopyAsync(part, bytes =>
        {
            file.Reserve(bytes.Length);

            // What goes wrong here is the disk's fault, what goes wrong in reading the caller's.
            StorageFailures.Translated(() =>
            {
                file.Content.Write(bytes.Span);
                return bytes.Length;
            });
        });
        return StorageFailures.Translated(() =>
        {
            if (mayBeEmpty && file.Content.Length == 0)
            {
                return null;
            }

            file.Content.Position = 0;

            // Its header, as a text and as what it says, is counted by its size: at most that of the file.
            held.Add(2 * Math.Min(file.Content.Length, SafetensorsHeader.LongestHeader));
            return SafetensorsReader.Read(file.Content, FieldPath.Of("parameters"), held.Add);
        });
    }

    private static async Task CopyAsync(Stream part, Action<ReadOnlyMemory<byte>> add)
    {
        var buffer = new byte[Chunk];
        while (await ReadAsync(part, buffer) is > 0 and var read)
        {
            add(buffer.AsMemory(0, read));
        }
    }

    private static async Task<int> ReadAsync(Stream part, byte[] buffer)
    {
        try
        {
            return await part.ReadAsync(buffer);
        }
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException || broken.GetType() == typeof(IOException))
        {
            throw Unsound();
        }
    }

    private static FaultException Unsound() =>
        new(Fault.Invalid("", "a sound form of parts (multipart/form-data, RFC 7578)", "one that is not, or that ends too early"));

    private sealed class Form
    {
        public HashSet<string> Seen { get; } = [];

        public int Parts { get; set; }

        public NetworkSpec? Network { get; set; }

        public IReadOnlyDictionary<string, NdArray>? Parameters { get; set; }

        public string? Name { get; set; }

        public NetworkBody ToBody()
        {
            var spec = Network ?? throw new FaultException(Fault.Invalid("network", "a part with the network's spec in JSON", "nothing"));
            return Parameters is not null && spec.Parameters is not null
                ? throw new FaultException(
                    Fault.Invalid("network.parameters", "parameters in one place", "some in the part network and some in the part parameters"))
                : new NetworkBody { Name = Name, Network = Parameters is null ? spec : spec with { Parameters = Parameters } };
        }
    }
}
