// Asks a running service with the client that Kiota generates, and checks the answers. Usage: KiotaClient ADDRESS
using GradService.Client;
using GradService.Client.Models;
using GradService.Clients;
using Microsoft.Kiota.Abstractions;
using Microsoft.Kiota.Abstractions.Authentication;
using Microsoft.Kiota.Http.HttpClientLibrary;

using var adapter = new HttpClientRequestAdapter(new AnonymousAuthenticationProvider()) { BaseUrl = args[0] };
var client = new GradServiceClient(adapter).V1;
var inputs = new EncodedArray { Shape = [4, 1], Dtype = Dtype.Float32, Base64 = Samples.Inputs };
Network Forum(int width = 10) => new()
{
    InputShape = [1],
    Layers = [new LinearLayer { OutFeatures = width }, new TanhLayer(), new BatchNormLayer { Affine = false }, new LinearLayer { OutFeatures = 1 }],
    Seed = 7,
};

// A gradient: the sum's vanishes, and a finding says why.
var gradient = await client.Gradients.PostAsync(new GradientRequest { Network = Forum(), Inputs = inputs, Gradient = new SumQuestion() });
Check.That(Samples.ToNumbers(gradient!.Gradients!.Base64!).All(number => Math.Abs(number) < 1e-4), "a gradient that vanishes");
Check.That(gradient.Diagnostics!.Findings!.Any(finding => finding.Code == "sum-gradient-vanishes"), "the finding that says why");

// The same without the way through the statistics: the slope of the curve.
var detached = await client.Gradients.PostAsync(new GradientRequest
{
    Network = Forum(),
    Inputs = inputs,
    Gradient = new SumQuestion(),
    BatchNorm = new BatchNormSpec { Mode = new TrainDetachedBatchNormMode() },
});
Check.That(Samples.ToNumbers(detached!.Gradients!.Base64!).Any(number => Math.Abs(number) > 0.1), "a slope");

// A comparison.
var comparison = await client.Gradients.Compare.PostAsync(new ComparisonBody
{
    Network = Forum(),
    Inputs = inputs,
    Compare =
    [
        new ComparisonBodyEntry { Mode = new TrainBatchNormMode(), Kind = ComparisonBodyEntry_kind.Sum },
        new ComparisonBodyEntry { Mode = new EvalBatchNormMode(), Kind = ComparisonBodyEntry_kind.PerSample },
    ],
});
Check.That(comparison!.Results!.Count == 2 && comparison.Results[0].Kind == "sum", "two results, the first of kind sum");

// A loss with a derivative inside.
var objective = await client.Objectives.PostAsync(new ObjectiveRequest
{
    Network = Forum(),
    Variables = ["x"],
    Outputs = ["u"],
    Points = [new PointSet { Name = "interior", Inputs = inputs }],
    Terms = [new ObjectiveTerm { Name = "pde", On = ["interior"], Residual = "u_xx + pi^2*sin(pi*x)" }],
});
Check.That(objective!.Value!.Double > 0 && objective.ParameterGradients!.AdditionalData.ContainsKey("0.weight"), "a loss and its gradients");

// A network that is stored, and used by its name.
var stored = await client.Networks.PostAsync(new NetworkBody { Network = Forum(), Name = "client-kiota" });
Check.That(stored!.ParameterCount == 31, "31 parameters");
var byName = new Network { Name = stored.Name };
var named = await client.Gradients.PostAsync(new GradientRequest { Network = byName, Inputs = inputs, Gradient = new SumQuestion() });
Check.That(named!.Gradients!.Base64!.SequenceEqual(gradient.Gradients.Base64!), "the same gradient by name");

// A safetensors file, up and down.
var form = new MultipartBody();
form.AddOrReplacePart("network", "text/plain", Samples.Spec);
form.AddOrReplacePart("parameters", "application/octet-stream", Samples.Safetensors, "model.safetensors");
form.AddOrReplacePart("name", "text/plain", "client-kiota-file");
var uploaded = await client.Networks.Upload.PostAsync(form);
var forward = await client.Forward.PostAsync(new ForwardRequest { Network = new Network { Id = uploaded!.Id }, Inputs = inputs });
Check.That(Samples.ToNumbers(forward!.Outputs!.Base64!).SequenceEqual([1f, 1.5f, 2f, 2.5f]), "the file's numbers: 2x + 1");
using (var file = await client.Networks[uploaded.Id!].Parameters.GetAsync())
{
    Check.That(file!.ReadByte() > 0, "a file");
}

// A request that is wrong.
try
{
    await client.Gradients.PostAsync(new GradientRequest { Network = Forum(width: 0), Inputs = inputs, Gradient = new SumQuestion() });
    Check.That(false, "an error");
}
catch (Problem refused)
{
    Check.That(refused.Status == 400 && refused.Detail!.Contains("got 0", StringComparison.Ordinal), "a problem with its detail");
    Check.That(refused.Errors!.AdditionalData.ContainsKey("network.layers[0].outFeatures"), "the path of what is wrong");
}

foreach (var (name, id) in new[] { (stored.Name!, stored.Id!), (uploaded.Name!, uploaded.Id!) })
{
    await client.Names[name].DeleteAsync();
    await client.Networks[id].DeleteAsync();
}
