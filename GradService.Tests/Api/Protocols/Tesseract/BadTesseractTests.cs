using System.Net;

namespace GradService.Tests.Api.Protocols.Tesseract;

/// <summary>What is wrong with a request comes in FastAPI's form, which clients turn into an exception of their own.</summary>
public sealed class BadTesseractTests(ServedApplication application) : IClassFixture<ServedApplication>
{
    private const string Good = """{ "inputs": [[0, 0, 0], [1, 1, 1]] }""";

    private readonly TesseractClient _wide = new(application, "wide");

    [Theory]
    [InlineData("apply", """{ }""", "missing", "body.inputs")]
    [InlineData("apply", """null""", "missing", "body")]
    [InlineData("apply", "", "missing", "body")]
    [InlineData("apply", """[]""", "missing", "body")]
    [InlineData("apply", """{ "inputs": 7 }""", "value_error", "body.inputs")]
    [InlineData("apply", """{ "inputs": {} }""", "missing", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1, 1]], "seed": 7 } }""", "extra_forbidden", "body.inputs.seed")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1, 1]] }, "more": [] }""", "extra_forbidden", "body.more")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1, 1]], "mode": "trian" } }""", "literal_error", "body.inputs.mode")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1, 1]], "mode": "reference" } }""", "literal_error", "body.inputs.mode")]
    [InlineData("apply", """{ "inputs": { "inputs": [0, 0, 0] } }""", "array_dimensionality_mismatch", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": 7 } }""", "array_dimensionality_mismatch", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [] } }""", "array_dimensionality_mismatch", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0], [1, 1]] } }""", "array_shape_mismatch", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1]] } }""", "array_non_numeric", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": "text" } }""", "array_non_numeric", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": "\ud800" } }""", "array_non_numeric", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": null } }""", "array_non_numeric", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0], [1, 1, "NaN"]] } }""", "value_error", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": [[0, 0, 0]] } }""", "value_error", "body.inputs.inputs")]
    [InlineData("apply", """{ "inputs": { "inputs": {} } }""", "missing", "body.inputs.inputs.shape")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": "AAAA", "encoding": "base64" } } } }""",
        "array_decode_error", "body.inputs.inputs.data.buffer")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": "!", "encoding": "base64" } } } }""",
        "array_decode_error", "body.inputs.inputs.data.buffer")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": 7, "encoding": "base64" } } } }""",
        "array_decode_error", "body.inputs.inputs.data.buffer")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": [1, 2], "encoding": "json" } } } }""",
        "array_decode_error", "body.inputs.inputs.data.buffer")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "int32", "data": { "buffer": [1, 2, 0.5], "encoding": "json" } } } }""",
        "array_expected_integer", "body.inputs.inputs.data.buffer")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": "a.bin:0", "encoding": "binref" } } } }""",
        "literal_error", "body.inputs.inputs.data.encoding")]
    [InlineData("apply",
        """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "float32", "data": { "buffer": "", "encoding": "base64", "compression": "lz4" } } } }""",
        "literal_error", "body.inputs.inputs.data.compression")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1, 3], "dtype": "complex64", "data": { "buffer": [], "encoding": "json" } } } }""",
        "literal_error", "body.inputs.inputs.dtype")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [0, 3], "dtype": "float32", "data": { "buffer": [], "encoding": "json" } } } }""", "value_error",
        "body.inputs.inputs.shape.0")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1e18, 3], "dtype": "float32", "data": { "buffer": [], "encoding": "json" } } } }""",
        "value_error", "body.inputs.inputs.shape.0")]
    [InlineData("apply", """{ "inputs": { "inputs": { "shape": [1000000000000, 3], "dtype": "float32", "data": { "buffer": [], "encoding": "json" } } } }""",
        "array_decode_error", "body.inputs.inputs.data.buffer")]
    [InlineData("apply",
        """{ "inputs": { "inputs": { "object_type": "list", "shape": [1, 3], "dtype": "float32", "data": { "buffer": [], "encoding": "json" } } } }""",
        "literal_error", "body.inputs.inputs.object_type")]
    [InlineData("apply", """{ "inputs": """, "value_error", "body")]
    [InlineData("jacobian", """{ "inputs": GOOD, "jac_inputs": [], "jac_outputs": ["outputs"] }""", "too_short", "body.jac_inputs")]
    [InlineData("jacobian", """{ "inputs": GOOD, "jac_inputs": ["inputs"], "jac_outputs": ["x"] }""", "literal_error", "body.jac_outputs.0")]
    [InlineData("jacobian", """{ "inputs": GOOD, "jac_inputs": "inputs", "jac_outputs": ["outputs"] }""", "value_error", "body.jac_inputs")]
    [InlineData("jacobian", """{ "inputs": GOOD, "jac_outputs": ["outputs"] }""", "missing", "body.jac_inputs")]
    [InlineData("jacobian",
        """{ "inputs": GOOD, "jac_inputs": """
            + """[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]],"""
            + """ "jac_outputs": ["outputs"] }""",
        "literal_error", "body.jac_inputs.0")]
    [InlineData("jacobian_vector_product", """{ "inputs": GOOD, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"] }""", "missing", "body.tangent_vector")]
    [InlineData("jacobian_vector_product", """{ "inputs": GOOD, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": {} }""", "value_error",
        "body.tangent_vector")]
    [InlineData("jacobian_vector_product",
        """{ "inputs": GOOD, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1, 2, 3]] } }""", "array_shape_mismatch",
        "body.tangent_vector.inputs")]
    [InlineData("jacobian_vector_product",
        """{ "inputs": GOOD, "jvp_inputs": ["inputs"], "jvp_outputs": ["outputs"], "tangent_vector": { "inputs": [[1, 2, 3], [1, 2, "Infinity"]] } }""",
        "value_error", "body.tangent_vector.inputs")]
    [InlineData("vector_jacobian_product",
        """{ "inputs": GOOD, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "outputs": [[1, 2, 3], [1, 2, 3]] } }""",
        "array_shape_mismatch", "body.cotangent_vector.outputs")]
    [InlineData("vector_jacobian_product",
        """{ "inputs": GOOD, "vjp_inputs": ["inputs"], "vjp_outputs": ["outputs"], "cotangent_vector": { "inputs": [[1, 2], [1, 2]] } }""", "extra_forbidden",
        "body.cotangent_vector.inputs")]
    [InlineData("abstract_eval", """{ "inputs": { "inputs": { "shape": [2] , "dtype": "float32" } } }""", "array_dimensionality_mismatch",
        "body.inputs.inputs")]
    [InlineData("abstract_eval", """{ "inputs": { "inputs": { "shape": [2, 4], "dtype": "float32" } } }""", "array_shape_mismatch", "body.inputs.inputs")]
    [InlineData("abstract_eval", """{ "inputs": { "inputs": { "shape": [2, 3], "dtype": "object" } } }""", "literal_error", "body.inputs.inputs.dtype")]
    [InlineData("abstract_eval", """{ "inputs": { "inputs": { "shape": [2, 3] } } }""", "missing", "body.inputs.inputs.dtype")]
    public async Task It_has_a_type_and_a_place(string endpoint, string payload, string type, string loc)
    {
        var errors = await _wide.RefusedAsync(endpoint, payload.Replace("GOOD", Good, StringComparison.Ordinal));
        Assert.Contains((type, loc), errors.Select(error => (error.Type, error.Loc)));
        Assert.All(errors, error => Assert.NotEqual("", error.Msg));
    }

    [Fact]
    public async Task All_that_is_wrong_is_told_at_once() => Assert.Equal(
        [("missing", "body.tangent_vector.data"), ("literal_error", "body.inputs.mode"), ("too_short", "body.jvp_inputs"),
            ("literal_error", "body.jvp_outputs.1")],
        (await _wide.RefusedAsync("jacobian_vector_product", """
            {
              "inputs": { "inputs": [[0, 0, 0], [1, 1, 1]], "mode": 7 },
              "jvp_inputs": [],
              "jvp_outputs": ["outputs", "inputs"],
              "tangent_vector": { "inputs": { "shape": [2, 3], "dtype": "float32" } }
            }
            """)).Select(error => (error.Type, error.Loc.Replace("tangent_vector.inputs", "tangent_vector", StringComparison.Ordinal)))
            .OrderBy(error => error.Item2 == "body.tangent_vector.data" ? 0 : 1));

    [Fact]
    public async Task However_much_is_wrong_the_answer_stays_short()
    {
        var (status, text) = await _wide.PostAsync("apply",
            $$"""{ "inputs": { {{string.Join(", ", Enumerable.Range(0, 5_000).Select(field => $"\"field{field}\": [{new string('1', 400)}]"))}} } }""");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.InRange(text.Length, 1, 50_000);
    }
}
