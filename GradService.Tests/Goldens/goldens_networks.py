"""From a request's network to a PyTorch module that has seen its batch."""

import functools
import math
import operator

import torch
import torch.nn.functional as F
from torch import nn

DTYPES = {"float32": torch.float32, "float64": torch.float64}
MODES = ["train", "trainDetached", "eval", "movingAverage", "reference"]


# ---------------------------------------------------------------------------------------------------------------------
# Layers. All are torch.nn's own where it has them, but for BatchNorm and Dropout: it has not all their modes.


class BatchNorm(nn.Module):
    """BatchNorm over axis 1 in primitive operations, in any of the modes; renorm is given with its fields."""

    def __init__(self, channels, eps, momentum, affine, tracked):
        super().__init__()
        self.eps, self.momentum, self.tracked = eps, momentum, tracked
        self.mode = "eval"
        self.is_reference_pass = False
        self.reference = None
        self.used = None
        self.correction = None
        # Names, order and initial values are those of nn.BatchNorm, so that the state_dicts agree.
        self.register_parameter("weight", nn.Parameter(torch.ones(channels)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(channels)) if affine else None)
        self.register_buffer("running_mean", torch.zeros(channels) if tracked else None)
        self.register_buffer("running_var", torch.ones(channels) if tracked else None)
        self.register_buffer("num_batches_tracked", torch.tensor(0) if tracked else None)

    @property
    def coupled(self):
        """Do gradients flow through the statistics?"""
        return self.mode == "train" or self.renormalises or (self.mode == "eval" and not self.tracked)

    @property
    def renormalises(self):
        return isinstance(self.mode, dict)

    def forward(self, h):
        before = (self.running_mean, self.running_var) if self.tracked else None
        mean, variance = self.statistics_of_reference_pass(h) if self.is_reference_pass else self.statistics(h)
        y = (h - per_channel(mean, h)) / torch.sqrt(per_channel(variance, h) + self.eps)
        if self.renormalises and before is not None:
            self.correction = renormalisation(mean.detach(), variance.detach(), *before, self.eps, self.mode)
            y = y * per_channel(self.correction[0], h) + per_channel(self.correction[1], h)
        if self.weight is not None:
            y = y * per_channel(self.weight, h) + per_channel(self.bias, h)
        return y

    def statistics(self, h):
        if self.mode == "eval" and self.tracked:
            mean, variance = self.running_mean.clone(), self.running_var.clone()
        elif self.mode == "eval" or self.mode == "train" or self.renormalises:
            mean, variance = batch_statistics(h)
        elif self.mode == "trainDetached":
            mean, variance = batch_statistics(h.detach())
        elif self.mode == "movingAverage":
            mean, variance = self.moving_average(h.detach())
        elif self.mode == "reference":
            mean, variance = self.reference
        if (self.mode in ("train", "trainDetached") or self.renormalises) and self.tracked:
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


def renormalisation(mean, variance, running_mean, running_variance, eps, mode):
    """r and d of Ioffe, "Batch Renormalization", 2017, by the running statistics before the call; constants."""
    r_max, d_max = float(mode.get("rMax", 3)), float(mode.get("dMax", 5))
    deviation = torch.sqrt(running_variance + eps)
    r = torch.clamp(torch.sqrt(variance + eps) / deviation, 1 / r_max, r_max)
    return r, torch.clamp((mean - running_mean) / deviation, -d_max, d_max)


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


class Branches(nn.Module):
    def __init__(self, branches, combine, axis):
        super().__init__()
        self.branches = nn.ModuleList(branches)
        self.combine, self.axis = combine, axis

    def forward(self, x):
        results = [branch(x) for branch in self.branches]
        if self.combine == "concat":
            return torch.cat(results, self.axis if self.axis < 0 else self.axis + 1)  # axis 0 of a sample is axis 1 of the batch
        return functools.reduce(operator.add if self.combine == "add" else operator.mul, results)


class Elementwise(nn.Module):
    """A function that torch.nn has no module for."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x):
        return self.function(x)


class Hardsigmoid(nn.Module):
    """torch.nn.Hardsigmoid's own value and slope, which differentiate twice; its backward is not differentiable."""

    def forward(self, x):
        with torch.enable_grad():
            at = x.detach().requires_grad_()
            value = F.hardsigmoid(at)
            slope, = torch.autograd.grad(value.sum(), at)
        return value.detach() + slope * (x - x.detach())


class Scale(nn.Module):
    def __init__(self, value, learnable):
        super().__init__()
        self.value = value
        self.register_parameter("weight", nn.Parameter(torch.tensor([float(value)])) if learnable else None)

    def forward(self, x):
        return x * (self.value if self.weight is None else self.weight)


class RmsNorm(nn.Module):
    """torch.nn.RMSNorm of PyTorch 2.4 over a whole sample."""

    def __init__(self, shape, eps, affine):
        super().__init__()
        self.eps = eps
        self.register_parameter("weight", nn.Parameter(torch.ones(*shape)) if affine else None)

    def forward(self, x):
        eps = torch.finfo(x.dtype).eps if self.eps is None else self.eps
        y = x * torch.rsqrt((x**2).mean(dim=list(range(1, x.dim())), keepdim=True) + eps)
        return y if self.weight is None else y * self.weight


class FourierFeatures(nn.Module):
    def __init__(self, inputs, count, scale):
        super().__init__()
        self.register_buffer("frequencies", torch.randn(count, inputs) * scale)

    def forward(self, x):
        phases = 2 * math.pi * (x @ self.frequencies.T)
        return torch.cat([torch.sin(phases), torch.cos(phases)], dim=-1)


class Pad(nn.Module):
    """F.pad, whose classes torch.nn has for some modes and ranks only; an integer is for both ends of all spatial axes."""

    def __init__(self, amounts, mode, spatial):
        super().__init__()
        amounts = [amounts] * (2 * spatial) if isinstance(amounts, int) else amounts
        self.mode = {"zeros": "constant"}.get(mode, mode)
        # The modes beside zeros want all spatial axes.
        self.amounts = amounts if mode == "zeros" else amounts + [0] * (2 * spatial - len(amounts))

    def forward(self, x):
        return F.pad(x, self.amounts, self.mode)


class Permute(nn.Module):
    def __init__(self, dims):
        super().__init__()
        self.dims = dims

    def forward(self, x):
        return x.permute(0, *[dim + 1 for dim in self.dims])


class View(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape

    def forward(self, x):
        return x.reshape(-1, *self.shape)


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


CONVOLUTIONS = {"conv1d": nn.Conv1d, "conv2d": nn.Conv2d, "conv3d": nn.Conv3d}
TRANSPOSES = {"convTranspose1d": nn.ConvTranspose1d, "convTranspose2d": nn.ConvTranspose2d,
              "convTranspose3d": nn.ConvTranspose3d}
MAX_POOLS = {"maxPool1d": nn.MaxPool1d, "maxPool2d": nn.MaxPool2d, "maxPool3d": nn.MaxPool3d}
POOLS = {**MAX_POOLS, "avgPool1d": nn.AvgPool1d, "avgPool2d": nn.AvgPool2d, "avgPool3d": nn.AvgPool3d}
ADAPTIVE_POOLS = {"adaptiveAvgPool1d": nn.AdaptiveAvgPool1d, "adaptiveAvgPool2d": nn.AdaptiveAvgPool2d,
                  "adaptiveAvgPool3d": nn.AdaptiveAvgPool3d, "adaptiveMaxPool1d": nn.AdaptiveMaxPool1d,
                  "adaptiveMaxPool2d": nn.AdaptiveMaxPool2d, "adaptiveMaxPool3d": nn.AdaptiveMaxPool3d}

ALONG_AN_AXIS = {"softmax": nn.Softmax, "logSoftmax": nn.LogSoftmax, "glu": nn.GLU}


def per_axis(value):
    """An integer or "same" as it is; a list, one entry per spatial axis, as the tuple that torch.nn wants."""
    return tuple(value) if isinstance(value, list) else value


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
    if kind == "rmsNorm":
        return RmsNorm(shape, spec.get("eps"), spec.get("affine", True))
    if kind == "groupNorm":
        return nn.GroupNorm(spec["groups"], shape[0], eps=spec.get("eps", 1e-5), affine=spec.get("affine", True))
    if kind == "instanceNorm":
        torch_class = {2: nn.InstanceNorm1d, 3: nn.InstanceNorm2d, 4: nn.InstanceNorm3d}[len(shape)]
        return torch_class(shape[0], eps=spec.get("eps", 1e-5), affine=spec.get("affine", False))
    if kind in CONVOLUTIONS:
        return CONVOLUTIONS[kind](
            shape[0], spec["outChannels"], per_axis(spec["kernelSize"]), stride=per_axis(spec.get("stride", 1)),
            padding=per_axis(spec.get("padding", 0)), dilation=per_axis(spec.get("dilation", 1)),
            groups=spec.get("groups", 1), bias=spec.get("bias", True))
    if kind in TRANSPOSES:
        return TRANSPOSES[kind](
            shape[0], spec["outChannels"], per_axis(spec["kernelSize"]), stride=per_axis(spec.get("stride", 1)),
            padding=per_axis(spec.get("padding", 0)), output_padding=per_axis(spec.get("outputPadding", 0)),
            dilation=per_axis(spec.get("dilation", 1)), groups=spec.get("groups", 1), bias=spec.get("bias", True))
    if kind == "upsample":
        mode = spec.get("mode", "nearest")
        return nn.Upsample(size=per_axis(spec.get("size")), scale_factor=per_axis(spec.get("scaleFactor")), mode=mode,
                           align_corners=None if mode == "nearest" else spec.get("alignCorners", False))
    if kind == "pad":
        return Pad(spec["padding"], spec.get("mode", "zeros"), len(shape) - 1)
    if kind == "unflatten":
        return nn.Unflatten(1, tuple(spec["shape"])) if len(shape) == 1 else View(spec["shape"])
    if kind in POOLS:
        stride = spec.get("stride", spec["kernelSize"])
        return POOLS[kind](per_axis(spec["kernelSize"]), stride=per_axis(stride),
                           padding=per_axis(spec.get("padding", 0)))
    if kind in ADAPTIVE_POOLS:
        return ADAPTIVE_POOLS[kind](per_axis(spec["outputSize"]))
    if kind == "fourierFeatures":
        return FourierFeatures(shape[-1], spec["count"], spec.get("scale", 1.0))
    if kind in ALONG_AN_AXIS:
        dim = spec.get("dim", -1)
        return ALONG_AN_AXIS[kind](dim if dim < 0 else dim + 1)  # axis 0 of a sample is axis 1 of the batch
    if kind == "dropout":
        return (nn.Dropout if pure else Dropout)(spec.get("p", 0.5))
    if kind == "residual":
        layers = sequential(spec["layers"], shape, pure)
        shortcut = sequential(spec["shortcut"], shape, pure) if "shortcut" in spec else None
        return Residual(layers, shortcut)
    if kind == "branches":
        return Branches([sequential(branch, shape, pure) for branch in spec["layers"]], spec["combine"], spec.get("axis", 0))
    return {
        "flatten": lambda: nn.Flatten(),
        "permute": lambda: Permute(spec["dims"]),
        "pixelShuffle": lambda: nn.PixelShuffle(spec["upscaleFactor"]),
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
        "relu6": lambda: nn.ReLU6(),
        "hardtanh": lambda: nn.Hardtanh(spec.get("minVal", -1.0), spec.get("maxVal", 1.0)),
        "hardswish": lambda: nn.Hardswish(),
        "hardsigmoid": lambda: nn.Hardsigmoid() if pure else Hardsigmoid(),
        "celu": lambda: nn.CELU(spec.get("alpha", 1.0)),
        "softsign": lambda: nn.Softsign(),
        "logSigmoid": lambda: nn.LogSigmoid(),
        "tanhshrink": lambda: nn.Tanhshrink(),
        "softshrink": lambda: nn.Softshrink(spec.get("lambda", 0.5)),
        "hardshrink": lambda: nn.Hardshrink(spec.get("lambda", 0.5)),
        "sin": lambda: Elementwise(torch.sin),
        "cos": lambda: Elementwise(torch.cos),
        "exp": lambda: Elementwise(torch.exp),
        "square": lambda: Elementwise(torch.square),
        "scale": lambda: Scale(spec.get("value", 1.0), spec.get("learnable", True)),
        "prelu": lambda: nn.PReLU(spec.get("count", 1), init=spec.get("init", 0.25)),
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
