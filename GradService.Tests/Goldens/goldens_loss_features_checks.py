"""What is asserted of every answer of loss_features.json, by methods that share little with how it was made."""

import torch
import torch.nn.functional as F

from goldens_feature_losses import FeatureLoss, HeldForInputs, gradients_of
from goldens_formulas import Names, TENSOR_FUNCTIONS, evaluate
from goldens_losses import Statistics, batches_of
from goldens_networks import build, tensor
from goldens_objectives_checks import check_modules, norm_specs

STEP = 2e-4
worst = {"parameters": 0.0, "unknowns": 0.0, "inputs": 0.0, "input derivatives": 0.0, "two ways": 0.0, "by hand": 0.0, "torch.nn": 0.0}


def check(request, values, learnable, loss, gradients, own, by_hand, corners):
    specs = dict(norm_specs(request["network"]["layers"]))
    coupled = any(loss.statistics.coupled(name, spec) for name, spec in specs.items())
    quick = Quick(request, values, loss, own and coupled)
    check_parameters(quick, values, learnable, loss, gradients)
    check_inputs(quick, loss, gradients, corners)
    check_derivatives(Quick({**request, "terms": []}, values, loss, quick.own), loss, corners)
    check_two_ways(request, values, learnable, loss, gradients, own, coupled)
    check_by_hand(request, loss, by_hand)
    check_torch(request, learnable, loss, gradients)
    check_modules(request, loss, list(specs))


class Quick:
    """The loss beside its place. Fields are expanded; derivatives are those of the sum unless samples interact and own ones are meant."""

    def __init__(self, request, values, loss, own):
        self.request, self.values, self.own = request, values, own
        self.unknowns = {name: value.detach() for name, value in loss.unknowns.items()}
        self.held = [{name: tuple(s.detach() for s in statistics) for name, statistics in batch.items()}
                     for batch in loss.statistics.batches]

    def at_parameters(self, moved, unknowns):
        """What gradients by parameters do not flow through is held."""
        values = {**self.values, **moved}
        return FeatureLoss(self.request, values, {**self.unknowns, **unknowns}, True, self.own,
                           Statistics(self.request, values, self.held))

    def at_inputs(self, inputs, expanded=True):
        """What is constant with respect to the inputs is held."""
        return FeatureLoss(self.request, self.values, self.unknowns, expanded, self.own, HeldForInputs(self.request, self.values, self.held), inputs)


def check_parameters(quick, values, learnable, loss, gradients):
    differences = {name: by_entry(values[name], lambda moved, name=name: quick.at_parameters({name: moved}, {}).value)
                   for name in learnable}
    note("parameters", differences, gradients["parameterGradients"])
    differences = {name: by_entry(value, lambda moved, name=name: quick.at_parameters({}, {name: moved}).value)
                   for name, value in loss.unknowns.items()}
    note("unknowns", differences, gradients["unknownGradients"])


def check_inputs(quick, loss, gradients, corners):
    inputs = [fields.x.detach() for fields in loss.fields]
    differences = {}
    for number, x in enumerate(inputs):
        differences[number] = by_entry(x, lambda moved, number=number: quick.at_inputs(
            [moved if other == number else x for other, x in enumerate(inputs)]).value)
    by_set = {name: differences[loss.fields.index(fields)][rows] for name, (fields, rows) in loss.place.items() if name not in corners}
    note("inputs", by_set, {name: gradients["inputGradients"][name] for name in by_set})


def check_derivatives(quick, loss, corners):
    """Each derivative, of an output or a field, is the central difference of the one before, by one sample at a time: of the
    sample's own value, or of the sum over the batch."""
    inputs = [fields.x.detach() for fields in loss.fields]
    for number, fields in enumerate(loss.fields):
        smooth = [row for name, (at, rows) in loss.place.items() if at is fields and name not in corners for row in range(len(fields.x))[rows]]
        for quantity, by in list(fields.known):
            if not by:
                continue
            differences = torch.empty(len(fields.x))
            for i in smooth:
                def before(shift):
                    moved = fields.x.detach().clone()
                    moved[i, by[-1]] += shift
                    there = quick.at_inputs([moved if other == number else x for other, x in enumerate(inputs)],
                                            isinstance(quantity, int)).fields[number].of(quantity, by[:-1])
                    return (there[i] if quick.own else sum(there)).detach()

                differences[i] = central(before)
            exact = torch.stack(fields.known[quantity, by]).detach()
            note("input derivatives", {by: differences[smooth]}, {by: exact[smooth]}, 1)


def check_two_ways(request, values, learnable, loss, gradients, own, coupled):
    """A field that autograd differentiates as an output, and its formula's expansion, agree. Not so where derivatives are those
    of a sum over samples that interact: the expansion is what is meant there."""
    if coupled and not own:
        return
    expanded = FeatureLoss(request, values, loss.unknowns, True, own)
    note("two ways", {"residuals": torch.cat(expanded.residuals)}, {"residuals": torch.cat(loss.residuals)}, tolerance=1e-11)
    for kind, others in gradients_of(expanded, values, learnable).items():
        note("two ways", others, gradients[kind], tolerance=1e-11)


def check_by_hand(request, loss, by_hand):
    """Terms as one writes them without fields, the derivatives expanded by hand."""
    terms = {term["name"]: (term, residuals) for term, residuals in zip(request["terms"], loss.residuals)}
    names = Names({**request, "fields": {}})
    for name, formula in by_hand.items():
        term, residuals = terms[name]
        fields, rows = loss.place[term["on"]]

        def value_of(name, _):
            if name in names.variables:
                return fields.x[rows, names.variables.index(name)]
            if name in loss.unknowns:
                return loss.unknowns[name]
            quantity = names.quantity(name)
            return torch.stack(fields.of(*quantity)[rows]) if quantity else names.constant(name)

        note("by hand", {name: evaluate(formula, TENSOR_FUNCTIONS, value_of)}, {name: residuals}, tolerance=1e-11)


def check_torch(request, learnable, loss, gradients):
    """A loss of outputs alone is PyTorch's own: torch.nn's BatchNorm in train or eval, and its losses."""
    mode = request["batchNorm"]["mode"]
    if mode not in ("train", "eval") or any(by for fields in loss.fields for _, by in fields.known):
        return
    if not all("crossEntropy" in term or term["residual"] == "u - target" for term in request["terms"]):
        return
    network = build(request, pure=True).train(mode == "train")
    value, leaves = 0, {}
    outputs = {}
    for rows_by_set, x in batches_of(request):
        y = network(x.requires_grad_())
        for name, rows in rows_by_set.items():
            outputs[name], leaves[name] = y[rows], (x, rows)
    for term in request["terms"]:
        y, weights = outputs[term["on"]], torch.tensor(term.get("weights", 1.0), dtype=torch.float64)
        if "crossEntropy" in term:
            each = F.cross_entropy(y, torch.tensor(term["crossEntropy"]["labels"]), reduction="none")
        else:
            each = F.mse_loss(y[:, 0], tensor(request, term["target"]), reduction="none")
        value = value + term.get("weight", 1) * (weights * each).mean()
    note("torch.nn", {"value": value}, {"value": loss.value}, tolerance=1e-12)
    parameters = dict(network.named_parameters())
    found = torch.autograd.grad(value, [parameters[name] for name in learnable], retain_graph=True)
    note("torch.nn", dict(zip(learnable, found)), gradients["parameterGradients"], tolerance=1e-12)
    by_points = {name: torch.autograd.grad(value, x, retain_graph=True)[0][rows] for name, (x, rows) in leaves.items()}
    note("torch.nn", by_points, gradients["inputGradients"], tolerance=1e-12)


def by_entry(place, function):
    """Central differences, of fourth order, by every entry."""
    place = place.detach()
    slopes = torch.empty_like(place).reshape(-1)
    for k in range(slopes.numel()):
        def shifted(shift):
            moved = place.clone()
            moved.reshape(-1)[k] += shift
            return function(moved).detach()

        slopes[k] = central(shifted)
    return slopes.reshape(place.shape)


def central(function):
    return (8 * (function(STEP) - function(-STEP)) - (function(2 * STEP) - function(-2 * STEP))) / (12 * STEP)


def note(what, found, exact, floor=0, tolerance=1e-6):
    """Relative to the largest entry of all."""
    largest = max([floor, *(value.abs().max().item() for value in exact.values())])
    errors = [(found[name] - exact[name]).abs().max().item() for name in exact]
    if not errors or max(errors) == 0:
        return
    assert max(errors) <= tolerance * largest, f"{what}: off by {max(errors)} of {largest}"
    worst[what] = max(worst[what], max(errors) / largest)
