using GradService.Api.Documents;

namespace GradService.Api.Networks;

/// <summary>Requests about stored networks that work as they stand, in this order.</summary>
internal static class NetworksExamples
{
    /// <summary>The network of the forum's question: its outputs sum to N times a constant, so the gradient of their sum vanishes.</summary>
    public const string ForumNetwork = """
        {
          "inputShape": [1],
          "layers": [
            { "type": "linear", "outFeatures": 10 },
            { "type": "tanh" },
            { "type": "batchNorm", "affine": false },
            { "type": "linear", "outFeatures": 1 }
          ],
          "seed": 7
        }
        """;

    /// <summary>The id of the forum's network.</summary>
    public const string ForumId = "79914b5d96a9bf3bfe0bd6c2ca7e053da667b686cc2175da9df09f62f6b0ce56";

    /// <summary>The name that the first example gives it.</summary>
    public const string ForumName = "forum";

    /// <summary>How a reader stores the network that other examples ask for.</summary>
    public const string ForumIsStored = $"The first example of POST /v1/networks stores the network {ForumName}.";

    public const string IdInWords = "The id of a stored network, 64 hexadecimal digits.";
    public const string NameInWords = "The name: 1 to 64 of a-z, 0-9, '.', '_' and '-'.";
    public const string IfMatchInWords = "The ETag of the name as it was read; * for any.";

    public static DocumentedHeader Location { get; } = new("Location", "Where it is.");

    public static DocumentedHeader Tag { get; } = new("ETag", "The version of the name, for If-Match.");

    public static IReadOnlyList<RequestExample> Store { get; } =
    [
        new("forum", "The forum's network, under a name", "Its parameters are drawn as PyTorch draws them after torch.manual_seed(7), and stored.", $$"""
            {
              "name": "{{ForumName}}",
              "network": {{ForumNetwork}}
            }
            """),
        new("parameters", "A network with its parameters", "As they stand in a state_dict; as multipart/form-data they may be a safetensors file.", """
            {
              "network": {
                "inputShape": [2],
                "layers": [ { "type": "linear", "outFeatures": 1 } ],
                "parameters": { "0.weight": [[0.5, -1.5]], "0.bias": [0.25] }
              }
            }
            """),
    ];

    public static IReadOnlyList<RequestExample> Move { get; } =
    [
        new("move", "To the forum's network", ForumIsStored, $$"""{ "id": "{{ForumId}}" }"""),
    ];
}
