"""The answer to a request to POST /v1/objectives that says its loss by unknowns, fields, data columns, paired sets, weights
and reductions: its value, and its gradients by parameters, unknowns and points."""

import torch

from goldens_formulas import TENSOR_FUNCTIONS, ExpandedFields, Expansions, Names, PlainFields, evaluate
from goldens_losses import Statistics, batches_of, penalty
from goldens_networks import tensor

SHARED = {}  # expansions by request: sympy takes longer than the network


class HeldForInputs(Statistics):
    """The given statistics, for each batch, wherever they are constant with respect to the inputs."""

    def __init__(self, request, values, held):
        super().__init__(request, values)
        self.held = held

    def of_reference_batch(self):
        return self.held[len(self.batches)]

    def constant(self, name, spec, statistics):
        return statistics if self.coupled(name, spec) else self.held[len(self.batches) - 1][name]


class FeatureLoss:
    """A request's loss at given parameters and unknowns; points and statistics may be given, for finite differences."""

    def __init__(self, request, values, unknowns, expanded, own, statistics=None, inputs=None):
        self.request, self.unknowns, self.masks = request, unknowns, None
        self.names = Names(request)
        self.statistics = statistics or Statistics(request, values)
        expansions = SHARED.setdefault(repr(sorted(self.names.fields.items())) + repr((self.names.variables, self.names.outputs)),
                                       Expansions(self.names))
        self.fields, self.place = [], {}
        for number, (rows_by_set, x) in enumerate(batches_of(request)):
            x = (x if inputs is None else inputs[number]).requires_grad_()
            y = self.statistics.outputs(x, None)
            self.fields.append(ExpandedFields(expansions, unknowns, x, y, own) if expanded else
                               PlainFields(self.names, unknowns, x, y, own))
            self.place.update({name: (self.fields[-1], rows) for name, rows in rows_by_set.items()})

        self.residuals, self.values, self.value = [], [], 0
        for term in request["terms"]:
            self.residuals.append(self.residual_of(term))
            self.values.append(reduced(term, self.residuals[-1]))
            self.value = self.value + term.get("weight", 1) * self.values[-1]

    def residual_of(self, term):
        if "residual" in term:
            return self.formula_of(term)
        fields, rows = self.place[term["on"]]
        if "crossEntropy" in term:
            scores = fields.outputs[rows]
            labels = torch.tensor(term["crossEntropy"]["labels"])
            return torch.logsumexp(scores, 1) - scores[torch.arange(len(labels)), labels]
        return penalty(term["gradientPenalty"], self.request, fields, rows)

    def formula_of(self, term):
        """A name without a set is of the only one that the term is on."""
        count = len(self.rows_of(term["on"][0] if isinstance(term["on"], list) else term["on"]))

        def value_of(name, at):
            if name in self.unknowns:
                return self.unknowns[name]
            if name == "target":
                return tensor(self.request, term["target"])
            quantity = self.names.quantity(name)
            at = at or term["on"]
            fields, rows = self.place[at] if isinstance(at, str) else (None, None)
            if name in self.names.variables:
                return fields.x[rows, self.names.variables.index(name)]
            data = next(points.get("data", {}) for points in self.request["points"] if points["name"] == at) if fields else {}
            if name in data:
                return tensor(self.request, data[name])
            return fields.at(*quantity, rows) if quantity else self.names.constant(name)

        return evaluate(term["residual"], TENSOR_FUNCTIONS, value_of) * torch.ones(count, dtype=torch.float64)

    def rows_of(self, name):
        fields, rows = self.place[name]
        return fields.x[rows]


def reduced(term, residuals):
    weights = torch.tensor(term["weights"], dtype=torch.float64) if "weights" in term else torch.ones_like(residuals)
    reduction = "mean" if "crossEntropy" in term else term.get("reduction", "meanSquare")
    return {
        "meanSquare": lambda: (weights * residuals ** 2).mean(),
        "mean": lambda: (weights * residuals).mean(),
        "squaredMean": lambda: (weights * residuals).mean() ** 2,
        "sumSquare": lambda: (weights * residuals ** 2).sum(),
    }[reduction]()


def gradients_of(loss, values, learnable):
    """By parameters, by unknowns, and by the points of each set; zeros where the loss does not depend on one."""
    unknowns, inputs = list(loss.unknowns.items()), [fields.x for fields in loss.fields]
    leaves = [*(values[name] for name in learnable), *(value for _, value in unknowns), *inputs]
    found = torch.autograd.grad(loss.value, leaves, retain_graph=True, allow_unused=True)
    found = [torch.zeros_like(leaf) if gradient is None else gradient for leaf, gradient in zip(leaves, found)]
    by_batch = {id(fields): gradient for fields, gradient in zip(loss.fields, found[len(leaves) - len(inputs):])}
    return {
        "parameterGradients": dict(zip(learnable, found)),
        "unknownGradients": dict(zip(loss.unknowns, found[len(learnable):])),
        "inputGradients": {name: by_batch[id(fields)][rows] for name, (fields, rows) in loss.place.items()},
    }
