using System.Text.Json.Nodes;
using GradService.Tests.Docs;

namespace GradService.Tests.Api.Wire.Arrays;

/// <summary>NumPy itself writes the requests and reads the answers.</summary>
[Trait("Lane", "Slow")]
public sealed class NumPyTests(LoopbackApplication application) : IClassFixture<LoopbackApplication>
{
    /// <summary>Asks in JSON and as npz, and prints how far apart the arrays are and what else there is.</summary>
    private const string Program = """
        import io, json, sys, urllib.request
        import numpy as np

        address = sys.argv[1]

        def post(path, body, kind, accept="*/*"):
            request = urllib.request.Request(address + path, body, {"Content-Type": kind, "Accept": accept})
            with urllib.request.urlopen(request) as answer:
                return answer.headers["Content-Type"], answer.read()

        def npz(request, save=np.savez, **arrays):
            file = io.BytesIO()
            save(file, request=np.frombuffer(json.dumps(request).encode(), np.uint8), **arrays)
            return file.getvalue()

        def ask(path, request, save=np.savez, **arrays):
            kind, body = post(path, npz(request, save, **arrays), "application/x-npz")
            assert kind == "application/x-npz", kind
            answer = dict(np.load(io.BytesIO(body)))
            assert answer["response"].dtype == np.uint8 and answer["response"].ndim == 1
            return answer, json.loads(answer.pop("response").tobytes())

        def plain(path, request):
            kind, body = post(path, json.dumps(request).encode(), "application/json")
            assert kind.startswith("application/json"), kind
            return json.loads(body)

        def same(array, numbers, dtype):
            assert array.dtype == dtype, array.dtype
            assert array.flags["C_CONTIGUOUS"]
            np.testing.assert_array_equal(array, np.array(numbers, dtype).reshape(array.shape))

        layers = [{"type": "linear", "outFeatures": 3}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": 2}]
        network = {"inputShape": [2], "layers": layers, "seed": 7}
        x = np.random.default_rng(1).standard_normal((5, 2))

        """;

    [FactNeedsNumPy]
    public Task Every_kind_with_arrays_of_its_own_is_asked_and_answered() => RunAsync("""
        c, t = np.arange(10.0).reshape(5, 2), np.arange(10.0)[::-1].reshape(5, 2)
        for kind, arrays in {"vjp": {"cotangent": c}, "jvp": {"tangent": t}, "hvp": {"cotangent": c, "tangent": t}, "derivatives": {"direction": t}}.items():
            for dtype in "float32", "float64":
                network["dtype"] = dtype
                fields = {"kind": kind, "order": 2} if kind == "derivatives" else {"kind": kind}
                expected = plain("/v1/gradients", {
                    "network": network, "inputs": x.tolist(), "gradient": {**fields, **{n: a.tolist() for n, a in arrays.items()}}})
                for save in np.savez, np.savez_compressed:
                    answer, rest = ask("/v1/gradients", {"network": network, "gradient": fields}, save, inputs=x, **arrays)
                    same(answer.pop("outputs"), expected["outputs"], dtype)
                    same(answer.pop("gradients"), expected["gradients"], dtype)
                    layer = expected["batchNorm"]["layers"][0]
                    for name, field in [("mean", "mean"), ("variance", "variance"), ("running_mean", "runningMean"), ("running_variance", "runningVariance")]:
                        same(answer.pop("batch_norm/2/" + name), layer[field], dtype)
                    assert not answer, answer.keys()
                    assert rest["diagnostics"]["findings"] == expected["diagnostics"]["findings"]
                    assert rest["batchNorm"]["layers"] == [{"index": 2, "name": "2", "mode": "train", "batchesTracked": 1}], rest
        """);

    [FactNeedsNumPy]
    public Task Points_and_targets_of_a_loss_are_members_and_so_are_residuals_and_parameter_gradients() => RunAsync("""
        network = {**network, "inputShape": [1], "dtype": "float64"}
        target, inner = np.arange(5.0), x[:, :1]
        terms = [{"name": "pde", "on": "interior", "residual": "u_xx + v"}, {"name": "data", "on": "sensors", "residual": "u - target"}]
        request = {"network": network, "outputs": ["u", "v"], "terms": terms, "return": ["parameterGradients", "residuals"]}
        for batches in "joint", "perSet":
            asked = {**request, "batchNorm": {"batches": batches}}
            answer, rest = ask("/v1/objectives", {**asked, "points": [{"name": "interior"}, {"name": "sensors"}]},
                               **{"points/interior": inner, "points/sensors": inner[::-1], "targets/data": target})
            expected = plain("/v1/objectives", {**asked, "terms": [terms[0], {**terms[1], "target": target.tolist()}],
                             "points": [{"name": "interior", "inputs": inner.tolist()}, {"name": "sensors", "inputs": inner[::-1].tolist()}]})
            assert rest["value"] == expected["value"]
            for term in expected["terms"]:
                same(answer.pop("residuals/" + term["name"]), term["residuals"], np.float64)
            for name, gradient in expected["parameterGradients"].items():
                same(answer.pop("parameter_gradients/" + name), gradient, np.float64)
            assert answer and all(name.startswith("batch_norm/") for name in answer), answer.keys()
        """);

    [FactNeedsNumPy]
    public Task Data_weights_and_labels_are_members_and_so_are_input_gradients_and_drawn_points() => RunAsync("""
        network = {**network, "inputShape": [1], "dtype": "float64"}
        inner, weights, labels = x[:, :1], np.linspace(0.5, 2, 5), np.array([0, 1, 1, 0, 1])
        terms = [{"name": "fit", "on": "in/side", "residual": "u - D*k"}, {"name": "class", "on": "in/side", "crossEntropy": {}},
                 {"name": "pde", "on": "drawn", "residual": "u_x - v"}]
        drawn = {"name": "drawn", "sample": {"box": [[0, 1]], "count": 8}}
        request = {"network": network, "outputs": ["u", "v"], "unknowns": {"D": 0.5}, "return": ["parameterGradients", "inputGradients", "points"]}
        answer, rest = ask("/v1/objectives", {**request, "terms": terms, "points": [{"name": "in/side"}, drawn]},
                           **{"points/in/side": inner, "data/in/side/k": weights[::-1], "weights/fit": weights, "labels/class": labels})
        terms[0]["weights"], terms[1]["crossEntropy"] = weights.tolist(), {"labels": labels.tolist()}
        given = {"name": "in/side", "inputs": inner.tolist(), "data": {"k": weights[::-1].tolist()}}
        expected = plain("/v1/objectives", {**request, "terms": terms, "points": [given, drawn]})
        assert rest["value"] == expected["value"] and rest["unknownGradients"] == expected["unknownGradients"]
        for field, member in ("inputGradients", "input_gradients/"), ("points", "points/"), ("parameterGradients", "parameter_gradients/"):
            for name, values in expected[field].items():
                same(answer.pop(member + name), values, np.float64)
        assert answer and all(name.startswith("batch_norm/") for name in answer), answer.keys()
        """);

    [FactNeedsNumPy]
    public Task Parameters_and_a_reference_batch_are_members_and_factors_and_comparisons_too() => RunAsync("""
        weights = {"0.weight": np.ones((3, 2)), "2.num_batches_tracked": np.array(4), "2.running_mean": np.array([1, 2, 3], np.int32)}
        request = {"network": network, "batchNorm": {"mode": "reference"}, "gradient": {"kind": "jacobian", "form": "factored"}}
        answer, rest = ask("/v1/gradients", request, inputs=x, reference_inputs=x[:3], **{"parameters/" + n: a for n, a in weights.items()})
        network["parameters"] = {n: a.tolist() for n, a in weights.items()}
        expected = plain("/v1/gradients", {**request, "inputs": x.tolist(), "batchNorm": {"mode": "reference", "referenceInputs": x[:3].tolist()}})
        same(answer["diagonal"], expected["factors"]["diagonal"], np.float32)
        assert answer["left"].shape == (5, 2, 0) and answer["right"].shape == (0, 5, 2), answer
        assert rest["factors"] == {"shapes": expected["factors"]["shapes"]}
        assert rest["batchNorm"]["layers"][0]["batchesTracked"] == 4

        entries = [{"mode": "train", "kind": "vjp"}, {"mode": "eval", "kind": "perSample"}]
        answer, rest = ask("/v1/gradients/compare", {"network": network, "compare": entries}, inputs=x, cotangent=np.ones((5, 2)))
        expected = plain("/v1/gradients/compare", {
            "network": network, "compare": entries, "inputs": x.tolist(), "gradient": {"cotangent": np.ones((5, 2)).tolist()}})
        for i in 0, 1:
            same(answer[f"results/{i}/outputs"], expected["results"][i]["outputs"], np.float32)
            same(answer[f"results/{i}/gradients"], expected["results"][i]["gradients"], np.float32)
            same(answer[f"results/{i}/batch_norm/2/mean"], expected["results"][i]["batchNorm"]["layers"][0]["mean"], np.float32)
        assert rest["findings"] == expected["findings"]
        """);

    [FactNeedsNumPy]
    public Task Every_type_and_order_of_numbers_is_understood() => RunAsync("""
        x = np.array([[0, 1], [1, 0], [1, 1], [0, 0]])
        expected = plain("/v1/forward", {"network": network, "inputs": x.tolist()})["outputs"]
        for dtype in "<f2 >f2 <f4 >f4 <f8 >f8 |i1 <i2 >i2 <i4 >i4 <i8 >i8 |u1 <u2 >u2 <u4 >u4 <u8 >u8 |b1".split():
            for order in "C", "F":
                answer, _ = ask("/v1/forward", {"network": network}, inputs=np.array(x, dtype, order=order))
                same(answer["outputs"], expected, np.float32)
        network["inputShape"] = [2, 3, 4]
        network["layers"] = [{"type": "flatten"}, {"type": "linear", "outFeatures": 2}]
        x = np.random.default_rng(2).standard_normal((5, 2, 3, 4))
        expected = plain("/v1/forward", {"network": network, "inputs": x.tolist()})["outputs"]
        for version in (1, 0), (2, 0), (3, 0):
            for order in "C", "F":
                file = io.BytesIO()
                np.lib.format.write_array(file, np.asarray(x, order=order), version=version)
                body = io.BytesIO()
                import zipfile
                with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
                    archive.writestr("inputs.npy", file.getvalue())
                    archive.writestr("request.json", json.dumps({"network": network}))
                kind, answer = post("/v1/forward", body.getvalue(), "application/x-npz", "application/json, application/x-npz;q=0.5")
                assert json.loads(answer)["outputs"] == expected, kind
        """);

    [FactNeedsNumPy]
    public Task Accept_decides_what_comes_back() => RunAsync("""
        body = npz({"network": network, "encoding": "base64"}, inputs=x)
        text = json.dumps({"network": network, "inputs": x.tolist()}).encode()
        for sent, kind in (body, "application/x-npz"), (text, "application/json"):
            for accept, expected in {"*/*": kind, "application/*": kind, "application/json": "application/json", "application/x-npz": "application/x-npz",
                                     "application/json;q=0.2, application/x-npz": "application/x-npz",
                                     "application/x-npz;q=0, */*": "application/json", "text/html, application/json;q=0.1": "application/json"}.items():
                got, answer = post("/v1/forward", sent, kind, accept)
                assert got.split(";")[0] == expected, (kind, accept, got)
                if sent is body and expected == "application/json":
                    import base64
                    outputs = json.loads(answer)["outputs"]
                    assert outputs["shape"] == [5, 2] and outputs["dtype"] == "float32" and len(base64.b64decode(outputs["base64"])) == 40
        """);

    [FactNeedsNumPy]
    public async Task Objects_are_never_unpickled()
    {
        var printed = await PrintAsync("""
            try:
                file = io.BytesIO()
                np.savez(file, request=np.frombuffer(json.dumps({"network": network}).encode(), np.uint8), inputs=np.array([[1, "a"], [None, 2]], dtype=object))
                post("/v1/forward", file.getvalue(), "application/x-npz")
            except urllib.error.HTTPError as error:
                print(error.read().decode())
            """);
        Assert.StartsWith(
            "Expected real numbers: float16 to float64, int8 to int64, uint8 to uint64 or bool, got Python objects (a pickle), which are never read",
            (string)JsonNode.Parse(printed)!["errors"]!["inputs.npy"]![0]!, StringComparison.Ordinal);
    }

    private async Task RunAsync(string test) => Assert.Equal("done", (await PrintAsync(test + "\nprint('done')")).Trim());

    private Task<string> PrintAsync(string test) => Tool.NumPy.RunAsync("-c", Program + test, application.Address);
}
