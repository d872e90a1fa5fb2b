namespace GradService.Fuzz.Mutations;

/// <summary>Good requests of UM-Bridge and Tesseract about <see cref="ServedNetwork"/>.</summary>
internal static class ProtocolRequests
{
    private const string Points =
        """{ "inputs": { "inputs": { "object_type": "array", "shape": [2, 3], "dtype": "float32", "data": { "buffer": [[0.5, 1, 2], """
            + """[3, 4, 5]], "encoding": "json" } }, "mode": "train" }""";

    private const string Bytes =
        """{ "inputs": { "inputs": { "shape": [2, 3], "dtype": "int8", "data": { "buffer": "AAECAwQF", "encoding": "base64", "compression": null } } }""";

    public static IReadOnlyList<GoodRequest> All { get; } =
    [
        UmBridge("ModelInfo", """{ "name": "wide" }"""),
        UmBridge("InputSizes", """{ "name": "wide", "config": { "batchSize": 3, "mode": "eval" } }"""),
        UmBridge("OutputSizes", """{ "name": "wide", "config": { "batchSize": 3 } }"""),
        UmBridge("Evaluate", """{ "name": "wide", "input": [[1, 2, 3, 4, 5, 6]], "config": {} }"""),
        UmBridge("Gradient",
            """{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [[1, 2, 3, 4, 5, 6]], "sens": [1, 0, -1, 2], "config": """
                + """{ "batchSize": 2, "mode": "train" } }"""),
        UmBridge("ApplyJacobian",
            """{ "name": "wide", "outWrt": 0, "inWrt": 0, "input": [[1, 2, 3]], "vec": [1, 0, -1], "config": { "batchSize": 1, "mode": "eval" } }"""),
        UmBridge("ApplyHessian",
            """{ "name": "wide", "outWrt": 0, "inWrt1": 0, "inWrt2": 0, "input": [[1, 2, 3, 4, 5, 6]], "sens": [1, 0, -1, 2], "vec": [1, 0, -1, 2, 3, 4] }"""),
        Tesseract("apply", "lists", $$"""{{Points}} }"""),
        Tesseract("apply", "bytes", $$"""{{Bytes}} }"""),
        Tesseract("jacobian", "bytes", $$"""{{Bytes}}, "jac_inputs": ["inputs"], "jac_outputs": ["outputs"] }"""),
        Tesseract("jacobian_vector_product", "lists",
            $$"""{{Points}}, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1, 0, 0], [0, 0, 0]] } }"""),
        Tesseract("vector_jacobian_product", "bytes",
            $$"""{{Bytes}}, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": { "shape": [2, """
                + $$"""2], "dtype": "bool", "data": { "buffer": "AQAAAQ==", "encoding": "base64" } } } }"""),
        Tesseract("abstract_eval", "shape", """{ "inputs": { "inputs": { "shape": [2, 3], "dtype": "float32" }, "mode": "movingAverage" } }"""),
    ];

    private static GoodRequest UmBridge(string operation, string json) => new($"um-bridge.{operation}", "POST", $"/{operation}", json);

    private static GoodRequest Tesseract(string operation, string shows, string json) =>
        new($"tesseract.{operation}.{shows}", "POST", $"/tesseract/{ServedNetwork.Name}/{operation}", json);
}
