using System.Text.Json.Nodes;

namespace GradService.Tests.Problems;

/// <summary>Random requests to POST /v1/objectives as JSON: small smooth networks with all their parameters, random terms over two point sets.</summary>
internal sealed class RandomObjectives
{
    private static readonly string[] Activations = ["tanh", "sin", "sigmoid", "silu", "softplus"];

    private static readonly string[] Formulas = ["u_xx + pi^2*sin(pi*x)", "u_x - u^2", "u_xxx + u*u_x", "exp(-x^2)*u_xx + cos(u)", "sqrt(1 + u_x^2) - 2"];

    private static readonly string[] MixedFormulas = ["u_t + u*u_x - 0.1*u_xx", "u_xt - u", "u_xxt + 2*u_t", "u_xx + u_tt"];

    private static readonly string[] PairFormulas = ["u_x + v", "v_xx - u*v_x"];

    private static readonly string[] FieldFormulas =
    [
        "flux_x - lam*w", "u_x - D*w_xx + q", "w_x/(1 + w^2) - lam", "tanh(w)*w_xx - D^2", "atan2(w, 2 + u^2) + erf(u_x) - q*D", "cosh(w_x) - (2 + w^2)^D",
    ];

    private static readonly string[] Sides =
    [
        "u@left - u@right + D*k@left", "w_x@left - w_x@right", "u_x@left*u@right - x@right", "flux@left - k@right*flux@right",
    ];

    private static readonly string[] Reductions = ["meanSquare", "mean", "squaredMean", "sumSquare"];

    private readonly Random _random;
    private readonly JsonObject _parameters = [];

    /// <summary>Of one number, the same problem every time.</summary>
    /// <param name="salt">What everything is drawn from.</param>
    public RandomObjectives(int salt) => _random = new Random(salt);

    /// <summary>The request, under the options of a variant.</summary>
    /// <param name="options">mode and throughStatistics; batches and a reference batch are added as needed.</param>
    /// <param name="derivative">perSample or sum; absent: the default.</param>
    public JsonObject Draw(JsonObject options, string? derivative)
    {
        var (inputs, outputs) = (_random.Next(1, 3), _random.Next(1, 3));
        var perSet = _random.Next(3) == 0;
        var layers = Layers(inputs, outputs, dropout: !perSet && _random.Next(4) == 0);
        options["batches"] = perSet ? "perSet" : "joint";
        if (options["mode"] is JsonValue mode && mode.GetValue<string>() == "reference")
        {
            options["referenceInputs"] = Points(_random.Next(3, 6), inputs);
        }

        var boundary = _random.Next(3, 5);
        var request = new JsonObject
        {
            ["network"] = new JsonObject { ["inputShape"] = new JsonArray(inputs), ["layers"] = layers, ["dtype"] = "float64", ["parameters"] = _parameters },
            ["variables"] = inputs == 1 ? new JsonArray("x") : new JsonArray("x", "t"),
            ["outputs"] = outputs == 1 ? new JsonArray("u") : new JsonArray("u", "v"),
            ["points"] = new JsonArray(Set("interior", _random.Next(4, 7), inputs), Set("boundary", boundary, inputs)),
            ["terms"] = Terms(inputs, outputs, boundary),
            ["batchNorm"] = options,
            ["dropout"] = new JsonObject { ["seed"] = _random.Next(100) },
        };
        if (derivative is not null)
        {
            request["derivative"] = derivative;
        }

        return request;
    }

    /// <summary>
    /// The same with unknowns, fields, data, two more sets that are paired, weights, all reductions and, of two outputs, a cross entropy; its answer
    /// has the gradient by everything.
    /// </summary>
    public JsonObject DrawWithAll(JsonObject options, string? derivative)
    {
        var request = Draw(options, derivative);
        var (inputs, outputs) = (request["variables"]!.AsArray().Count, request["outputs"]!.AsArray().Count);
        if (options["mode"]!.GetValue<string>() != "train")
        {
            options["batches"] = "joint";
        }

        request["unknowns"] = new JsonObject { ["D"] = Number(0.5, 1.5), ["lam"] = Number(-1, 1) };
        request["fields"] = new JsonObject { ["w"] = "x*(1 - x)*u + D*sin(x)", ["flux"] = "w^2*w_x" };
        request["return"] = new JsonArray("parameterGradients", "inputGradients");
        var (points, terms) = (request["points"]!.AsArray(), request["terms"]!.AsArray());
        var interior = points[0]!["inputs"]!.AsArray().Count;
        points[0]!["data"] = new JsonObject { ["q"] = Column(interior) };
        terms.Add(Weighted("interior", FieldFormulas[_random.Next(FieldFormulas.Length)], interior));
        var side = _random.Next(3, 5);
        foreach (var name in new[] { "left", "right" })
        {
            points.Add(Set(name, side, inputs));
            points[^1]!["data"] = new JsonObject { ["k"] = Column(side) };
        }

        terms.Add(Weighted(new JsonArray("left", "right"), Sides[_random.Next(Sides.Length)], side));
        if (outputs == 2)
        {
            var labels = new JsonArray([.. Enumerable.Range(0, side).Select(_ => (JsonNode)_random.Next(2))]);
            terms.Add(new JsonObject { ["on"] = "left", ["crossEntropy"] = new JsonObject { ["labels"] = labels }, ["weights"] = Column(side) });
        }

        foreach (var (index, term) in terms.Index())
        {
            term!["name"] = $"term {index}";
        }

        return request;
    }

    private JsonObject Weighted(JsonNode on, string residual, int count) => new()
    {
        ["on"] = on,
        ["residual"] = residual,
        ["weights"] = Column(count),
        ["reduction"] = Reductions[_random.Next(Reductions.Length)],
        ["weight"] = Number(0.5, 2),
    };

    private JsonArray Column(int count) => [.. Enumerable.Range(0, count).Select(_ => (JsonNode)Number(0.2, 1.5))];

    private JsonArray Layers(int inputs, int outputs, bool dropout)
    {
        var layers = new JsonArray();
        var size = inputs;
        for (var remaining = _random.Next(1, 3); remaining > 0; remaining--)
        {
            var width = _random.Next(2, 5);
            layers.Add(Linear($"{layers.Count}", size, width));
            layers.Add(Activation());
            if (dropout && _random.Next(2) == 0)
            {
                layers.Add(new JsonObject { ["type"] = "dropout", ["p"] = 0.25 });
            }

            layers.Add(_random.Next(5) == 0 ? Block($"{layers.Count}", width) : BatchNorm($"{layers.Count}", width));
            size = width;
        }

        layers.Add(Linear($"{layers.Count}", size, outputs));
        if (_random.Next(2) == 0)
        {
            layers.Add(Activation());
        }

        return layers;
    }

    private JsonObject Linear(string name, int inputs, int outputs)
    {
        // Variance-preserving, so that networks neither die nor saturate, and not near 0, where a channel hardly varies.
        _parameters[$"{name}.weight"] = new JsonArray([.. Enumerable.Range(0, outputs).Select(_ =>
            new JsonArray([.. Enumerable.Range(0, inputs).Select(_ => (JsonNode)(Number(0.3, 1.7) / Math.Sqrt(inputs) * ((2 * _random.Next(2)) - 1)))]))]);
        Fill($"{name}.bias", -0.5, 0.5, outputs);
        return new JsonObject { ["type"] = "linear", ["outFeatures"] = outputs };
    }

    private JsonObject Activation() => new() { ["type"] = Activations[_random.Next(Activations.Length)] };

    private JsonObject BatchNorm(string name, int width)
    {
        var (affine, tracked) = (_random.Next(2) == 0, _random.Next(5) > 0);
        if (affine)
        {
            Fill($"{name}.weight", 0.5, 1.5, width);
            Fill($"{name}.bias", -0.5, 0.5, width);
        }

        if (tracked)
        {
            Fill($"{name}.running_mean", -0.5, 0.5, width);
            Fill($"{name}.running_var", 0.3, 1.5, width);
            _parameters[$"{name}.num_batches_tracked"] = _random.Next(6);
        }

        return new JsonObject
        {
            ["type"] = "batchNorm",
            ["affine"] = affine,
            ["trackRunningStats"] = tracked,
            ["eps"] = _random.Next(2) == 0 ? 1e-3 : 0.1,
            ["momentum"] = _random.Next(4) switch { 0 => null, 1 => 0.7, _ => 0.1 },
        };
    }

    private JsonObject Block(string name, int width) => new()
    {
        ["type"] = "residual",
        ["layers"] = new JsonArray(Linear($"{name}.layers.0", width, width), Activation(), BatchNorm($"{name}.layers.2", width)),
    };

    private JsonArray Terms(int inputs, int outputs, int boundary)
    {
        var terms = new JsonArray();
        string[] formulas = [.. Formulas, .. inputs == 2 ? MixedFormulas : [], .. outputs == 2 ? PairFormulas : []];
        for (var remaining = _random.Next(1, 3); remaining > 0; remaining--)
        {
            terms.Add(new JsonObject { ["on"] = "interior", ["residual"] = formulas[_random.Next(formulas.Length)], ["weight"] = Number(0.5, 2) });
        }

        // Without a term of values alone, a network that ends in an affine map would leave the naive loss nothing but noise.
        var target = new JsonArray([.. Enumerable.Range(0, boundary).Select(_ => (JsonNode)Number(-1, 1))]);
        terms.Add(new JsonObject { ["on"] = "boundary", ["residual"] = "u - target", ["target"] = target });
        if (_random.Next(3) == 0)
        {
            terms.Add(new JsonObject { ["on"] = "boundary", ["residual"] = "u*cos(x)", ["reduction"] = "mean", ["weight"] = Number(-2, -0.5) });
        }

        // The naive gradient may vanish, and the length of nothing has no slope: the square of it has.
        if (_random.Next(3) == 0)
        {
            terms.Add(new JsonObject { ["on"] = "interior", ["gradientPenalty"] = new JsonObject { ["output"] = "u", ["center"] = 0 } });
        }

        foreach (var (index, term) in terms.Index())
        {
            term!["name"] = $"term {index}";
        }

        return terms;
    }

    private JsonObject Set(string name, int count, int inputs) => new() { ["name"] = name, ["inputs"] = Points(count, inputs) };

    private JsonArray Points(int count, int inputs) =>
        [.. Enumerable.Range(0, count).Select(_ => new JsonArray([.. Enumerable.Range(0, inputs).Select(_ => (JsonNode)Number(-1.5, 1.5))]))];

    private void Fill(string name, double least, double most, int size) =>
        _parameters[name] = new JsonArray([.. Enumerable.Range(0, size).Select(_ => (JsonNode)Number(least, most))]);

    private double Number(double least, double most) => Math.Round(least + ((most - least) * _random.NextDouble()), 3);
}
