using System.Text;
using GradService.Api.Arrays;
using GradService.Api.Observability;
using GradService.Api.Requests;
using GradService.Api.Storage;
using GradService.Domain;
using GradService.Domain.Networks;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace GradService.Api.Networks;

/// <summary>
/// A network as a form of parts: "network", its spec in JSON, "parameters", a safetensors file, and "name". The file goes to the disk as
/// it comes; there is an array for each of its tensors when all of it is there, and not before.
/// </summary>
internal sealed class NetworkUpload(IOptions<Limits> limits, NetworkStore store)
{
    public const string Media = "multipart/form-data";

    private const int LongestBoundary = 128;
    private const int MostParts = 3;
    private const int LongestName = 1024;

    public static bool Is(HttpRequest request) =>
        MediaTypeHeaderValue.TryParse(request.ContentType, out var type) && type.MediaType.Equals(Media, StringComparison.OrdinalIgnoreCase);

    /// <exception cref="FaultException">The form is not sound, too large, or says something wrong.</exception>
    public async Task<NetworkBody> ReadAsync(HttpRequest request)
    {
        using var stage = Stages.Start("read");
        var limit = limits.Value.MaxRequestBytes;
        if (request.ContentLength > limit)
        {
            throw RequestBody.TooLarge(limit, $"{request.ContentLength}", Remedy);
        }

        // Not by the token of the request, as in RequestBody.
        var reader = new MultipartReader(BoundaryOf(request), new BoundedStream(request.Body, limit, Remedy));
        var form = new Form();
        while (await NextAsync(reader) is { } part)
        {
            await AddAsync(form, part, limit);
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
        catch (Exception broken) when (broken is InvalidDataException or EndOfStreamException || (broken is IOException && broken.GetType() == typeof(IOException)))
        {
            throw Unsound();
        }
    }

    private async Task AddAsync(Form form, MultipartSection part, long limit)
    {
        var name = ContentDispositionHeaderValue.TryParse(part.ContentDisposition, out var disposition) ? HeaderUtilities.RemoveQuotes(disposition.Name).ToString() : "";
        if (++form.Parts > MostParts || name is not ("network" or "parameters" or "name"))
        {
            throw new FaultException(Fault.Invalid(Fault.Shortened(name), "the parts network, parameters and name, each once", form.Parts > MostParts ? "more" : name.Length == 0 ? "a part without name" : Fault.Quoted(name)));
        }

        if (!form.Seen.Add(name))
        {
            throw new FaultException(Fault.Invalid(name, "the part once", "it again"));
        }

        if (name == "parameters")
        {
            using var file = store.Receive();
            await CopyAsync(part.Body, file.Content);
            file.Content.Position = 0;
            form.Parameters = SafetensorsReader.Read(file.Content, "parameters");
        }
        else
        {
            using var text = new MemoryStream();
            await CopyAsync(part.Body, text);
            if (name == "network")
            {
                form.Network = RequestReader.Read<NetworkSpec>(text.GetBuffer().AsSpan(0, (int)text.Length), "network");
            }
            else
            {
                form.Name = text.Length <= LongestName ? Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length) : throw new FaultException(Fault.Invalid("name", NetworkName.Expected, "a longer text"));
            }
        }
    }

    private static async Task CopyAsync(Stream part, Stream target)
    {
        var buffer = new byte[64 * 1024];
        while (await ReadAsync(part, buffer) is > 0 and var read)
        {
            // What goes wrong here is the disk's fault, what goes wrong there the caller's.
            StorageFailures.Translated(() =>
            {
                target.Write(buffer, 0, read);
                return read;
            });
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

    private static FaultException Unsound() => new(Fault.Invalid("", "a sound form of parts (multipart/form-data, RFC 7578)", "one that is not, or that ends too early"));

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
                ? throw new FaultException(Fault.Invalid("network.parameters", "parameters in one place", "some in the part network and some in the part parameters"))
                : new NetworkBody { Name = Name, Network = Parameters is null ? spec : spec with { Parameters = Parameters } };
        }
    }
}
