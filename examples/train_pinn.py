#!/usr/bin/env python3
"""Trains a physics-informed network with BatchNorm through the gradient service, under a meaning of BatchNorm that you choose.

The problem is u'' = -π² sin πx on [0, 1] with u(0) = u(1) = 0; its solution is sin πx. The network is Linear-Tanh-BatchNorm
twice, then Linear. The service keeps no state: each step posts the parameters and the running statistics to
/v1/objectives, takes back the loss, its parameter gradients and the running statistics after the step, and moves the
parameters by Adam. Nothing is needed here but numpy and requests:

    dotnet run --project GradService.Api        (in another terminal)
    python3 examples/train_pinn.py --variant c

The variants, as the service's docs/objectives.md explains them:

    a     train, derivatives of the sum over the batch: what nested autograd.grad(u.sum(), x) gives. Blind: u'' vanishes
          identically whatever the parameters are
    b     train, each point's own derivatives, its effect on the statistics included
    c     trainDetached: batch statistics, constants with respect to x, while parameter gradients flow through them
    d     trainDetached without parameter gradients through the statistics: not the gradient of its loss
    e     eval: running statistics as constants; a forward pass in train mode brings them up to date after each step
    f     movingAverage: a moving average of the batch's statistics as constants
    none  no BatchNorm

It prints the relative L2 error of u, three times:

    training  in the mode of training, at the training points: what the loss is about. Variants a to d and f normalise
              this very batch; other points in it would be another function
    eval      in mode eval on a fine grid, with the running statistics that training left behind: they lag behind the
              parameters, and PyTorch's running variance is the unbiased one where training divides by the biased one
    frozen    in mode eval on the fine grid, with the statistics of the training points under the last parameters given
              as running statistics: the function that was trained, at any point. This is how to use the network

--boundary own normalises the two boundary points as a batch of their own. Two points always normalise to ±1, so the
condition is imposed on another function: the loss becomes small, the error stays near 1.

Measured with the other options at their defaults, medians of seeds 0, 1 and 2:

    variant         loss     training  eval     frozen
    a               4.8e+01  7.2e-01   7.2e-01  7.2e-01
    c               3.2e-04  6.6e-05   6.2e-03  6.6e-05
    d               5.0e-03  4.4e-04   4.5e-03  4.4e-04
    e               4.4e-03  1.1e-03   1.1e-03  1.1e-03
    f               9.3e-03  4.9e-04   4.7e-04  4.9e-04
    none            1.1e-03  1.4e-04   1.4e-04  1.4e-04
    c, --boundary own, seed 0
                    1.4e-03  9.0e-01   6.7e-01  9.0e-01

b is left out: two BatchNorms make it go row by row, more than ten times as long as c.
"""

import argparse
import math
import sys

import numpy as np
import requests

LEARNING_RATE = 1e-3
BOUNDARY_WEIGHT = 100

VARIANTS = {  # mode, and what /v1/objectives is told beside it
    "a": ("train", {}, {"derivative": "sum"}),
    "b": ("train", {}, {"derivative": "perSample"}),
    "c": ("trainDetached", {"throughStatistics": True}, {}),
    "d": ("trainDetached", {"throughStatistics": False}, {}),
    "e": ("eval", {}, {}),
    "f": ("movingAverage", {}, {}),
    "none": ("eval", {}, {}),
}


def main():
    options = read_options()
    mode, norm_options, derivative = VARIANTS[options.variant]
    service = Service(options.url)
    layers = network_layers(options.width, options.variant != "none")
    parameters = initial_parameters(layers, options.seed)
    running = {}
    interior, boundary = np.linspace(0, 1, options.points)[:, None], np.array([[0.0], [1.0]])
    batches = [np.concatenate([interior, boundary])] if options.boundary == "joint" else [interior, boundary]
    objective = {
        "variables": ["x"],
        "outputs": ["u"],
        "points": [{"name": "interior", "inputs": interior.tolist()}, {"name": "boundary", "inputs": boundary.tolist()}],
        "terms": [
            {"name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)"},
            {"name": "bc", "on": "boundary", "residual": "u", "weight": BOUNDARY_WEIGHT},
        ],
        "batchNorm": {"mode": mode, "batches": "joint" if options.boundary == "joint" else "perSet", **norm_options},
        **derivative,
    }

    def network(statistics):
        values = {name: value.tolist() for name, value in parameters.items()}
        return {"inputShape": [1], "layers": layers, "dtype": "float64", "parameters": {**values, **statistics}}

    def forward(points, mode, statistics):
        return service.post("/v1/forward", {"network": network(statistics), "inputs": points.tolist(), "batchNorm": {"mode": mode}})

    adam = Adam(parameters)
    for step in range(1, options.steps + 1):
        answer = service.post("/v1/objectives", {"network": network(running), **objective})
        running.update(running_statistics(answer["batchNorm"]))
        adam.step({name: np.array(gradient, dtype=float) for name, gradient in answer["parameterGradients"].items()})
        if options.variant == "e":
            for points in batches:
                running.update(running_statistics(forward(points, "train", running)["batchNorm"]))
        show_progress(step, options.steps, float(answer["value"]))

    grid = np.linspace(0, 1, 1001)[:, None]
    trained = forward(batches[0], mode, running)
    errors = {
        "training": relative_error(trained, batches[0]),
        "eval": relative_error(forward(grid, "eval", running), grid),
        "frozen": relative_error(forward(grid, "eval", used_statistics(trained["batchNorm"])), grid),
    }
    print(f"variant {options.variant}, boundary {options.boundary}, seed {options.seed}, {options.steps} steps: loss {float(answer['value']):.1e}, "
          "relative L2 error " + ", ".join(f"{name} {error:.1e}" for name, error in errors.items()))


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:5080", help="where the service listens")
    parser.add_argument("--variant", choices=VARIANTS, default="c", help="the meaning of BatchNorm (default c)")
    parser.add_argument("--steps", type=positive, default=2000)
    parser.add_argument("--points", type=positive, default=100, help="equally spaced points of the equation")
    parser.add_argument("--width", type=positive, default=20, help="of both hidden layers")
    parser.add_argument("--seed", type=int, default=0, help="of the initial parameters")
    parser.add_argument("--boundary", choices=["joint", "own"], default="joint", help="whether the boundary is in the batch or its own")
    return parser.parse_args()


def positive(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value


# The network


def network_layers(width, with_batch_norm):
    # The identity in BatchNorm's place leaves the other layers their names.
    norm = {"type": "batchNorm" if with_batch_norm else "identity"}
    linear, tanh = {"type": "linear", "outFeatures": width}, {"type": "tanh"}
    return [linear, tanh, norm, linear, tanh, norm, {"type": "linear", "outFeatures": 1}]


def initial_parameters(layers, seed):
    """PyTorch's distributions: uniform in ±1/√(size of the input); BatchNorm begins at weight 1 and bias 0."""
    random, size, parameters = np.random.default_rng(seed), 1, {}
    for index, layer in enumerate(layers):
        if layer["type"] == "linear":
            bound, out = 1 / math.sqrt(size), layer["outFeatures"]
            parameters[f"{index}.weight"] = random.uniform(-bound, bound, (out, size))
            parameters[f"{index}.bias"] = random.uniform(-bound, bound, out)
            size = out
        elif layer["type"] == "batchNorm":
            parameters[f"{index}.weight"], parameters[f"{index}.bias"] = np.ones(size), np.zeros(size)
    return parameters


def layers_of(batch_norm):
    """Those of the last batch, where every point set is its own."""
    return (batch_norm["batches"][-1] if "batches" in batch_norm else batch_norm)["layers"]


def running_statistics(batch_norm):
    """What the next step begins with, under its state_dict names."""
    return {f"{layer['name']}.{name}": layer[field] for layer in layers_of(batch_norm)
            for name, field in (("running_mean", "runningMean"), ("running_var", "runningVariance"), ("num_batches_tracked", "batchesTracked"))}


def used_statistics(batch_norm):
    """What the batch was normalised with, to be used as running statistics."""
    return {f"{layer['name']}.{name}": layer[field] for layer in layers_of(batch_norm)
            for name, field in (("running_mean", "mean"), ("running_var", "variance"))}


def relative_error(answer, points):
    solution = np.sin(np.pi * points)
    return np.linalg.norm(np.array(answer["outputs"], dtype=float) - solution) / np.linalg.norm(solution)


# Training


class Adam:
    def __init__(self, parameters, beta1=0.9, beta2=0.999, eps=1e-8):
        self.parameters, self.beta1, self.beta2, self.eps, self.steps = parameters, beta1, beta2, eps, 0
        self.mean = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.square = {name: np.zeros_like(value) for name, value in parameters.items()}

    def step(self, gradients):
        self.steps += 1
        for name, g in gradients.items():
            self.mean[name] += (1 - self.beta1) * (g - self.mean[name])
            self.square[name] += (1 - self.beta2) * (g * g - self.square[name])
            mean, square = self.mean[name] / (1 - self.beta1**self.steps), self.square[name] / (1 - self.beta2**self.steps)
            self.parameters[name] -= LEARNING_RATE * mean / (np.sqrt(square) + self.eps)


def show_progress(step, steps, loss, width=40):
    if step % max(1, steps // 100) == 0 or step == steps:
        done = width * step // steps
        end = "\n" if step == steps else ""
        print(f"\r[{'#' * done}{'.' * (width - done)}] {step}/{steps}  loss {loss:.3e}", end=end, file=sys.stderr, flush=True)


# The service


class Service:
    def __init__(self, url):
        self.url, self.session = url.rstrip("/"), requests.Session()
        self.session.trust_env = False  # straight to the service, past any proxy

    def post(self, path, body):
        try:
            answer = self.session.post(self.url + path, json=body, timeout=60)
        except requests.RequestException as error:
            sys.exit(f"\nNo answer from {self.url}: {error}\nIs the service running? Start it by: dotnet run --project GradService.Api")
        if not answer.ok:
            sys.exit("\n" + explain(answer))
        return answer.json()


def explain(answer):
    """A problem document (RFC 9457) in words: title, detail, and each error beside the place in the request it is about."""
    try:
        problem = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.reason}: {answer.text[:500]}"
    lines = [f"{answer.status_code} {problem.get('title', answer.reason)}", problem.get("detail")]
    lines += [f"  {place}: {message}" for place, messages in problem.get("errors", {}).items() for message in messages]
    return "\n".join(line for line in lines if line)


if __name__ == "__main__":
    main()
