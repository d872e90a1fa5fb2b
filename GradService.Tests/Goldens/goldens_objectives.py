"""objectives.json: losses with input derivatives inside, under every meaning that BatchNorm gives them."""

import copy

import torch

from goldens_losses import Objective, parameter_gradients, start
from goldens_networks import build
from goldens_objectives_checks import check, norm_specs, worst
from goldens_requests import linear, plain, residual, trained_parameters

# What the letters of the field's six meanings stand for, and their neighbours.
VARIANTS = {
    "a": ({"mode": "train"}, "sum"),
    "b": ({"mode": "train"}, "perSample"),
    "c": ({"mode": "trainDetached", "throughStatistics": True}, None),
    "d": ({"mode": "trainDetached", "throughStatistics": False}, None),
    "e": ({"mode": "eval"}, None),
    "f": ({"mode": "movingAverage"}, None),
    "f-through": ({"mode": "movingAverage", "throughStatistics": True}, None),
    "reference": ({"mode": "reference"}, None),
    "reference-constant": ({"mode": "reference", "throughStatistics": False}, None),
}
SIX = list("abcdef")
ALL = list(VARIANTS)


def objective_cases():
    cases = [*poisson(), *two_layers(), *equations(), *critics(), *flow(), *layers(), *settings(), *formulas(), *overrides()]
    print("objectives.json: largest relative errors by central differences: "
          + ", ".join(f"{what} {error:.1e}" for what, error in worst.items()))
    return cases


def poisson():
    """One layer without affine, the forum's network; the naive meaning is blind."""
    make = problem([1], [linear(5), plain("tanh"), plain("batchNorm", affine=False), linear(1)], 41, "x", "u",
                   {"interior": 8, "boundary": [[0.0], [1.0]]},
                   [pde("interior", "u_xx + pi^2*sin(pi*x)"), pde("boundary", "u", name="bc", weight=100)],
                   trained_parameters([5], ["2"], affine=False))
    check_blind(make({"mode": "train"}))
    return variants("poisson", make, ALL) + variants("poisson-perSet", make, ALL, batches="perSet")


def check_blind(request):
    """The naive term's own gradient is rounding noise beside the boundary's: no parameter can reduce it."""
    values, learnable = start(request)
    sizes = []
    for term in request["terms"]:
        objective = Objective({**request, "derivative": "sum", "terms": [term]}, values)
        sizes.append(max(gradient.abs().max().item() for gradient in parameter_gradients(objective, values, learnable).values()))
    assert sizes[0] < 1e-10 * sizes[1], f"the naive term can be reduced: {sizes}"


def two_layers():
    """Two layers with affine maps, and measured values."""
    make = problem([1], [linear(4), plain("tanh"), plain("batchNorm"), linear(4), plain("tanh"), plain("batchNorm", momentum=0.3),
                         linear(1)], 42, "x", "u", {"interior": 6, "sensors": 3},
                   [pde("interior", "u_xx - u^3 + cos(2*x)", name="pde"),
                    {**pde("sensors", "u - target", name="data", weight=10), "target": [0.5, -0.25, 1.5]}],
                   trained_parameters([4, 4], ["2", "5"]))
    return variants("two-layers", make, ALL) + variants("two-layers-perSet", make, ALL, batches="perSet")


def equations():
    """Mixed and higher derivatives."""
    norm, bare = plain("batchNorm"), plain("batchNorm", affine=False)
    heat = problem([2], [linear(4), plain("silu"), norm, linear(3), plain("softplus"), linear(1)], 43, "xt", "u",
                   {"interior": 6, "start": 3},
                   [pde("interior", "u_t + u*u_x - 0.3*u_xx + u_xt/3", weight=50), pde("start", "u - sin(pi*x)", name="start")],
                   trained_parameters([4], ["2"]))
    korteweg = problem([2], [linear(3), plain("tanh"), bare, linear(3), plain("sin"), bare, linear(2), plain("silu"), linear(1)], 44,
                       "xt", "u", {"interior": 5, "start": 3},
                       [pde("interior", "u_t + 6*u*u_x + u_xxx", weight=20), pde("start", "u - 2/(1 + x^2)", name="start")],
                       trained_parameters([3, 3], ["2", "5"], affine=False))
    beam = problem([1], [linear(4), plain("sin"), norm, linear(1)], 45, "x", "w", {"span": 5, "ends": 2},
                   [pde("span", "w_xxxx - exp(-x)", weight=5), pde("ends", "w", name="ends"), pde("ends", "w_xx", name="moments")],
                   trained_parameters([4], ["2"]))
    words = problem([2], [linear(4), plain("tanh"), norm, linear(2), plain("softplus")], 46, ["depth", "time"], ["head", "flux"],
                    {"ground": 6, "surface": 3},
                    [pde("ground", "head__time - 2*head__depth__depth + flux__depth__time", weight=20), pde("surface", "flux + head__depth", name="surface")],
                    trained_parameters([4], ["2"]))
    return (variants("heat", heat, SIX + ["f-through", "reference"]) + variants("heat-perSet", heat, "abcf", batches="perSet")
            + variants("korteweg", korteweg, SIX) + variants("beam", beam, SIX) + variants("words", words, "abcf"))


def critics():
    """Gradient penalties beside means, as Wasserstein critics have them."""
    sets = {"real": 4, "generated": 4, "mixed": 4}
    terms = [{"name": "generated", "on": "generated", "residual": "critic", "reduction": "mean"},
             {"name": "real", "on": "real", "residual": "critic", "reduction": "mean", "weight": -1}]
    one = problem([3], [linear(5), plain("silu"), plain("batchNorm"), linear(4), plain("tanh"), linear(1)], 47, "pqr", ["critic"], sets,
                  [*terms, {"name": "penalty", "on": "mixed", "gradientPenalty": {"output": "critic", "center": 1}, "weight": 10}],
                  trained_parameters([5], ["2"]))
    two = problem([2], [linear(4), plain("softplus"), plain("batchNorm", affine=False), linear(4), plain("tanh"), plain("batchNorm"),
                        linear(3), plain("sin"), linear(2)], 48, "pq", ["other", "critic"], sets,
                  [*terms, {"name": "penalty", "on": "mixed", "gradientPenalty": {"output": "critic", "center": 0}, "weight": 2.5}],
                  {k: v for k, v in trained_parameters([4, 4], ["2", "5"]).items() if k not in ("2.weight", "2.bias")})
    return (variants("critic", one, SIX + ["reference"]) + variants("critic-perSet", one, "abcdf", batches="perSet")
            + variants("critic-two-layers", two, SIX))


def flow():
    """Several outputs: continuity and momentum."""
    make = problem([2], [linear(5), plain("tanh"), plain("batchNorm"), linear(4), plain("silu"), linear(3)], 49, "xy", "uvp",
                   {"interior": 6, "wall": 4},
                   [pde("interior", "u_x + v_y", name="continuity", weight=5),
                    pde("interior", "u*u_x + v*u_y + p_x - 0.1*(u_xx + u_yy)", name="momentum-x", weight=5),
                    pde("interior", "u*v_x + v*v_y + p_y - 0.1*(v_xx + v_yy)", name="momentum-y", weight=5),
                    pde("wall", "u^2 + v^2", name="wall")],
                   trained_parameters([5], ["2"]))
    return variants("flow", make, SIX)


def layers():
    """What may stand beside BatchNorm."""
    norm = plain("batchNorm")
    points = {"interior": 6, "boundary": 3}
    terms = [pde("interior", "u_xx - u*u_x + 1"), pde("boundary", "u - x", name="bc", weight=10)]
    dropout = problem([1], [linear(5), plain("tanh"), plain("dropout", p=0.25), norm, linear(4), plain("dropout", p=0.5), plain("silu"),
                            linear(1)], 50, "x", "u", points, terms, trained_parameters([5], ["3"]), dropout=5)
    block = residual(linear(4), norm, plain("silu"), linear(3), shortcut=[linear(3), plain("batchNorm", affine=False)])
    blocks = problem([1], [linear(3), plain("tanh"), block, plain("softplus"), linear(1)], 51, "x", "u", points, terms,
                     trained_parameters([4], ["2.layers.1"]) | trained_parameters([3], ["2.shortcut.1"], affine=False))
    layer_norm = problem([1], [linear(4), plain("layerNorm", eps=0.1), plain("tanh"), norm, linear(3), plain("sigmoid"), linear(1)], 52,
                         "x", "u", points, [pde("interior", "u_xxx + u_xx - u"), *terms[1:]], trained_parameters([4], ["3"]))
    features = problem([1], [plain("fourierFeatures", count=2, scale=0.3), linear(4, bias=False), plain("tanh"), norm, linear(1)], 53,
                       "x", "u", points, terms, trained_parameters([4], ["3"]))
    none = problem([1], [linear(5), plain("tanh"), linear(4), plain("sin"), linear(1)], 54, "x", "u", points, terms, {})
    return (variants("dropout", dropout, SIX) + variants("dropout-perSet", dropout, "abcf", batches="perSet")
            + variants("residual", blocks, SIX + ["reference"]) + variants("layerNorm", layer_norm, "abcde")
            + variants("fourierFeatures", features, "bc") + variants("no-batchNorm", none, "ac")
            + variants("no-batchNorm-perSet", none, "c", batches="perSet"))


def settings():
    """Running statistics kept in other ways, and a request that leaves everything to its defaults."""
    points = {"interior": 5, "boundary": 3}
    terms = [pde("interior", "u_xx + u"), pde("boundary", "u - 1", name="bc")]

    def network(**options):
        return [linear(4), plain("tanh"), plain("batchNorm", **options), linear(3), plain("softplus"), plain("batchNorm", **options),
                linear(2), plain("tanh"), linear(1)]

    untracked = problem([1], network(trackRunningStats=False), 55, "x", "u", points, terms,
                        trained_parameters([4, 3], ["2", "5"], tracked=False))
    cumulative = problem([1], network(momentum=None, eps=1e-3), 56, "x", "u", points, terms, trained_parameters([4, 3], ["2", "5"]))
    cases = variants("untracked", untracked, SIX + ["f-through"]) + variants("cumulative", cumulative, "cf")
    cases += variants("cumulative-perSet", cumulative, ["c", "f", "f-through"], batches="perSet")
    # In eval without running statistics the batch is used: which derivative is meant matters there too.
    cases.append(case("untracked/e-sum", {**untracked({"mode": "eval"}), "derivative": "sum"}))

    defaults = cumulative({})
    del defaults["batchNorm"], defaults["network"]["parameters"]
    cases.append(case("defaults", defaults))
    return cases + [all_parameters(two_seeds) for two_seeds in variants("given", cumulative, "c")]


def all_parameters(made):
    """The same network by its parameters, without a seed."""
    request = copy.deepcopy(made["request"])
    state = build(request).state_dict()
    request["network"]["parameters"] = {name: value.tolist() for name, value in state.items()}
    del request["network"]["seed"]
    return {**made, "request": request}


def formulas():
    """Everything a formula may say."""
    norm = plain("batchNorm")
    make = problem([2], [linear(4), plain("tanh"), norm, linear(3), plain("tanh"), norm, linear(2), plain("softplus")], 57, "xt", "uv",
                   {"interior": 5, "sensors": 3},
                   [pde("interior", "-x^2 + 2^-u*(u - -v)/3/2 - 1.5e-1*(u_x - (t - x))", name="arithmetic"),
                    pde("interior", "2^u^0.5 - (2^u)^0.5", name="powers"),
                    pde("interior", "sin(pi*x)*cos(u) + tan(0.3*v) + tanh(u_x)*exp(-u_t^2)", name="waves"),
                    pde("interior", "sqrt(1 + u_xx^2) + log(2 + abs(v_x - 7)) - 0.5", name="roots"),
                    {**pde("sensors", "(u - target)*exp(-t)", name="data", weight=3.5), "target": [0.1, -0.2, 0.3]},
                    {"name": "mean", "on": "sensors", "residual": "u*v - 1", "reduction": "mean", "weight": -2}],
                   trained_parameters([4, 3], ["2", "5"]))
    # The order of a mixed derivative is the formula's: over a coupled batch, sums do not commute.
    order = problem([2], [linear(4), plain("tanh"), norm, linear(3), plain("softplus"), linear(1)], 58, "xt", "u", {"interior": 6},
                    [pde("interior", "u_xt - 2*u_tx + u_xtx", name="mixed", weight=100)], trained_parameters([4], ["2"]))
    return variants("formulas", make, "abcf") + variants("order", order, "abc")


def overrides():
    """Single layers in other modes."""
    norm = plain("batchNorm")
    make = problem([1], [linear(4), plain("tanh"), norm, linear(4), plain("silu"), norm, linear(3), plain("sin"), norm, linear(2),
                         plain("tanh"), linear(1)], 59, "x", "u", {"interior": 5, "boundary": 3},
                   [pde("interior", "u_xx + 4*u"), pde("boundary", "u", name="bc", weight=10)], trained_parameters([4, 4, 3], ["2", "5", "8"]))
    mixes = [
        ({"mode": "train", "layers": {"5": "trainDetached"}}, "perSample"),
        ({"mode": "train", "layers": {"2": "eval", "8": "movingAverage"}}, "sum"),
        ({"mode": "train", "layers": {"5": "reference"}}, "perSample"),
        ({"mode": "trainDetached", "layers": {"8": "train"}}, "perSample"),
        ({"mode": "trainDetached", "layers": {"5": "eval"}, "throughStatistics": False}, "perSample"),
        ({"mode": "trainDetached", "layers": {"2": "movingAverage"}, "throughStatistics": True}, "perSample"),
        ({"mode": "eval", "layers": {"5": "trainDetached"}}, "sum"),
        ({"mode": "movingAverage", "layers": {"8": "train"}}, "perSample"),
        ({"mode": "reference", "layers": {"2": "trainDetached", "8": "train"}}, "perSample"),
        ({"mode": "eval", "layers": {"2": "train", "8": "train"}, "batches": "perSet"}, "perSample"),
    ]
    return [case("overrides/" + options["mode"] + "".join(f"+{layer}-{mode}" for layer, mode in options["layers"].items())
                 + f"/{derivative}", {**make(options), "derivative": derivative}) for options, derivative in mixes]


# ---------------------------------------------------------------------------------------------------------------------
# Requests and cases


def pde(on, formula, name="pde", weight=None):
    return {"name": name, "on": on, "residual": formula, **({} if weight is None else {"weight": weight})}


def problem(shape, layers, seed, variables, outputs, points, terms, parameters, dropout=None):
    """A request for the options of BatchNorm; points are given, or drawn in ±1.5 where there is only a number of them."""
    drawn = torch.Generator().manual_seed(2000 + seed)

    def sample(count):
        return [[round(x, 3) for x in row] for row in (3 * torch.rand(count, *shape, generator=drawn) - 1.5).tolist()]

    sets = [{"name": name, "inputs": sample(given) if isinstance(given, int) else given} for name, given in points.items()]
    reference = sample(4)

    def make(options):
        network = {"inputShape": shape, "layers": layers, "dtype": "float64", "seed": seed}
        if parameters:
            network["parameters"] = parameters
        if "reference" in (options.get("mode"), *options.get("layers", {}).values()):
            options = {**options, "referenceInputs": reference}
        request = {"network": network, "variables": list(variables), "outputs": list(outputs), "points": sets, "terms": terms,
                   "batchNorm": options, "return": ["parameterGradients", "residuals"]}
        return {**request, "dropout": {"seed": dropout}} if dropout is not None else request

    return make


def variants(name, make, letters, batches="joint"):
    cases = []
    for letter in letters:
        options, derivative = VARIANTS[letter]
        request = make(options if batches == "joint" else {**options, "batches": batches})
        cases.append(case(f"{name}/{letter}", {**request, "derivative": derivative} if derivative else request))
    return cases


def case(name, request):
    request = copy.deepcopy(request)
    values, learnable = start(request)
    objective = Objective(request, values)
    gradients = parameter_gradients(objective, values, learnable)
    specs = dict(norm_specs(request["network"]["layers"]))
    try:
        check(request, values, learnable, objective, gradients, list(specs))
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from error

    terms = [{"name": term["name"], "value": value.item(), "weight": term.get("weight", 1), "count": len(residuals),
              "residuals": residuals.tolist()}
             for term, value, residuals in zip(request["terms"], objective.values, objective.residuals)]
    batches = [{name: statistics_of(objective.statistics, number, name, spec) for name, spec in specs.items()}
               for number in range(len(objective.fields))]
    mode = request.get("batchNorm", {}).get("mode", "trainDetached")
    if request.get("batchNorm", {}).get("batches") == "perSet":
        norm = {"mode": mode, "batches": [{"points": points["name"], "layers": batch} for points, batch in zip(request["points"], batches)]}
    else:
        norm = {"mode": mode, "layers": batches[0]}
    expected = {"value": objective.value.item(), "terms": terms,
                "parameterGradients": {name: gradient.tolist() for name, gradient in gradients.items()}, "batchNorm": norm}
    return {"name": name, "request": request, "expected": expected}


def statistics_of(statistics, number, name, spec):
    mean, variance = statistics.batches[number][name]
    tracked = spec.get("trackRunningStats", True)
    running_mean, running_variance, batches = statistics.after[number][name] if tracked else (None, None, None)
    return {"mean": mean.tolist(), "variance": variance.tolist(), "runningMean": running_mean.tolist() if tracked else None,
            "runningVariance": running_variance.tolist() if tracked else None, "batchesTracked": batches}
