"""What is asserted of every answer of objectives.json, by methods that share nothing with how it was made."""

import copy

import torch

from goldens_losses import Fields, Objective, Statistics, batches_of, parameter_gradients, start
from goldens_networks import BatchNorm, build, forward, named, tensor

worst = {"parameter gradients": 0.0, "input derivatives": 0.0}


def check(request, values, learnable, objective, gradients, used_names):
    check_parameters(request, values, learnable, objective, gradients)
    check_derivatives(request, values, objective)
    check_own_is_sum_where_uncoupled(request, values, learnable, objective, gradients)
    check_modules(request, objective, used_names)


def check_parameters(request, values, learnable, objective, gradients):
    """Central differences of the loss by every parameter, of fourth order; what does not flow is held."""
    held = [{name: tuple(s.detach() for s in statistics) for name, statistics in batch.items()}
            for batch in objective.statistics.batches]
    step = 2e-4
    errors, largest = [], max(gradient.abs().max().item() for gradient in gradients.values())
    for name in learnable:
        flat = gradients[name].reshape(-1)
        for k in range(flat.numel()):
            def loss(shift):
                moved = values[name].detach().clone()
                moved.view(-1)[k] += shift
                return Objective(request, {**values, name: moved}, objective.masks, held).value.item()

            difference = (8 * (loss(step) - loss(-step)) - (loss(2 * step) - loss(-2 * step))) / (12 * step)
            errors.append(abs(difference - flat[k].item()))
    note("parameter gradients", max(errors) / largest)


def check_derivatives(request, values, objective):
    """Each derivative is the central difference of the one before, by one sample at a time: of the sample's own value,
    or of the sum over the batch. What is constant with respect to the inputs is held."""
    held = [{name: tuple(s.detach() for s in statistics) for name, statistics in batch.items()}
            for batch in objective.statistics.batches]
    step = 2e-4
    for number, ((_, x), fields) in enumerate(zip(batches_of(request), objective.fields)):
        masks = objective.masks[number] if objective.masks else None
        for output, by in list(fields.known):
            if not by:
                continue
            differences = torch.empty(len(x), dtype=x.dtype)
            for i in range(len(x)):
                def before(shift):
                    moved = x.detach().clone()
                    moved[i, by[-1]] += shift
                    moved.requires_grad_()
                    y = Held(request, values, held[number]).outputs(moved, masks)
                    field = Fields(moved, y, fields.own).of(output, by[:-1])
                    return (field[i] if fields.own else sum(field)).item()

                differences[i] = (8 * (before(step) - before(-step)) - (before(2 * step) - before(-2 * step))) / (12 * step)
            exact = torch.stack(fields.known[output, by]).detach()
            note("input derivatives", (differences - exact).abs().max().item() / max(1, exact.abs().max().item()))


class Held(Statistics):
    """The given statistics wherever they are constant with respect to the inputs."""

    def __init__(self, request, values, held):
        super().__init__(request, values)
        self.held = held

    def of_reference_batch(self):
        return self.held

    def constant(self, name, spec, statistics):
        return statistics if self.coupled(name, spec) else self.held[name]


def check_own_is_sum_where_uncoupled(request, values, learnable, objective, gradients):
    """Where no layer is coupled, samples do not interact: both kinds of derivative are the same."""
    specs = dict(norm_specs(request["network"]["layers"]))
    if any(objective.statistics.coupled(name, spec) for name, spec in specs.items()):
        return
    other = copy.deepcopy(request)
    other["derivative"] = "perSample" if request.get("derivative") == "sum" else "sum"
    answer = Objective(other, values, objective.masks)
    others = parameter_gradients(answer, values, learnable)
    largest = max(gradient.abs().max().item() for gradient in gradients.values())
    assert abs(answer.value - objective.value) <= 1e-12 * abs(objective.value), "the value depends on the derivative's kind"
    for name in learnable:
        assert (others[name] - gradients[name]).abs().max() <= 1e-11 * largest, f"{name} depends on the derivative's kind"


def check_modules(request, objective, used_names):
    """Outputs, statistics used and running statistics are those of the modules that make the other files."""
    twin = {"network": request["network"], "batchNorm": {"mode": "trainDetached", **request.get("batchNorm", {})}}
    network = build(twin)
    for number, ((_, x), fields) in enumerate(zip(batches_of(request), objective.fields)):
        if "dropout" in request:
            if number > 0:
                return  # the modules begin to draw anew at every forward pass
            twin["dropout"] = request["dropout"]
        y = forward(network, twin, x)
        close(fields.outputs, y, "outputs")
        norms = named(network, BatchNorm)
        assert set(norms) == set(used_names)
        for name, norm in norms.items():
            for mine, other in zip(objective.statistics.batches[number][name], norm.used):
                close(mine, other, f"statistics of {name}")
            if norm.tracked:
                mean, variance, batches = objective.statistics.after[number][name]
                close(mean, norm.running_mean, f"running mean of {name}")
                close(variance, norm.running_var, f"running variance of {name}")
                assert batches == norm.num_batches_tracked.item()


def close(actual, expected, what):
    error = (actual - expected).abs().max().item()
    assert error <= 1e-12 * max(1, expected.abs().max().item()), f"{what}: off by {error}"


def norm_specs(specs, prefix=""):
    """Every BatchNorm's name and spec, in the order in which they run."""
    for index, spec in enumerate(specs):
        if spec["type"] == "batchNorm":
            yield f"{prefix}{index}", spec
        yield from norm_specs(spec.get("layers", []), f"{prefix}{index}.layers.")
        yield from norm_specs(spec.get("shortcut", []), f"{prefix}{index}.shortcut.")


def note(what, error):
    assert error <= 1e-6, f"{what}: central differences are off by {error}"
    worst[what] = max(worst[what], error)
