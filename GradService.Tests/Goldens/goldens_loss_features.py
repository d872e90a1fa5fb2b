"""loss_features.json: losses as people write them, by unknowns, fields, data columns, paired sets, weights and reductions, with
gradients by parameters, unknowns and points, under the meanings that BatchNorm gives them."""

import copy
import itertools

import torch

from goldens_feature_losses import FeatureLoss, gradients_of
from goldens_loss_features_checks import check, worst
from goldens_losses import start
from goldens_objectives import VARIANTS
from goldens_requests import linear, plain, trained_parameters

FIVE, SIX = list("acdef"), list("abcdef")


def loss_feature_cases():
    cases = list(itertools.chain(hard_boundary(), nested_fields(), conservative(), powers(), functions(), corners(), unknowns(), data(),
                                 paired(), reductions(), cross_entropy(), penalties(), outputs_alone(), names(), order(), everything()))
    print("loss_features.json: largest relative errors: " + ", ".join(f"{what} {error:.1e}" for what, error in worst.items()))
    return cases


def hard_boundary():
    """An output transform that meets the boundary conditions whatever the network says."""
    make = problem(61, "x", "n", {"interior": column(0.1, 0.25, 0.4, 0.6, 0.85, 0.95), "ends": column(0, 1)},
                   [term("interior", "u_xx + pi^2*sin(pi*x)", "pde"), term("ends", "u_x - pi", "slopes", weight=2)],
                   fields={"u": "x*(1-x)*n"})
    by_hand = {"pde": "x*(1-x)*n_xx + 2*(1-2*x)*n_x - 2*n + pi^2*sin(pi*x)", "slopes": "(1-2*x)*n + x*(1-x)*n_x - pi"}
    return [*variants("hard-boundary", make, [*SIX, "f-through"], by_hand=by_hand),
            *variants("hard-boundary-perSet", make, "acd", "perSet", by_hand=by_hand)]


def nested_fields():
    """Fields of fields, and the gradient of a residual."""
    make = problem(62, "xt", "n", {"interior": 5, "wall": 3},
                   [term("interior", "r", "pde"), term("interior", "r_x", "enhanced", weight=0.1), term("wall", "flux - 1", "wall", weight=5)],
                   fields={"u": "sin(pi*x) + t*x*(1-x)*n", "flux": "-D*u_x + c*u^2", "r": "u_t + flux_x"}, unknowns={"D": 0.7, "c": -0.4})
    return variants("nested-fields", make, FIVE)


def conservative():
    make = problem(63, "x", "u", {"interior": 6}, [term("interior", "flux_x - cos(x)", "pde")], fields={"flux": "u^2*u_x"})
    return variants("conservative", make, SIX, by_hand={"pde": "2*u*u_x^2 + u^2*u_xx - cos(x)"})


def powers():
    """Quotients, and powers with constant, unknown and variable exponents and bases."""
    make = problem(64, "x", "uv", {"interior": 6},
                   [term("interior", "quotient_x + cube_xx", "quotient"), term("interior", "root_x - inverse_xx", "roots"),
                    term("interior", "exponential_xx/10 + general_x - 2^-u", "exponents"),
                    term("interior", "general_xx - shape_x*shape_xx + shape", "shapes", weight=0.01)],
                   fields={"quotient": "u/(1+v^2)", "cube": "(u - v)^3", "root": "(2 + u^2)^0.5", "inverse": "(1 + u^2)^-1.5",
                           "exponential": "2^u", "general": "(1.5 + v^2)^u", "shape": "(1 + x^2*u^2)^m"}, unknowns={"m": 1.3})
    return variants("powers", make, FIVE)


def functions():
    """Every function inside a field that is differentiated twice."""
    fields = {"hyperbolic": "sinh(u) - cosh(0.5*v)", "angle": "atan(u*v) + atan2(u, 2 + v^2) - atan2(x - 3, v)",
              "arc": "asin(0.9*sin(u)) - acos(0.8*tanh(v))", "bell": "erf(u) + erf(0.5*v)^2",
              "jump": "sign(u - v)*u^2 + step(x - 0.1)*u*v + step(-x)*v", "least": "min(u, 0.5*v)*u + max(u*v, x)^2",
              "old": "tan(0.3*u)*exp(-v^2) + log(2 + sin(v)) - sqrt(1 + u^2)*cos(v) + tanh(u)*abs(v - 0.2)"}
    make = problem(65, "x", "uv", {"interior": 6},
                   [term("interior", f"{field} + {field}_x - 0.3*{field}_xx", field) for field in fields], fields=fields)
    bare = problem(66, "x", "uv", {"interior": 6},
                   [term("interior", "sinh(u) + cosh(v_x) - atan(u_x) + asin(0.9*sin(v)) + acos(0.8*tanh(0.1*u_xx))", "smooth"),
                    term("interior", "erf(u_x) + sign(u)*v_x + step(v)*u + min(u_x, v) - max(u, 0.1*v_xx) + atan2(u, v_x)*e", "others")])
    return [*variants("functions", make, FIVE), *variants("functions-of-derivatives", bare, FIVE)]


def corners():
    """Points on corners: ties give each half, sign, step and abs have slope 0 there, and step(0) is 0."""
    make = problem(67, "x", "u", {"corners": column(-0.5, 0, 0.5), "interior": 5},
                   [term("corners", "tie + tie_x", "ties"), term("corners", "tie_xx - flat_x + flat", "flat"),
                    term("corners", "step(x) + sign(x)*u + u_x*max(x, 0.5)", "values"),
                    term("interior", "max(u, u)*min(u_x, u_x) - u_xx", "itself")],
                   fields={"tie": "max(x, 0.5)*u + min(2*x, x)*u^2 + max(u, u)", "flat": "sign(x)*u + step(x)*u^2 - abs(x)*u"})
    return variants("corners", make, FIVE, corners=["corners"])


def unknowns():
    """Numbers that are trained beside the parameters, inside derivatives too; one with a condition of its own."""
    make = problem(68, "xt", "u", {"interior": 5, "sensors": 3},
                   [term("interior", "u_t + flux_x - c0*u", "pde", weight=3),
                    term("sensors", "c0*u - target", "data", weight=10, target=[0.3, -0.2, 0.8]),
                    term("sensors", "0.5*(D - k^2)", "prior")],
                   fields={"flux": "-(D + k*u)*u_x"}, unknowns={"D": 0.3, "k": -0.5, "c0": 1.2})
    return variants("unknowns", make, SIX, by_hand={"pde": "u_t - k*u_x^2 - (D + k*u)*u_xx - c0*u"})


def data():
    """Measured columns beside a target."""
    make = problem(69, "x", "u", {"interior": with_data(5, k=[1.0, 0.5, 2.0, 1.5, 0.75], q=[0.2, -0.4, 0.1, 0.0, 0.3]),
                                  "sensors": with_data(3, sigma=[0.1, 0.2, 0.5])},
                   [term("interior", "k*u_xx + q*u_x - 1", "pde"), term("interior", "k*f_x - q", "field"),
                    term("sensors", "(u - target)/sigma", "data", weight=0.5, target=[0.5, -0.25, 1.5], weights=[1.0, 0.5, 2.0])],
                   fields={"f": "u*sin(x)"})
    return variants("data", make, FIVE)


def paired():
    """Points of two and three sets, one by one."""
    points = {"interior": 4, "left": with_data([[-1, -0.6], [-1, 0.1], [-1, 0.7]], k=[1.0, 2.0, 0.5]), "middle": 3,
              "right": with_data([[1, -0.6], [1, 0.1], [1, 0.7]], k=[0.3, 0.6, 0.9])}
    both = ["left", "right"]
    make = problem(70, "xy", "uv", points,
                   [term("interior", "u_xx + v_yy", "pde", weight=20), term(both, "u@left - u@right", "periodic", weight=10),
                    term(both, "u_x@left - u_x@right", "slopes", weight=2),
                    term(both, "k@left*u_x@left^2 + k@right*u_y@right - x@right*target + y@left", "jump", target=[0.1, -0.3, 0.2],
                         weights=[1.0, 0.0, 3.0]),
                    term(["right", "left"], "g_y@left - D*g@right + g_xy@right", "fields", reduction="sumSquare", weight=20),
                    term(["left", "middle", "right"], "-u@left^2 + 2*v@middle*k@right - v_x@right", "three", reduction="mean")],
                   fields={"g": "u*v_x"}, unknowns={"D": 0.8})
    return [*variants("paired", make, FIVE), *variants("paired-perSet", make, [*FIVE, "f-through"], "perSet")]


def reductions():
    """Every reduction with weights and without, weights of 0 and below too."""
    terms = []
    for reduction in ["meanSquare", "mean", "squaredMean", "sumSquare"]:
        terms.append(term("interior", "u_x - u*x + 0.5", reduction, reduction=reduction))
        terms.append(term("interior", "u_x + u^2 - x", f"{reduction}-weighted", reduction=reduction, weight=0.7,
                          weights=[0.5, 0.0, 2.0, 1.25, -0.5, 3.0]))
    terms.append(term("rest", "u - 1", "default", weights=[2.0, 0.1]))
    make = problem(71, "x", "u", {"interior": 6, "rest": 2}, terms)
    return [*variants("reductions", make, SIX), *variants("reductions-perSet", make, "acd", "perSet")]


LABELS, FEW_LABELS = [0, 2, 1, 1, 0, 2], [1, 1, 0, 2]


def cross_entropy():
    """A classifier whose inputs' gradients are penalised."""
    make = problem(72, "xy", "pqr", {"train": 6, "others": 4},
                   [{"name": "classes", "on": "train", "crossEntropy": {"labels": LABELS}},
                    {"name": "weighted", "on": "others", "crossEntropy": {"labels": FEW_LABELS}, "weights": [1.0, 0.5, 0.0, 2.0], "weight": 3},
                    term("train", "p_x - q_y*r", "smooth", weight=0.2)])
    return [*variants("crossEntropy", make, SIX), *variants("crossEntropy-perSet", make, "acf", "perSet")]


def penalties():
    make = problem(73, "pq", ["other", "critic"], {"real": 3, "generated": 3, "mixed": 4},
                   [term("generated", "critic", "generated", reduction="mean"),
                    term("real", "critic", "real", reduction="mean", weight=-1, weights=[1.0, 2.0, 0.5]),
                    {"name": "penalty", "on": "mixed", "gradientPenalty": {"output": "critic", "center": 1}, "weight": 10,
                     "weights": [1.0, 0.25, 0.0, 2.0]},
                    {"name": "other", "on": "real", "gradientPenalty": {"output": "other", "center": 0}, "weights": [0.5, 1.5, 1.0]}])
    return variants("gradientPenalty", make, SIX)


def outputs_alone():
    """Losses without derivatives, which PyTorch's own layers and losses can say."""
    measured = problem(74, "xy", "u", {"here": 5, "there": 3},
                       [term("here", "u - target", "here", target=[0.5, -0.25, 1.5, 0.0, 0.75]),
                        term("there", "u - target", "there", weight=2, target=[1.0, -1.0, 0.5], weights=[2.0, 0.0, 1.5])])
    classes = problem(75, "xy", "pqr", {"train": 6, "others": 4},
                      [{"name": "classes", "on": "train", "crossEntropy": {"labels": LABELS}},
                       {"name": "others", "on": "others", "crossEntropy": {"labels": FEW_LABELS}, "weight": 0.5, "weights": [0.5, 1.0, 3.0, 0.0]}])
    for name, make in [("measured", measured), ("classes", classes)]:
        yield from variants(name, make, FIVE)
        yield from variants(f"{name}-perSet", make, "ace", "perSet")


def names():
    """Words that are functions, or a number, only where nothing else has the name."""
    make = problem(76, ["x", "step"], ["e"], {"interior": 5}, [term("interior", "erf_xx + max(e, min) - step(x - 0.2)*e__step + step", "pde")],
                   fields={"erf": "x*e*min + erf(x)"}, unknowns={"min": 0.4})
    return variants("names", make, "c")


def order():
    """The order of a mixed derivative is the formula's, and where a field stands in another, that field's first."""
    make = problem(77, "xt", "n", {"interior": 5},
                   [term("interior", "u_xt - 2*u_tx", "mixed", weight=10), term("interior", "f_t + u_xtx - g_x", "nested")],
                   fields={"u": "(1 + x*t)*n", "f": "n_x*u", "g": "n_t*u"})
    by_hand = {"mixed": "n + x*n_x + t*n_t + (1 + x*t)*n_xt - 2*(n + t*n_t + x*n_x + (1 + x*t)*n_tx)"}
    return variants("order", make, "abc", by_hand=by_hand)


def everything():
    """All together, each set a batch of its own, and in one."""
    make = problem(78, "xt", "nm", {"interior": with_data(4, source=[0.5, -1.0, 0.25, 2.0]), "left": [[0, 0.2], [0, 0.5], [0, 0.9]],
                                    "right": [[1, 0.2], [1, 0.5], [1, 0.9]]},
                   [term("interior", "u_t - flux_x - source", "pde", weights=[1.0, 2.0, 0.5, 1.0]),
                    term("interior", "u*m - D", "integral", reduction="squaredMean", weight=3),
                    term(["left", "right"], "flux@left - flux@right + k*target", "walls", target=[0.1, 0.2, -0.1]),
                    {"name": "classes", "on": "left", "crossEntropy": {"labels": [0, 1, 1]}, "weights": [1.0, 0.5, 0.5]},
                    {"name": "penalty", "on": "right", "gradientPenalty": {"output": "n", "center": 1}, "weight": 0.3, "weights": [1.0, 0.0, 2.0]}],
                   fields={"u": "sin(pi*x) + t*n", "flux": "(D + k*max(m, 0.1*n))*u_x"}, unknowns={"D": 0.4, "k": 0.15})
    return [*variants("everything", make, FIVE), *variants("everything-perSet", make, FIVE, "perSet")]


# ---------------------------------------------------------------------------------------------------------------------
# Requests and cases


def column(*values):
    return [[value] for value in values]


def with_data(inputs, **columns):
    return {"inputs": inputs, "data": columns}


def term(on, formula, name, **options):
    return {"name": name, "on": on, "residual": formula, **options}


def problem(seed, variables, outputs, points, terms, **declared):
    """A request for the options of BatchNorm, of a network with two; points are given, or drawn in ±1.5 where there is only a number of them."""
    drawn = torch.Generator().manual_seed(3000 + seed)

    def sample(count):
        return [[round(x, 3) for x in row] for row in (3 * torch.rand(count, len(variables), generator=drawn) - 1.5).tolist()]

    def set_of(name, given):
        given = given if isinstance(given, dict) else {"inputs": given}
        return {"name": name, **given, "inputs": sample(given["inputs"]) if isinstance(given["inputs"], int) else given["inputs"]}

    def weights(rows, columns):
        """Larger than the initial ones, so that derivatives weigh as much as values do."""
        return [[round(w, 2) for w in row] for row in (torch.randn(rows, columns, generator=drawn) / columns ** 0.5).tolist()]

    sets = [set_of(*given) for given in points.items()]
    norm = plain("batchNorm")
    layers = [linear(3), plain("tanh"), norm, linear(3), plain("sin"), {**norm, "momentum": 0.3}, linear(2), plain("softplus"),
              linear(len(outputs))]
    request = {"network": {"inputShape": [len(variables)], "layers": layers, "dtype": "float64", "seed": seed,
                           "parameters": {**trained_parameters([3, 3], ["2", "5"]), "0.weight": weights(3, len(variables)),
                                          "3.weight": weights(3, 3), "6.weight": weights(2, 3), "8.weight": weights(len(outputs), 2)}},
               "variables": list(variables), "outputs": list(outputs), **declared, "points": sets,
               "terms": terms, "return": ["parameterGradients", "residuals", "inputGradients"]}
    return lambda options: {**request, "batchNorm": options}


def variants(name, make, letters, batches="joint", **checks):
    cases = []
    for letter in letters:
        options, derivative = VARIANTS[letter]
        request = make(options if batches == "joint" else {**options, "batches": batches})
        cases.append(case(f"{name}/{letter}", {**request, "derivative": derivative} if derivative else request, **checks))
    return cases


def case(name, request, by_hand=None, corners=()):
    request = copy.deepcopy(request)
    values, learnable = start(request)
    unknowns = {unknown: torch.tensor(value, dtype=torch.float64, requires_grad=True)
                for unknown, value in request.get("unknowns", {}).items()}
    own = request.get("derivative", "perSample") == "perSample"
    # Where derivatives are sums over the batch a field is expanded to its outputs', point by point.
    loss = FeatureLoss(request, values, unknowns, not own, own)
    gradients = gradients_of(loss, values, learnable)
    try:
        check(request, values, learnable, loss, gradients, own, by_hand or {}, corners)
    except AssertionError as error:
        raise AssertionError(f"{name}: {error}") from error

    terms = [{"name": one["name"], "value": value.item(), "weight": one.get("weight", 1), "count": len(residuals),
              "residuals": residuals.tolist()} for one, value, residuals in zip(request["terms"], loss.values, loss.residuals)]
    expected = {"value": loss.value.item(), "terms": terms,
                **{kind: {one: gradient.tolist() for one, gradient in found.items()} for kind, found in gradients.items()}}
    return {"name": name, "request": request, "expected": expected}
