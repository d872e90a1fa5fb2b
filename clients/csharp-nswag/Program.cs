// Asks a running service with the client that NSwag generates, and checks the answers. Usage: NSwagClient ADDRESS
using GradService.Client;
using GradService.Clients;

using var http = new HttpClient { BaseAddress = new Uri(args[0]) };
var client = new GradServiceClient(http);
var inputs = new EncodedArray { Shape = [4, 1], Dtype = Dtype.Float32, Base64 = Samples.Inputs };
Network Forum(int width = 10) => new()
{
    InputShape = [1],
    Layers = [new LinearLayer { OutFeatures = width }, new TanhLayer(), new BatchNormLayer { Affine = false }, new LinearLayer { OutFeatures = 1 }],
    Seed = 7,
};

// A gradient: the sum's vanishes, and a finding says why.
var gradient = await client.GradientsAsync(new GradientRequest { Network = Forum(), Inputs = inputs, Gradient = new SumQuestion() });
Check.That(Samples.ToNumbers(gradient.Gradients!.Base64).All(number => Math.Abs(number) < 1e-4), "a gradient that vanishes");
Check.That(gradient.Diagnostics.Findings.Any(finding => finding.Code == "sum-gradient-vanishes"), "the finding that says why");

// The same without the way through the statistics: the slope of the curve.
var detached = await client.GradientsAsync(new GradientRequest
{
    Network = Forum(),
    Inputs = inputs,
    Gradient = new SumQuestion(),
    BatchNorm = new BatchNormSpec { Mode = new TrainDetachedBatchNormMode() },
});
Check.That(Samples.ToNumbers(detached.Gradients!.Base64).Any(number => Math.Abs(number) > 0.1), "a slope");

// A comparison.
var comparison = await client.CompareGradientsAsync(new ComparisonBody
{
    Network = Forum(),
    Inputs = inputs,
    Compare =
    [
        new ComparisonBodyEntry { Mode = new TrainBatchNormMode(), Kind = ComparisonBodyEntryKind.Sum },
        new ComparisonBodyEntry { Mode = new EvalBatchNormMode(), Kind = ComparisonBodyEntryKind.PerSample },
    ],
});
Check.That(comparison.Results.Count == 2 && comparison.Results.First().Kind == "sum", "two results, the first of kind sum");

// A loss with a derivative inside.
var objective = await client.ObjectivesAsync(new ObjectiveRequest
{
    Network = Forum(),
    Variables = ["x"],
    Outputs = ["u"],
    Points = [new PointSet { Name = "interior", Inputs = inputs }],
    Terms = [new ObjectiveTerm { Name = "pde", On = ["interior"], Residual = "u_xx + pi^2*sin(pi*x)" }],
});
Check.That(objective.Value > 0 && objective.ParameterGradients!["0.weight"].Shape.SequenceEqual([10L, 1L]), "a loss and its gradients");

// A network that is stored, and used by its name.
var stored = await client.StoreNetworkAsync(new NetworkBody { Network = Forum(), Name = "client-nswag" });
Check.That(stored.ParameterCount == 31, "31 parameters");
var named = await client.GradientsAsync(new GradientRequest { Network = new Network { Name = stored.Name }, Inputs = inputs, Gradient = new SumQuestion() });
Check.That(named.Gradients!.Base64.SequenceEqual(gradient.Gradients.Base64), "the same gradient by name");

// A safetensors file, up and down.
var content = new FileParameter(new MemoryStream(Samples.Safetensors), "model.safetensors");
var uploaded = await client.UploadNetworkAsync(Samples.Spec, content, "client-nswag-file", names: "");
var forward = await client.ForwardAsync(new ForwardRequest { Network = new Network { Id = uploaded.Id }, Inputs = inputs });
Check.That(Samples.ToNumbers(forward.Outputs.Base64).SequenceEqual([1f, 1.5f, 2f, 2.5f]), "the file's numbers: 2x + 1");
using (var file = await client.GetParametersAsync(uploaded.Id))
{
    Check.That(file.Stream.ReadByte() > 0, "a file");
}

// A request that is wrong.
try
{
    await client.GradientsAsync(new GradientRequest { Network = Forum(width: 0), Inputs = inputs, Gradient = new SumQuestion() });
    Check.That(false, "an error");
}
catch (ApiException<Problem> refused)
{
    Check.That(refused.StatusCode == 400 && refused.Result.Detail!.Contains("got 0", StringComparison.Ordinal), "a problem with its detail");
    Check.That(refused.Result.Errors!.ContainsKey("network.layers[0].outFeatures"), "the path of what is wrong");
}

foreach (var (name, id) in new[] { (stored.Name!, stored.Id), (uploaded.Name!, uploaded.Id) })
{
    await client.DeleteNameAsync(name, null);
    await client.DeleteNetworkAsync(id);
}
