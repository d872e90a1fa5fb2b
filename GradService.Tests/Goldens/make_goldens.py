"""Makes the golden data of the gradient service: layers.json, modes.json, forum.json and seeds.json.

PyTorch is the oracle. Every case is a request as POST /v1/gradients takes it, without "gradient", and every answer
comes from plain autograd: one forward pass of the whole batch, then one backward pass per output element.
README.md describes the files.
"""

import copy
import json
import math
import pathlib

import torch
import torch.nn.functional as F
from torch import nn

HERE = pathlib.Path(__file__).resolve().parent
DTYPES = {"float32": torch.float32, "float64": torch.float64}
MODES = ["train", "trainDetached", "eval", "movingAverage", "reference"]


def main():
    torch.set_num_threads(1)  # the same bits at every run
    write("layers.json", layer_cases())
    write("modes.json", mode_cases())
    write("forum.json", forum_cases())
    write("seeds.json", seed_cases())


def write(name, cases):
    lines = [json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases]
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), "two cases have the same name"
    head = '{"torch":%s,"cases":[\n' % json.dumps(torch.__version__)
    (HERE / name).write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    print(f"{name}: {len(cases)} cases, {(HERE / name).stat().st_size} bytes")


# ---------------------------------------------------------------------------------------------------------------------
# Layers. All are torch.nn's own, but for BatchNorm, whose modes torch.nn does not have.


class BatchNorm(nn.Module):
    """BatchNorm over axis 1 in primitive operations, in any of the five modes."""

    def __init__(self, channels, eps, momentum, affine, tracked):
        super().__init__()
        self.eps, self.momentum, self.tracked = eps, momentum, tracked
        self.mode = "eval"
        self.is_reference_pass = False
        self.reference = None
        self.used = None
        # Names, order and initial values are those of nn.BatchNorm, so that the state_dicts agree.
        self.register_parameter("weight", nn.Parameter(torch.ones(channels)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(channels)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(channels) if tracked else None)
        self.register_buffer("running_var", torch.ones(channels) if tracked else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if tracked else None)

    @property
    def coupled(self):
        """Do gradients flow through the statistics?"""
        return self.mode == "train" or (self.mode == "eval" and not self.tracked)

    def forward(self, h):
        mean, variance = self.statistics_of_reference_pass(h) if self.is_reference_pass else self.statistics(h)
        y = (h - per_channel(mean, h)) / torch.sqrt(per_channel(variance, h) + self.eps)
        if self.weight is not None:
            y = y * per_channel(self.weight, h) + per_channel(self.bias, h)
        return y

    def statistics(self, h):
        if self.mode == "eval" and self.tracked:
            mean, variance = self.running_mean.clone(), self.running_var.clone()
        elif self.mode == "eval" or self.mode == "train":
            mean, variance = batch_statistics(h)
        elif self.mode == "trainDetached":
            mean, variance = batch_statistics(h.detach())
        elif self.mode == "movingAverage":
            mean, variance = self.moving_average(h.detach())
        elif self.mode == "reference":
            mean, variance = self.reference
        if self.mode in ("train", "trainDetached") and self.tracked:
            self.update_as_pytorch_does(h.detach())
        self.used = mean.detach(), variance.detach()
        return mean, variance

    def statistics_of_reference_pass(self, h):
        """The reference batch normalises with its own statistics, but for layers whose statistics are fixed."""
        assert self.mode != "movingAverage", "what the reference batch does to a moving average is not specified"
        if self.mode == "eval" and self.tracked:
            return self.running_mean, self.running_var
        self.reference = batch_statistics(h)
        return self.reference

    def update_as_pytorch_does(self, h):
        mean, variance = unbiased_statistics(h)
        self.num_batches_tracked += 1
        new = 1 / self.num_batches_tracked.item() if self.momentum is None else self.momentum
        self.running_mean = (1 - new) * self.running_mean + new * mean
        self.running_var = (1 - new) * self.running_var + new * variance

    def moving_average(self, h):
        """The forum's module read literally: momentum weighs the old value."""
        mean, variance = unbiased_statistics(h)
        old_mean = self.running_mean if self.tracked else torch.zeros_like(mean)
        old_variance = self.running_var if self.tracked else torch.ones_like(variance)
        if self.momentum is None:
            batches = (self.num_batches_tracked.item() if self.tracked else 0) + 1
            new_mean = old_mean + (mean - old_mean) / batches
            new_variance = old_variance + (variance - old_variance) / batches
        else:
            new_mean = old_mean * self.momentum + mean * (1 - self.momentum)
            new_variance = old_variance * self.momentum + variance * (1 - self.momentum)
        if self.tracked:
            self.running_mean, self.running_var = new_mean, new_variance
            self.num_batches_tracked += 1
        return new_mean, new_variance


def batch_axes(h):
    return [0, *range(2, h.dim())]


def per_channel(values, h):
    return values.reshape(1, -1, *[1] * (h.dim() - 2))


def batch_statistics(h):
    mean = h.mean(dim=batch_axes(h))
    return mean, ((h - per_channel(mean, h)) ** 2).mean(dim=batch_axes(h))


def unbiased_statistics(h):
    return h.mean(dim=batch_axes(h)), h.var(dim=batch_axes(h), unbiased=True)


class Dropout(nn.Module):
    """The identity, or one mask per call; masks are drawn in float32 whatever the network's dtype."""

    def __init__(self, p):
        super().__init__()
        self.p = p
        self.active = False
        self.mask = None

    def forward(self, x):
        if not self.active:
            return x
        self.mask = F.dropout(torch.ones(x.shape, dtype=torch.float32), self.p)
        return x * self.mask.to(x.dtype)


class Residual(nn.Module):
    def __init__(self, layers, shortcut):
        super().__init__()
        self.layers = layers
        self.shortcut = shortcut

    def forward(self, x):
        f = self.layers(x)
        return (x if self.shortcut is None else self.shortcut(x)) + f


class Sin(nn.Module):
    def forward(self, x):
        return torch.sin(x)


def sequential(specs, shape, pure):
    """nn.Sequential of the layers in order; pure: torch.nn's BatchNorm and Dropout instead of those above."""
    modules = []
    for spec in specs:
        modules.append(layer(spec, shape, pure))
        shape = shape_after(modules[-1], shape)
    return nn.Sequential(*modules)


def shape_after(module, shape):
    with torch.no_grad():
        return tuple(module.eval()(torch.zeros(2, *shape)).shape[1:])


def layer(spec, shape, pure):
    kind = spec["type"]
    if kind == "linear":
        return nn.Linear(shape[-1], spec["outFeatures"], bias=spec.get("bias", True))
    if kind == "batchNorm":
        settings = (shape[0], spec.get("eps", 1e-5), spec.get("momentum", 0.1), spec.get("affine", True),
                    spec.get("trackRunningStats", True))
        torch_class = {1: nn.BatchNorm1d, 2: nn.BatchNorm1d, 3: nn.BatchNorm2d, 4: nn.BatchNorm3d}[len(shape)]
        return torch_class(*settings) if pure else BatchNorm(*settings)
    if kind == "layerNorm":
        return nn.LayerNorm(shape, eps=spec.get("eps", 1e-5), elementwise_affine=spec.get("affine", True))
    if kind == "dropout":
        return (nn.Dropout if pure else Dropout)(spec.get("p", 0.5))
    if kind == "residual":
        layers = sequential(spec["layers"], shape, pure)
        shortcut = sequential(spec["shortcut"], shape, pure) if "shortcut" in spec else None
        return Residual(layers, shortcut)
    return {
        "flatten": lambda: nn.Flatten(),
        "tanh": lambda: nn.Tanh(),
        "sigmoid": lambda: nn.Sigmoid(),
        "relu": lambda: nn.ReLU(),
        "leakyRelu": lambda: nn.LeakyReLU(spec.get("negativeSlope", 0.01)),
        "elu": lambda: nn.ELU(spec.get("alpha", 1.0)),
        "selu": lambda: nn.SELU(),
        "gelu": lambda: nn.GELU(spec.get("approximate", "none")),
        "silu": lambda: nn.SiLU(),
        "mish": lambda: nn.Mish(),
        "softplus": lambda: nn.Softplus(spec.get("beta", 1), spec.get("threshold", 20)),
        "sin": lambda: Sin(),
        "identity": lambda: nn.Identity(),
    }[kind]()


# ---------------------------------------------------------------------------------------------------------------------
# From a request to a network that has seen its batch


def tensor(request, values):
    return torch.tensor(values, dtype=DTYPES[request["network"]["dtype"]])


def build(request, pure=False):
    """Parameters are drawn in float32 and cast; then "parameters" is laid over them."""
    spec = request["network"]
    torch.manual_seed(spec["seed"])
    network = sequential(spec["layers"], spec["inputShape"], pure).to(DTYPES[spec["dtype"]])
    given = spec.get("parameters", {})
    state = network.state_dict()
    # A pure network may lack the running statistics that another of the same request has, and the other way round.
    assert pure or set(given) <= set(state), "parameters the network does not have"
    exact = {k: torch.tensor(v, dtype=torch.float64).to(state[k]) for k, v in given.items() if k in state}
    network.load_state_dict({**state, **exact})
    return network


def named(network, kind):
    return {name: module for name, module in network.named_modules() if isinstance(module, kind)}


def forward(network, request, x):
    options = request.get("batchNorm", {})
    norms = named(network, BatchNorm)
    overrides = options.get("layers", {})
    assert set(overrides) <= set(norms), "a mode for a layer that is no BatchNorm"
    for name, norm in norms.items():
        norm.mode = overrides.get(name, options.get("mode", "train"))

    if "referenceInputs" in options:
        assert any(norm.mode == "reference" for norm in norms.values()), "reference inputs that no layer needs"
        with torch.no_grad():
            set_reference_pass(norms, True)
            network(tensor(request, options["referenceInputs"]))
            set_reference_pass(norms, False)

    if "dropout" in request:
        for dropout in named(network, Dropout).values():
            dropout.active = True
        torch.manual_seed(request["dropout"]["seed"])
    return network(x)


def set_reference_pass(norms, value):
    for norm in norms.values():
        norm.is_reference_pass = value


# ---------------------------------------------------------------------------------------------------------------------
# One case: the answers, row by row


def case(name, request, keep_jacobian=True):
    network = build(request)
    state = copy.deepcopy(network.state_dict())
    x = tensor(request, request["inputs"]).requires_grad_()
    y = forward(network, request, x)
    jacobian = row_by_row(y, x)  # [N, M, N, D...]
    samples, outputs = jacobian.shape[:2]

    drawn = torch.Generator().manual_seed(samples + outputs)
    cotangent = rounded(torch.randn(samples, outputs, generator=drawn), request)
    tangent = rounded(torch.randn(x.shape, generator=drawn), request)
    sums = torch.autograd.grad(y.sum(), x, retain_graph=True)[0]
    vjp = torch.autograd.grad(y, x, cotangent.reshape(y.shape), retain_graph=True)[0]
    jvp = torch.autograd.functional.jvp(lambda x: forward(build(request), request, x), x.detach(), tangent)[1]
    jvp = jvp.reshape(samples, outputs)
    own = torch.stack([jacobian[i, :, i] for i in range(samples)])

    check_products(jacobian, sums, cotangent, vjp, tangent, jvp)
    check_uncoupled(network, jacobian)
    check_against_torch(network, request, state, x, y, jacobian)

    expected = {"outputs": y.tolist(), "sum": sums.tolist(), "perSample": own.tolist()}
    if keep_jacobian:
        expected["jacobian"] = jacobian.tolist()
    expected["vjp"] = {"cotangent": cotangent.tolist(), "gradients": vjp.tolist()}
    expected["jvp"] = {"tangent": tangent.tolist(), "gradients": jvp.tolist()}
    expected["batchNorm"] = {name: statistics_of(norm) for name, norm in named(network, BatchNorm).items()}

    result = {"name": name, "request": request, "stateDict": {k: v.tolist() for k, v in state.items()}}
    if "dropout" in request:
        result["dropoutMasks"] = {name: dropout.mask.tolist() for name, dropout in named(network, Dropout).items()}
    result["expected"] = expected
    return result


def row_by_row(y, x):
    rows = [torch.autograd.grad(element, x, retain_graph=True)[0] for element in y.reshape(-1)]
    return torch.stack(rows).reshape(len(x), -1, *x.shape)


def statistics_of(norm):
    mean, variance = norm.used
    return {
        "mean": mean.tolist(),
        "variance": variance.tolist(),
        "runningMean": norm.running_mean.tolist() if norm.tracked else None,
        "runningVariance": norm.running_var.tolist() if norm.tracked else None,
        "batchesTracked": norm.num_batches_tracked.item() if norm.tracked else None,
    }


def rounded(values, request):
    """Random numbers are made in float32, so both dtypes can represent them exactly."""
    return values.to(torch.float32).to(DTYPES[request["network"]["dtype"]])


# ---------------------------------------------------------------------------------------------------------------------
# Cross-checks


def assert_close(actual, expected, scale, what):
    """Differences are measured against the largest magnitude: elementwise ratios fail near zeros."""
    tolerance = 2e-5 if actual.dtype == torch.float32 else 2e-13
    error = (actual - expected).abs().max().item()
    assert error <= tolerance * max(scale, 1e-30), f"{what}: off by {error}, scale {scale}"


def check_products(jacobian, sums, cotangent, vjp, tangent, jvp):
    samples, outputs = jacobian.shape[:2]
    dense = jacobian.reshape(samples * outputs, -1)
    scale = dense.abs().sum().item() / samples
    assert_close(sums.reshape(-1), dense.sum(0), scale, "sum")
    assert_close(vjp.reshape(-1), cotangent.reshape(-1) @ dense, scale, "vjp")
    assert_close(jvp.reshape(-1), dense @ tangent.reshape(-1), scale, "jvp")


def check_uncoupled(network, jacobian):
    if any(norm.coupled for norm in named(network, BatchNorm).values()):
        return
    off_diagonal = [jacobian[j, :, i] for j in range(len(jacobian)) for i in range(len(jacobian)) if i != j]
    assert all((block == 0).all() for block in off_diagonal), "samples interact in an uncoupled mode"


def check_against_torch(network, request, state, x, y, jacobian):
    """The same network of torch.nn modules only.

    Coupled layers are nn.BatchNorm as it is. Where statistics are constants, nn.BatchNorm in eval mode holds the
    statistics that were used: the values of those are checked by compare_running for the rules that nn.BatchNorm
    has, and by check_forum_module for the moving average.
    """
    twin_request = copy.deepcopy(request)
    for spec, norm in zip(norm_specs(twin_request["network"]["layers"]), named(network, BatchNorm).values()):
        if not norm.coupled:
            spec["trackRunningStats"] = True  # else it could not hold constants
    twin = build(twin_request, pure=True)
    start = twin.state_dict()
    twin.load_state_dict({**start, **{k: v for k, v in state.items() if k in start}})
    twin.train()
    if "dropout" not in request:
        for dropout in named(twin, nn.Dropout).values():
            dropout.eval()
    for name, norm in named(network, BatchNorm).items():
        module = twin.get_submodule(name)
        if norm.mode == "eval" or not norm.coupled:
            module.eval()
        if not norm.coupled:
            module.running_mean, module.running_var = norm.used

    def run(x):
        torch.manual_seed(request.get("dropout", {}).get("seed", 0))
        return twin(x)

    z = run(x)
    assert_close(z, y, y.abs().max().item(), "outputs of torch.nn")
    assert_close(row_by_row(z, x), jacobian, jacobian.abs().max().item(), "gradients of torch.nn")
    for name, norm in named(network, BatchNorm).items():
        if norm.mode == "train" and norm.tracked:
            compare_running(norm, twin.get_submodule(name), name)
    if x.dtype == torch.float64:
        check_finite_differences(run, x.detach(), jacobian)
    if all(norm.mode == "trainDetached" for norm in named(network, BatchNorm).values()):
        check_same_as_train_but_gradients(network, request)


def norm_specs(specs):
    """In the order in which the modules are registered."""
    for spec in specs:
        if spec["type"] == "batchNorm":
            yield spec
        yield from norm_specs(spec.get("layers", []))
        yield from norm_specs(spec.get("shortcut", []))


def compare_running(norm, module, name):
    for mine, real in ((norm.running_mean, module.running_mean), (norm.running_var, module.running_var)):
        assert_close(mine, real, real.abs().max().item(), f"running statistics of {name}")
    assert norm.num_batches_tracked == module.num_batches_tracked


def check_finite_differences(run, x, jacobian):
    columns = torch.empty_like(jacobian.reshape(-1, x.numel()))
    with torch.no_grad():
        for k in range(x.numel()):
            step = 1e-5 * max(1, abs(x.reshape(-1)[k].item()))
            shift = torch.zeros(x.numel(), dtype=x.dtype)
            shift[k] = step
            shift = shift.reshape(x.shape)
            columns[:, k] = (run(x + shift) - run(x - shift)).reshape(-1) / (2 * step)
    error = (columns.reshape(jacobian.shape) - jacobian).abs().max()
    assert error <= 1e-7 * jacobian.abs().max(), f"finite differences: off by {error}"


def check_same_as_train_but_gradients(network, request):
    """trainDetached differs from train in gradients only: outputs and statistics have the same bits."""
    other_request = copy.deepcopy(request)
    other_request["batchNorm"] = {"mode": "train"}
    other = build(other_request)
    forward(other, other_request, tensor(request, request["inputs"]))
    for name, norm in named(network, BatchNorm).items():
        assert statistics_of(norm) == statistics_of(other.get_submodule(name)), name


def check_dtypes_agree(single, double):
    """A float32 answer is the float64 one up to rounding."""
    assert [single["name"], double["name"]] == [double["name"].replace("64", "32"), single["name"].replace("32", "64")]
    for key in ("outputs", "perSample", "jacobian"):
        if key in single["expected"]:
            a, b = (torch.tensor(c["expected"][key], dtype=torch.float64) for c in (single, double))
            error = (a - b).abs().max()
            assert error <= 1e-4 * b.abs().max(), f"{single['name']}: float32 and float64 differ by {error} in {key}"


# ---------------------------------------------------------------------------------------------------------------------
# layers.json: every layer between two linear ones


def linear(size, **options):
    return {"type": "linear", "outFeatures": size, **options}


def plain(kind, **options):
    return {"type": kind, **options}


def residual(*layers, shortcut=None):
    return {"type": "residual", "layers": list(layers), **({} if shortcut is None else {"shortcut": shortcut})}


def make_request(dtype, shape, layers, seed, samples=6, parameters=None, batch_norm=None, dropout=None, spread=1.0):
    network = {"inputShape": shape, "layers": layers, "dtype": dtype, "seed": seed}
    if parameters:
        network["parameters"] = parameters
    request = {"network": network, "inputs": random_inputs(samples, shape, 1000 + seed, spread)}
    request["batchNorm"] = batch_norm or {"mode": "train"}
    if dropout is not None:
        request["dropout"] = {"seed": dropout}
    return request


def random_inputs(samples, shape, seed, spread=1.0):
    drawn = torch.randn(samples, *shape, generator=torch.Generator().manual_seed(seed))
    return (spread * drawn).tolist()


def both_dtypes(name, make, **options):
    cases = [case(f"{name}/{dtype}", make(dtype), **options) for dtype in DTYPES]
    check_dtypes_agree(*cases)
    return cases


def layer_cases():
    seed = iter(range(1, 1000))
    cases = []

    def add(name, shape, layers, **options):
        s = next(seed)
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, s, **options)))

    def between(name, *layers, **options):
        add(name, [3], [linear(4), *layers, linear(2)], **options)

    add("linear", [3], [linear(4), linear(2)])
    add("linear-no-bias", [3], [linear(4, bias=False), plain("tanh"), linear(2, bias=False)])
    add("linear-over-last-axis", [2, 3], [linear(4), plain("tanh"), linear(2, bias=False)])
    add("linear-over-last-axis-3d", [2, 2, 3], [linear(2, bias=False), plain("sin"), linear(2)], samples=4)
    add("linear-fan-in-1", [1], [linear(5), plain("tanh"), linear(3)])
    add("flatten", [2, 3], [linear(4), plain("tanh"), plain("flatten"), linear(2)])
    add("flatten-flat", [3], [plain("flatten"), linear(4), plain("flatten"), plain("sigmoid"), linear(2)])
    add("one-sample", [3], [linear(4), plain("tanh"), linear(2)], samples=1)

    weights = {"1.weight": [0.5, -1.25, 2.0, 0.75], "1.bias": [0.25, -0.5, 0.0, 1.5]}
    between("batchNorm", plain("batchNorm"), plain("tanh"))
    between("batchNorm-last-is-linear", plain("tanh"), plain("batchNorm"))
    between("batchNorm-affine-given", plain("batchNorm"), plain("tanh"), parameters=weights)
    between("batchNorm-no-affine", plain("batchNorm", affine=False), plain("tanh"))
    between("batchNorm-eps-momentum", plain("batchNorm", eps=0.01, momentum=0.3), plain("tanh"))
    between("batchNorm-momentum-null", plain("batchNorm", momentum=None), plain("tanh"))
    between("batchNorm-momentum-null-tracked", plain("batchNorm", momentum=None), plain("tanh"),
            parameters=trained_parameters([4], ["1"], affine=False))
    between("batchNorm-momentum-0", plain("batchNorm", momentum=0.0), plain("tanh"))
    between("batchNorm-momentum-1", plain("batchNorm", momentum=1.0), plain("tanh"))
    between("batchNorm-untracked", plain("batchNorm", trackRunningStats=False), plain("tanh"))
    between("batchNorm-untracked-eval", plain("batchNorm", trackRunningStats=False), plain("tanh"),
            batch_norm={"mode": "eval"})
    between("batchNorm-two-samples", plain("batchNorm", eps=0.1), plain("tanh"), samples=2)
    add("batchNorm-first-and-last", [3], [plain("batchNorm"), linear(4), plain("tanh"), linear(2), plain("batchNorm")])
    add("batchNorm-length", [2, 3], [linear(4), plain("batchNorm"), plain("tanh"), plain("flatten"), linear(2)],
        parameters={"1.weight": [1.5, -0.5], "1.bias": [0.25, 0.5]})
    add("batchNorm-height-width", [2, 2, 3],
        [linear(2), plain("batchNorm"), plain("sigmoid"), plain("flatten"), linear(2)],
        parameters={"1.weight": [1.5, -0.5], "1.bias": [0.25, 0.5]})
    add("batchNorm-depth-height-width", [2, 2, 2, 2],
        [plain("batchNorm", affine=False), plain("tanh"), plain("flatten"), linear(2)], samples=4)
    add("batchNorm-one-sample-many-positions", [2, 4],
        [linear(3), plain("batchNorm"), plain("tanh"), plain("flatten"), linear(2)], samples=1)
    add("batchNorm-to-the-end", [2, 3], [linear(2), plain("tanh"), plain("batchNorm", affine=False), plain("silu")])

    between("layerNorm", plain("layerNorm"), plain("tanh"))
    between("layerNorm-affine-given", plain("layerNorm"), plain("tanh"), parameters=weights)
    between("layerNorm-no-affine-eps", plain("layerNorm", affine=False, eps=0.01), plain("tanh"))
    add("layerNorm-2d", [2, 3], [linear(4), plain("layerNorm"), plain("tanh"), plain("flatten"), linear(2)])
    add("layerNorm-2d-no-affine", [2, 3], [linear(4), plain("layerNorm", affine=False), plain("flatten"), linear(2)])
    between("layerNorm-after-batchNorm", plain("batchNorm"), plain("tanh"), plain("layerNorm"))

    half, fifth = plain("dropout"), plain("dropout", p=0.2)
    between("dropout-identity", plain("tanh"), half)
    between("dropout-half", plain("tanh"), half, dropout=5)
    between("dropout-fifth", plain("tanh"), fifth, dropout=12)
    between("dropout-p0", plain("tanh"), plain("dropout", p=0.0), dropout=5)
    between("dropout-p1", plain("tanh"), plain("dropout", p=1.0), dropout=5)
    between("dropout-twice", half, plain("tanh"), linear(5), fifth, dropout=3)
    # p = 0 and p = 1 draw nothing, so the masks after them are as if they were not there.
    between("dropout-p0-then-half", plain("dropout", p=0.0), plain("tanh"), half, dropout=3)
    between("dropout-p1-in-branch-then-half", residual(linear(4), plain("dropout", p=1.0)), plain("tanh"), half,
            dropout=3)
    between("dropout-in-residual", residual(linear(4), half, shortcut=[linear(4), fifth]), half, dropout=2**40 + 3)
    between("dropout-before-batchNorm", fifth, plain("batchNorm"), plain("tanh"), dropout=9)
    between("dropout-before-batchNorm-detached", fifth, plain("batchNorm"), plain("tanh"), dropout=9,
            batch_norm={"mode": "trainDetached"})
    # The reference batch meets no dropout and takes nothing from its generator.
    between("dropout-with-reference", fifth, plain("batchNorm"), plain("tanh"), half, dropout=9,
            batch_norm={"mode": "reference", "referenceInputs": random_inputs(5, [3], 77)})
    add("dropout-spatial", [2, 3], [linear(4), half, plain("tanh"), plain("flatten"), linear(2)], dropout=0)

    activations = {
        "tanh": {}, "sigmoid": {}, "relu": {}, "leakyRelu": {}, "leakyRelu-0.2": {"negativeSlope": 0.2}, "elu": {},
        "elu-0.5": {"alpha": 0.5}, "selu": {}, "gelu": {}, "gelu-tanh": {"approximate": "tanh"}, "silu": {},
        "mish": {}, "softplus": {}, "softplus-beta-2-threshold-3": {"beta": 2, "threshold": 3}, "sin": {},
        "identity": {},
    }
    for name, options in activations.items():
        # Spread so far that both sides of every bend, and softplus' threshold, are reached.
        between(name, plain(name.split("-")[0], **options), spread=3.0)
        between(name + "-after-batchNorm", plain("batchNorm"), plain(name.split("-")[0], **options))

    norm, tanh = plain("batchNorm"), plain("tanh")
    between("residual", residual(linear(4), tanh))
    between("residual-shortcut", residual(linear(5), tanh, shortcut=[linear(5, bias=False)]))
    between("residual-nested", residual(linear(4), tanh, residual(linear(4), plain("sin")), linear(4)))
    between("residual-nested-batchNorm",
            residual(linear(5), norm, tanh, residual(linear(5), norm, tanh), linear(4), shortcut=[linear(4), norm]))
    between("residual-batchNorm-after-nested",
            residual(residual(norm, tanh, linear(4)), plain("batchNorm", affine=False), plain("silu")), norm, tanh)
    return cases


def trained_parameters(channels, names, affine=True, tracked=True):
    """Running statistics as after some training, and an affine map that is not the identity."""
    drawn = torch.Generator().manual_seed(123)
    parameters = {}
    for count, name in zip(channels, names):
        if affine:
            parameters[f"{name}.weight"] = (1 + 0.3 * torch.randn(count, generator=drawn)).tolist()
            parameters[f"{name}.bias"] = (0.3 * torch.randn(count, generator=drawn)).tolist()
        if tracked:
            parameters[f"{name}.running_mean"] = (0.4 * torch.randn(count, generator=drawn)).tolist()
            parameters[f"{name}.running_var"] = (0.3 + torch.rand(count, generator=drawn)).tolist()
            parameters[f"{name}.num_batches_tracked"] = 4
    return parameters


# ---------------------------------------------------------------------------------------------------------------------
# modes.json: networks times modes


def mode_cases():
    norm, tanh = plain("batchNorm"), plain("tanh")
    block = residual(linear(6), norm, plain("silu"), linear(4), shortcut=[linear(4), norm])
    three = [linear(6), norm, tanh, linear(5), norm, plain("sin"), linear(4), plain("batchNorm", momentum=0.3), tanh,
             linear(2)]
    cumulative, untracked = plain("batchNorm", momentum=None), plain("batchNorm", trackRunningStats=False)
    untracked_cumulative = plain("batchNorm", trackRunningStats=False, momentum=None)
    networks = {
        "none": ([3], [linear(5), tanh, linear(2)], [], []),
        "one": ([3], [linear(5), tanh, norm, linear(4), plain("gelu"), linear(2)], [5], ["2"]),
        "three": ([3], three, [6, 5, 4], ["1", "4", "7"]),
        "residual": ([3], [linear(4), tanh, block, tanh, linear(2)], [6, 4], ["2.layers.1", "2.shortcut.1"]),
        "cumulative": ([3], [linear(5), cumulative, tanh, linear(4), cumulative, tanh, linear(2)], [5, 4], ["1", "4"]),
        "untracked": ([3], [linear(5), untracked, tanh, linear(4), untracked_cumulative, tanh, linear(2)], [5, 4],
                      ["1", "4"]),
        "spatial": ([2, 3], [linear(4), norm, tanh, linear(3), norm, plain("sigmoid"), plain("flatten"), linear(2)],
                    [2, 2], ["1", "4"]),
    }
    cases = []

    def add(name, shape, layers, seed, parameters, batch_norm):
        if batch_norm["mode"] == "reference" or "reference" in batch_norm.get("layers", {}).values():
            if any(norm_specs(layers)):
                batch_norm = {**batch_norm, "referenceInputs": random_inputs(5, shape, 500 + seed)}
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, seed, parameters=parameters,
                                                                  batch_norm=batch_norm)))

    for seed, (network, (shape, layers, channels, names)) in enumerate(networks.items(), 21):
        for mode in MODES:
            add(f"{network}/{mode}", shape, layers, seed, None, {"mode": mode})
            if names:
                given = trained_parameters(channels, names, tracked=network != "untracked")
                add(f"{network}/{mode}/parameters", shape, layers, seed, given, {"mode": mode})

    trained = trained_parameters([6, 5, 4], ["1", "4", "7"])
    mixes = [
        ("train", {"4": "eval"}),
        ("train", {"1": "trainDetached"}),
        ("train", {"1": "movingAverage", "7": "trainDetached"}),
        ("train", {"4": "reference"}),
        ("trainDetached", {"1": "train"}),
        ("trainDetached", {"7": "train"}),
        ("eval", {"4": "train", "7": "trainDetached"}),
        ("eval", {"7": "reference"}),
        ("movingAverage", {"1": "train", "4": "eval"}),
        ("movingAverage", {"4": "train"}),
        ("reference", {"1": "train", "7": "eval"}),
        ("reference", {"4": "trainDetached"}),
        ("reference", {"7": "train"}),
    ]
    for mode, overrides in mixes:
        name = "mixed/" + mode + "".join(f"+{layer}-{other}" for layer, other in overrides.items())
        add(name, [3], three, 31, trained, {"mode": mode, "layers": overrides})
    in_block = trained_parameters([6, 4], ["2.layers.1", "2.shortcut.1"])
    for mode, overrides in [("train", {"2.layers.1": "eval"}), ("eval", {"2.shortcut.1": "train"}),
                            ("trainDetached", {"2.layers.1": "train"}), ("train", {"2.shortcut.1": "reference"})]:
        name = "mixed-residual/" + mode + "".join(f"+{layer}-{other}" for layer, other in overrides.items())
        add(name, [3], networks["residual"][1], 24, in_block, {"mode": mode, "layers": overrides})

    check_modes_agree_without_batch_norm(cases)
    check_batch_as_its_own_reference(cases)
    check_cumulative_moving_average(cases)
    return cases


def check_modes_agree_without_batch_norm(cases):
    for dtype in DTYPES:
        answers = [c["expected"] for c in cases if c["name"].startswith("none/") and c["name"].endswith(dtype)]
        assert len(answers) == len(MODES) and all(answer == answers[0] for answer in answers)


def check_batch_as_its_own_reference(cases):
    """With the batch as its own reference, mode reference is trainDetached, but for the running statistics."""
    for c in cases:
        options = c["request"]["batchNorm"]
        if options != {"mode": "trainDetached"} or c["name"].startswith("none/"):
            continue
        request = copy.deepcopy(c["request"])
        request["batchNorm"] = {"mode": "reference", "referenceInputs": request["inputs"]}
        other = case(c["name"], request)["expected"]
        for key in ("outputs", "jacobian", "sum", "perSample", "vjp", "jvp"):
            assert other[key] == c["expected"][key], f"{c['name']}: {key}"


def check_cumulative_moving_average(cases):
    """With momentum null there is no old value to weigh: in a first layer the moving average is PyTorch's own."""
    by_name = {c["name"]: c for c in cases}
    for dtype in DTYPES:
        for given in ("", "parameters/"):
            moving, trained = (by_name[f"cumulative/{mode}/{given}{dtype}"] for mode in ("movingAverage", "train"))
            for key in ("runningMean", "runningVariance", "batchesTracked"):
                a, b = (tensor(c["request"], c["expected"]["batchNorm"]["1"][key]) for c in (moving, trained))
                assert_close(a, b, b.abs().max().item(), f"cumulative average, {key}")


# ---------------------------------------------------------------------------------------------------------------------
# forum.json: the network of the forum's question


FORUM_LAYERS = [linear(10), plain("tanh"), plain("batchNorm", affine=False), linear(1)]


class ForumBatchNorm(nn.Module):
    """The forum's module; only what the post lost (super().__init__ and an "if") is added or left out."""

    def __init__(self, nFeatures, eps=1e-5, momentum=0.1):
        super().__init__()
        self.register_buffer("moving_avg", torch.zeros(nFeatures))
        self.register_buffer("moving_var", torch.ones(nFeatures))
        self.register_buffer("eps", torch.tensor(eps))
        self.register_buffer("momentum", torch.tensor(momentum))

    def forward(self, x):
        mean = x.mean(dim=0)
        var = x.var(dim=0)
        self.moving_avg = self.moving_avg * self.momentum + mean * (1 - self.momentum)
        self.moving_var = self.moving_var * self.momentum + var * (1 - self.momentum)

        mean = self.moving_avg
        var = self.moving_var
        x_norm = (x - mean.detach()) / (torch.sqrt(var.detach() + self.eps))
        return x_norm


def forum_request(dtype, inputs, batch_norm, parameters=None, layers=FORUM_LAYERS, seed=7):
    network = {"inputShape": [1], "layers": layers, "dtype": dtype, "seed": seed}
    if parameters:
        network["parameters"] = parameters
    return {"network": network, "inputs": inputs, "batchNorm": batch_norm}


def points(dtype, start, end, count):
    return torch.linspace(start, end, count, dtype=DTYPES[dtype])[:, None].tolist()


def forum_cases():
    cases = []
    for dtype in DTYPES:
        for mode in MODES:
            batch_norm = {"mode": mode}
            if mode == "reference":
                batch_norm["referenceInputs"] = [[-0.25], [0.125], [0.5], [0.75], [1.5]]
            request = forum_request(dtype, points(dtype, 0, 1, 100), batch_norm)
            big = case(f"forum/{mode}/{dtype}", request, keep_jacobian=False)
            if dtype == "float32" and mode in ("train", "trainDetached"):
                add_float64_answers(big)
            cases.append(big)
            request = forum_request(dtype, points(dtype, 0, 1, 12), batch_norm)
            cases.append(case(f"forum-12-points/{mode}/{dtype}", request))
        without = [layer for layer in FORUM_LAYERS if layer["type"] != "batchNorm"]
        request = forum_request(dtype, points(dtype, 0, 1, 100), {"mode": "train"}, layers=without, seed=11)
        cases.append(case(f"forum-without-batchNorm/{dtype}", request, keep_jacobian=False))
        cases += three_calls(dtype, "movingAverage")
        cases += three_calls(dtype, "train")

        by_name = {c["name"]: c for c in cases}
        check_forum_sum_vanishes(by_name[f"forum/train/{dtype}"], by_name[f"forum/trainDetached/{dtype}"])
        check_forum_module(dtype, [by_name[f"forum-three-calls/movingAverage-{i}/{dtype}"] for i in (1, 2, 3)])
    for single in [c for c in cases if c["name"].endswith("float32")]:
        check_dtypes_agree(single, by_name[single["name"].replace("32", "64")])
    return cases


def add_float64_answers(big):
    """The same float32 numbers, computed with in float64: what float32 should have given."""
    request = copy.deepcopy(big["request"])
    request["network"]["dtype"] = "float64"
    double = case(big["name"], request, keep_jacobian=False)
    assert double["stateDict"] == big["stateDict"] and double["request"]["inputs"] == big["request"]["inputs"]
    big["expected"]["float64PerSample"] = double["expected"]["perSample"]
    big["expected"]["float64Sum"] = double["expected"]["sum"]


def three_calls(dtype, mode):
    """Three batches in a row, each call given the running statistics that the one before gave back; then eval."""
    batches = [points(dtype, 0, 1, 100), points(dtype, 1, 3, 40), random_inputs(25, [1], 9)]
    cases, parameters = [], None
    for number, inputs in enumerate(batches, 1):
        request = forum_request(dtype, inputs, {"mode": mode}, parameters)
        cases.append(case(f"forum-three-calls/{mode}-{number}/{dtype}", request, keep_jacobian=False))
        after = cases[-1]["expected"]["batchNorm"]["2"]
        parameters = {"2.running_mean": after["runningMean"], "2.running_var": after["runningVariance"],
                      "2.num_batches_tracked": after["batchesTracked"]}
    request = forum_request(dtype, batches[0], {"mode": "eval"}, parameters)
    cases.append(case(f"forum-three-calls/{mode}-then-eval/{dtype}", request, keep_jacobian=False))
    return cases


def check_forum_sum_vanishes(train, detached):
    sums, slopes = (torch.tensor(c["expected"][key]).abs().max() for c, key in
                    ((train, "sum"), (detached, "perSample")))
    eps = torch.finfo(DTYPES[train["request"]["network"]["dtype"]]).eps
    assert sums < 256 * eps * math.sqrt(100) * slopes, "the gradient of the sum is more than noise"


def check_forum_module(dtype, calls):
    """The forum's own module, its state kept between the calls, gives the same numbers."""
    network = build(calls[0]["request"], pure=True)
    network[2] = ForumBatchNorm(10).to(DTYPES[dtype])
    # The post's buffers are float32; a float64 network needs them as exact as the service's settings are.
    network[2].eps, network[2].momentum = (torch.tensor(v, dtype=DTYPES[dtype]) for v in (1e-5, 0.1))
    for call in calls:
        x = tensor(call["request"], call["request"]["inputs"]).requires_grad_()
        y = network(x)
        slope = torch.autograd.grad(y.sum(), x)[0]
        expected, norm = call["expected"], call["expected"]["batchNorm"]["2"]
        for what, actual, values in (("outputs", y, expected["outputs"]), ("sum", slope, expected["sum"]),
                                     ("mean", network[2].moving_avg, norm["mean"]),
                                     ("variance", network[2].moving_var, norm["variance"]),
                                     ("running mean", network[2].moving_avg, norm["runningMean"]),
                                     ("running variance", network[2].moving_var, norm["runningVariance"])):
            values = tensor(call["request"], values)
            assert_close(actual, values, values.abs().max().item(), f"the forum's module, {what}")


# ---------------------------------------------------------------------------------------------------------------------
# seeds.json: what a seed initialises


def seed_cases():
    tanh = plain("tanh")
    networks = {
        "sizes": ([1], [linear(10), tanh, linear(7, bias=False), tanh, linear(1), linear(3, bias=False), linear(16)]),
        "residuals": ([4], [linear(5), residual(linear(6), tanh, linear(5, bias=False)),
                            residual(linear(3), tanh, residual(linear(3), tanh, shortcut=[linear(3)]), linear(2),
                                     shortcut=[linear(2, bias=False)]), linear(2)]),
        # Layers that draw nothing, or have nothing to draw, in between.
        "norms": ([2, 3], [linear(4), plain("batchNorm"), plain("dropout"), linear(2), plain("layerNorm"),
                           plain("flatten"), plain("batchNorm", affine=False), linear(3),
                           plain("batchNorm", trackRunningStats=False), linear(2)]),
        "big": ([100], [linear(300), tanh, linear(2)]),
    }
    cases = []
    for seed in (0, 7, 11, 42, 2**40 + 3, -1):
        for name, (shape, layers) in networks.items():
            for dtype in DTYPES:
                network = {"inputShape": shape, "layers": layers, "dtype": dtype, "seed": seed}
                state = build({"network": network}).state_dict()
                check_drawn_like_sequential(seed, name, dtype, state)
                result = {"name": f"{name}/seed {seed}/{dtype}", "network": network}
                if name == "big":
                    result["digest"] = {key: digest(value) for key, value in state.items()}
                else:
                    result["stateDict"] = {key: value.tolist() for key, value in state.items()}
                cases.append(result)
    return cases


def digest(values):
    flat = values.reshape(-1).tolist()
    # fsum rounds once, so that the sum does not depend on the order of addition.
    return {"shape": list(values.shape), "first": flat[:5], "last": flat[-5:], "sum": math.fsum(flat)}


def check_drawn_like_sequential(seed, name, dtype, state):
    """Two of the networks, written out."""
    torch.manual_seed(seed)
    if name == "sizes":
        real = nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 7, bias=False), nn.Tanh(), nn.Linear(7, 1),
                             nn.Linear(1, 3, bias=False), nn.Linear(3, 16))
    elif name == "big":
        real = nn.Sequential(nn.Linear(100, 300), nn.Tanh(), nn.Linear(300, 2))
    else:
        return
    if dtype == "float64":
        real = real.double()
    real = real.state_dict()
    assert list(real) == list(state) and all(torch.equal(real[key], state[key]) for key in real)


if __name__ == "__main__":
    main()
