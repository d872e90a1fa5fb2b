"""forum.json: the network of the forum's question."""

import copy
import math

import torch
from torch import nn

from goldens_answers import assert_close, case, check_dtypes_agree
from goldens_networks import DTYPES, MODES, build, tensor
from goldens_requests import linear, plain, random_inputs

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
