"""The answer to a request to POST /v1/objectives: a loss with input derivatives inside, its parameter gradients.

Everything here is the slow way that is easy to see through. The network is a function of primitive operations; every
derivative is autograd's, nested. Statistics that are constants with respect to the inputs come from a pass on
x.detach(), through which parameter gradients flow, and are used in the pass on x; those that are not are computed in
the pass on x. Own derivatives go row by row: one scalar u_i, its gradient with respect to all of x, row i of that, and
again.
"""

import ast
import math

import torch
import torch.nn.functional as F

from goldens_networks import build, tensor

ACTIVATIONS = {
    "tanh": torch.tanh,
    "sin": torch.sin,
    "sigmoid": lambda x: 1 / (1 + torch.exp(-x)),
    "silu": lambda x: x / (1 + torch.exp(-x)),
    "softplus": lambda x: torch.log1p(torch.exp(x)),
    "identity": lambda x: x,
}


def run(specs, values, x, normalise, masks, prefix=""):
    """The layers in order. normalise(name, spec, h) gives the mean and the variance that a BatchNorm uses; masks, by
    layer, are drawn where they are missing; None: dropout is the identity."""
    for index, spec in enumerate(specs):
        name, kind = f"{prefix}{index}", spec["type"]
        if kind == "linear":
            x = x @ values[f"{name}.weight"].T
            if spec.get("bias", True):
                x = x + values[f"{name}.bias"]
        elif kind == "batchNorm":
            mean, variance = normalise(name, spec, x)
            x = (x - mean) / torch.sqrt(variance + spec.get("eps", 1e-5))
            if spec.get("affine", True):
                x = x * values[f"{name}.weight"] + values[f"{name}.bias"]
        elif kind == "layerNorm":
            centred = x - x.mean(1, keepdim=True)
            x = centred / torch.sqrt((centred ** 2).mean(1, keepdim=True) + spec.get("eps", 1e-5))
            if spec.get("affine", True):
                x = x * values[f"{name}.weight"] + values[f"{name}.bias"]
        elif kind == "dropout":
            if masks is not None:
                if name not in masks:
                    masks[name] = F.dropout(torch.ones(x.shape, dtype=torch.float32), spec.get("p", 0.5)).to(x.dtype)
                x = x * masks[name]
        elif kind == "fourierFeatures":
            phases = 2 * math.pi * (x @ values[f"{name}.frequencies"].T)
            x = torch.cat([torch.sin(phases), torch.cos(phases)], dim=1)
        elif kind == "residual":
            inner = run(spec["layers"], values, x, normalise, masks, f"{name}.layers.")
            x = (run(spec["shortcut"], values, x, normalise, masks, f"{name}.shortcut.") if "shortcut" in spec else x) + inner
        else:
            x = ACTIVATIONS[kind](x)
    return x


# ---------------------------------------------------------------------------------------------------------------------
# Statistics


class Statistics:
    """What the BatchNorm layers of a request use, and how their running statistics go on from batch to batch."""

    def __init__(self, request, values, frozen=None):
        self.request, self.values = request, values
        self.options = request.get("batchNorm", {})
        self.specs = request["network"]["layers"]
        self.running = {}  # by layer: mean, variance, batches
        self.frozen = frozen  # by batch and layer: what a finite difference holds constant
        self.batches = []  # for each batch, by layer: what was used
        self.after = []  # for each batch, by layer: the running statistics after it

    def mode(self, name):
        return self.options.get("layers", {}).get(name, self.options.get("mode", "trainDetached"))

    def coupled(self, name, spec):
        """Do the statistics move with the inputs?"""
        return self.mode(name) == "train" or (self.mode(name) == "eval" and not spec.get("trackRunningStats", True))

    def flows(self, name, spec):
        """Do parameter gradients go through the statistics?"""
        return self.coupled(name, spec) or self.options.get("throughStatistics", self.mode(name) != "movingAverage")

    def outputs(self, x, masks):
        """The network on a batch: first on constants, to have its statistics, then on x."""
        reference = self.of_reference_batch()
        used = {}
        self.batches.append(used)

        def first(name, spec, h):
            used[name] = self.constant(name, spec, self.by_mode(name, spec, h, reference))
            return used[name]

        def second(name, spec, h):
            return batch_statistics(h) if self.coupled(name, spec) else used[name]

        run(self.specs, self.values, x.detach(), first, masks)
        self.after.append(dict(self.running))
        return run(self.specs, self.values, x, second, masks)

    def by_mode(self, name, spec, h, reference):
        mode, tracked = self.mode(name), spec.get("trackRunningStats", True)
        old_mean, old_variance, batches = self.of_layer(name, spec, h)
        if mode == "reference":
            return reference[name]
        if mode == "eval":
            return (old_mean, old_variance) if tracked else batch_statistics(h)
        momentum = spec.get("momentum", 0.1)
        mean, unbiased = h.mean(0), h.var(0, unbiased=True)
        if momentum is None:
            new = 1 / (batches + 1)
        else:
            # PyTorch's momentum weighs the new value; the forum's, read literally, the old one.
            new = 1 - momentum if mode == "movingAverage" else momentum
        updated = (1 - new) * old_mean + new * mean, (1 - new) * old_variance + new * unbiased
        if tracked:
            self.running[name] = *updated, batches + 1
        return updated if mode == "movingAverage" else batch_statistics(h)

    def of_layer(self, name, spec, h):
        if not spec.get("trackRunningStats", True):
            return torch.zeros_like(h[0]), torch.ones_like(h[0]), 0
        return self.running.setdefault(name, tuple(self.values[f"{name}.{buffer}"]
                                                   for buffer in ("running_mean", "running_var", "num_batches_tracked")))

    def of_reference_batch(self):
        """The reference batch normalises with its own statistics, but for layers in eval, whose statistics are fixed."""
        found = {}

        def normalise(name, spec, h):
            assert self.mode(name) != "movingAverage", "what the reference batch does to it is not specified"
            mean, variance, _ = self.of_layer(name, spec, h)
            fixed = self.mode(name) == "eval" and spec.get("trackRunningStats", True)
            mean, variance = (mean, variance) if fixed else batch_statistics(h)
            found[name] = (mean, variance) if self.flows(name, spec) else (mean.detach(), variance.detach())
            return found[name]

        if "referenceInputs" in self.options:
            run(self.specs, self.values, tensor(self.request, self.options["referenceInputs"]), normalise, None)
        return found

    def constant(self, name, spec, statistics):
        if self.flows(name, spec):
            return statistics
        if self.frozen is not None:
            return self.frozen[len(self.batches) - 1][name]
        return tuple(statistic.detach() for statistic in statistics)


def batch_statistics(h):
    mean = h.mean(0)
    return mean, ((h - mean) ** 2).mean(0)


# ---------------------------------------------------------------------------------------------------------------------
# Derivatives with respect to the inputs


class Fields:
    """The outputs of one batch and their derivatives, by name, for each of its samples."""

    def __init__(self, x, y, own):
        self.x, self.own = x, own
        self.outputs = y
        self.known = {}

    def of(self, output, variables=()):
        """Derivatives with respect to the variables, one after the other from the left: a list of N scalars."""
        key = output, tuple(variables)
        if key not in self.known:
            self.known[key] = list(self.outputs[:, output]) if not variables else self.differentiated(
                self.of(output, variables[:-1]), variables[-1])
        return self.known[key]

    def differentiated(self, field, variable):
        if not self.own:
            return list(torch.autograd.grad(sum(field), self.x, create_graph=True)[0][:, variable])
        return [torch.autograd.grad(u_i, self.x, create_graph=True)[0][i, variable] for i, u_i in enumerate(field)]


# ---------------------------------------------------------------------------------------------------------------------
# Terms


FUNCTIONS = {"sin": torch.sin, "cos": torch.cos, "tan": torch.tan, "exp": torch.exp, "log": torch.log,
             "sqrt": torch.sqrt, "tanh": torch.tanh, "abs": torch.abs}


def derivative_of(name, request):
    """"u_xt" or "u__x__t" as an output's index and variables' indices; None if it is neither."""
    variables = request["variables"]
    output, *by = name.split("__")
    if not by and "_" in name:
        output, by = name.split("_")
    if output not in request["outputs"]:
        return None
    return request["outputs"].index(output), tuple(variables.index(variable) for variable in by)


def residual(formula, request, fields, rows, target):
    """Python reads a formula as the service has to, once ^ is written **."""
    python = formula.replace("^", "**")
    names = {"pi": math.pi, **FUNCTIONS}
    used = {node.id for node in ast.walk(ast.parse(python, mode="eval")) if isinstance(node, ast.Name)} - set(names)
    for name in sorted(used):  # the order decides in which order gradients are summed: the same bits at every run
        if name == "target":
            names[name] = target
        elif name in request["variables"]:
            names[name] = fields.x[rows, request["variables"].index(name)]
        else:
            names[name] = torch.stack(fields.of(*derivative_of(name, request))[rows])
    return eval(python, {"__builtins__": {}}, names)


def penalty(options, request, fields, rows):
    output = request["outputs"].index(options["output"])
    partial = [torch.stack(fields.of(output, (variable,))[rows]) for variable in range(len(request["variables"]))]
    return torch.sqrt(sum(p ** 2 for p in partial)) - options["center"]


# ---------------------------------------------------------------------------------------------------------------------
# The loss


def batches_of(request):
    """Point sets that are normalised together, with the rows of each."""
    names = [points["name"] for points in request["points"]]
    inputs = [tensor(request, points["inputs"]) for points in request["points"]]
    if request.get("batchNorm", {}).get("batches", "joint") == "perSet":
        return [({name: slice(0, len(x))}, x) for name, x in zip(names, inputs)]
    ends = torch.tensor([len(x) for x in inputs]).cumsum(0).tolist()
    return [({name: slice(end - len(x), end) for name, x, end in zip(names, inputs, ends)}, torch.cat(inputs))]


class Objective:
    """A request's loss at given parameters."""

    def __init__(self, request, values, masks=None, frozen=None):
        batches = batches_of(request)
        if masks is None and "dropout" in request:
            # One generator for the whole request: the second batch goes on where the first one stopped.
            torch.manual_seed(request["dropout"]["seed"])
            masks = [{} for _ in batches]
        self.masks = masks
        self.statistics = Statistics(request, values, frozen)
        own = request.get("derivative", "perSample") == "perSample"
        self.fields, place = [], {}
        for number, (rows_by_set, x) in enumerate(batches):
            x = x.requires_grad_()
            y = self.statistics.outputs(x, masks[number] if masks else None)
            self.fields.append(Fields(x, y, own))
            place.update({name: (self.fields[-1], rows) for name, rows in rows_by_set.items()})

        self.residuals, self.values, self.value = [], [], 0
        for term in request["terms"]:
            fields, rows = place[term["on"]]
            if "residual" in term:
                target = tensor(request, term["target"]) if "target" in term else None
                found = residual(term["residual"], request, fields, rows, target)
            else:
                found = penalty(term["gradientPenalty"], request, fields, rows)
            self.residuals.append(found)
            self.values.append(found.mean() if term.get("reduction") == "mean" else (found ** 2).mean())
            self.value = self.value + term.get("weight", 1) * self.values[-1]


def start(request):
    """Parameters that can be differentiated by, and buffers, by their state_dict names; the names of the former."""
    network = build(request)
    learnable = [name for name, _ in network.named_parameters()]
    values = {name: value.detach().clone() for name, value in network.state_dict().items()}
    for name in learnable:
        values[name].requires_grad_()
    for name in values:
        if name.endswith("num_batches_tracked"):
            values[name] = values[name].item()
    return values, learnable


def parameter_gradients(objective, values, learnable):
    found = torch.autograd.grad(objective.value, [values[name] for name in learnable], retain_graph=True, allow_unused=True)
    return {name: torch.zeros_like(values[name]) if gradient is None else gradient for name, gradient in zip(learnable, found)}
