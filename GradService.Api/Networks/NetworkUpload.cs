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
using GradService.Domain.Budget;
using GradService.Domain.Catalog;
using GradService.Domain.Faults;
using GradService.Domain.Networks;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Networks;

/// <summary>
/// A network as a form of parts: "network", its spec in JSON, "parameters", a safetensors file, "names", what its tensors are called in the
/// network, and "name". The file goes to the disk as it comes, and stays there: its numbers are read piece by piece, whoever needs them.
/// </summary>
internal sealed class NetworkUpload(RequestBody body, NetworkStore store, NetworkCatalog catalog, IOptions<Limits> limits)
{
    public const string Media = "multipart/form-data";

    private const int LongestBoundary = 128;
    private const int LongestName = 1024;

    /// <summary>What is read at once.</summary>
    private const int Chunk = 64 * 1024;

    private static readonly string[] Parts = ["network", "parameters", "names", "name"];

    private readonly long _mostOfFile = limits.Value.MaxUploadBytes;
    private readonly long _mostOfOthers = limits.Value.MaxRequestBytes;

    public static bool Is(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Media, StringComparison.OrdinalIgnoreCase);

    /// <returns>The network, which must be disposed of; its file is gone then.</returns>
    /// <exception cref="FaultException">The form is not sound, too large, or says something wrong.</exception>
    /// <exception cref="BuffersFullException">There is no memory for what it holds.</exception>
    /// <exception cref="StorageFullException">There is no room for its file.</exception>
    /// <exception cref="BadHttpRequestException">It is not declared to be a form, or did not come in time.</exception>
    public async Task<UploadedNetwork> ReadAsync(HttpContext context)
    {
        if (!Is(context.Request))
        {
            throw new BadHttpRequestException($"Expected Content-Type: {Media} with its boundary, got none. With curl: -F network=@spec.json.",
                StatusCodes.Status415UnsupportedMediaType);
        }

        using var stage = Stages.Start("read");
        await using var incoming = body.OpenForm(context, FileTooLarge);
        await using var stream = new IncomingStream(incoming);
        var (reader, held) = (new MultipartReader(BoundaryOf(context.Request), stream), context.HeldBytes());
        held.Add(Chunk);
        var form = new Form();
        try
        {
            while (await NextAsync(reader) is { } part)
            {
                await AddAsync(context, form, part, held);
            }

            return Network(form, held);
        }
        catch
        {
            form.File?.Dispose();
            throw;
        }
    }

    private Fault FileTooLarge(string got) => Fault.TooLarge("parameters", $"a file of at most {_mostOfFile} bytes (limit MaxUploadBytes)", got,
        "In half precision (F16, BF16) it has half the bytes. Whoever runs the service can raise the limit.");

    private FaultException OthersTooLarge() => new(Fault.TooLarge("", $"parts of at most {_mostOfOthers} bytes beside the file (limit MaxRequestBytes)", "more",
        "Send parameters as the part parameters, a safetensors file."));

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

    private async Task AddAsync(HttpContext context, Form form, MultipartSection part, BufferedBytes held)
    {
        var name = ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition)
            ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString()
            : "";
        if (!Parts.Contains(name))
        {
            throw new FaultException(Fault.Invalid(Fault.Shortened(name), $"the parts {string.Join(", ", Parts[..^1])} and {Parts[^1]}, each once",
                name.Length == 0 ? "a part without name" : Fault.Quoted(name)));
        }

        if (!form.Seen.Add(name))
        {
            throw new FaultException(Fault.Invalid(name, "the part once", "it again"));
        }

        if (name == "parameters")
        {
            form.MayBeEmpty = HeaderUtilities.RemoveQuotes(disposition!.FileName).Length == 0;
            form.File = store.Receive();
            await CopyAsync(part.Body, form.File);
            return;
        }

        var others = held.Bytes;
        using var text = new BodyBytes();
        await CopyAsync(part.Body, bytes =>
        {
            form.OtherBytes += bytes.Length;
            if (form.OtherBytes > _mostOfOthers)
            {
                throw OthersTooLarge();
            }

            // The buffer doubles.
            held.Set(others + (2 * ((long)text.Length + bytes.Length)));
            text.Add(new ReadOnlySequence<byte>(bytes));
        });
        if (name == "network")
        {
            form.Network = await body.ReadTextAsync(context, text, others, json => RequestReader.Read<NetworkSpec>(json.Span, FieldPath.Of("network")));
            return;
        }

        // A browser sends what nobody has filled in as an empty text.
        if (name == "names" && text.Length > 0)
        {
            form.Names = await body.ReadTextAsync(context, text, others, json => ParameterNames.Read(json.Span));
            return;
        }

        if (text.Length > LongestName)
        {
            throw new FaultException(Fault.Invalid("name", NetworkName.Expected, "a longer text"));
        }

        form.Name = text.Length == 0 ? form.Name : Encoding.UTF8.GetString(text.Span);
        held.Set(others);
    }

    private Task CopyAsync(Stream part, IncomingFile file)
    {
        var size = 0L;
        return CopyAsync(part, bytes =>
        {
            size += bytes.Length;
            if (size > _mostOfFile)
            {
                throw new FaultException(FileTooLarge("more"));
            }

            file.Reserve(bytes.Length);

            // What goes wrong here is the disk's fault, what goes wrong in reading the caller's.
            StorageFailures.Translated(() =>
            {
                file.Content.Write(bytes.Span);
                return bytes.Length;
            });
        });
    }

    private UploadedNetwork Network(Form form, BufferedBytes held)
    {
        var spec = form.Network ?? throw new FaultException(Fault.Invalid("network", "a part with the network's spec in JSON", "nothing"));
        var tensors = form.File is null ? null : Tensors(form.File, form.MayBeEmpty, held);
        if (tensors is not null && spec.Parameters is not null)
        {
            throw new FaultException(
                Fault.Invalid("network.parameters", "parameters in one place", "some in the part network and some in the part parameters"));
        }

        if (form.Names is { Count: > 0 } names)
        {
            tensors = tensors is null
                ? throw new FaultException(Fault.Invalid("names", "a part parameters, whose tensors these are", "none"))
                : ParameterNames.Apply(names, tensors, catalog.ParameterNamesOf(spec));
        }

        if (tensors is null)
        {
            form.File?.Dispose();
            return new UploadedNetwork(spec, form.Name);
        }

        return new UploadedNetwork(spec, form.Name, new UploadedParameters(form.File!, tensors));
    }

    /// <summary>The file's tensors; null where a browser sends the field of a file although nobody has chosen one.</summary>
    private static IReadOnlyList<ArrayContent>? Tensors(IncomingFile file, bool mayBeEmpty, BufferedBytes held) => StorageFailures.Translated(() =>
    {
        if (mayBeEmpty && file.Content.Length == 0)
        {
            return null;
        }

        file.Content.Position = 0;
        return StorageFailures.Translated(SafetensorsReader.Open(file.Content, FieldPath.Of("parameters"), held.Add));
    });

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

        /// <summary>Bytes of all parts but the file.</summary>
        public long OtherBytes { get; set; }

        public NetworkSpec? Network { get; set; }

        public IncomingFile? File { get; set; }

        /// <summary>Whether a file of no bytes is none.</summary>
        public bool MayBeEmpty { get; set; }

        public IReadOnlyDictionary<string, string>? Names { get; set; }

        public string? Name { get; set; }
    }
}
