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

--problem inverse finds a coefficient from measurements: u_t = D u_xx on the unit square of x and t, with u = 0 at x = 0 and
x = 1 and u = sin πx at t = 0. D is 0.3, its solution exp(-0.3 π² t) sin πx, of which 50 values are given; training starts from
D = 1. The field u = sin(πx) + t x (1 - x) n of the network's output n meets the conditions whatever n is. D is an unknown of the
loss: it is sent with each step beside the parameters, its gradient comes back, and Adam moves it with them. The learning
rates fall to 0 in the second half, and the last line has D and its error: under c, seeds 0 to 4, 3e-05 to 4e-04.
"""

import argparse
import math
import sys
from dataclasses import dataclass, field
from typing import Callable

import numpy as np
import requests

BOUNDARY_WEIGHT = 100
MEASUREMENT_WEIGHT = 100
DIFFUSION = 0.3

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
    problem = PROBLEMS[options.problem](options)
    layers = network_layers(options.width, options.variant != "none")
    parameters = initial_parameters(layers, problem.batches[0].shape[1], options.seed)
    unknowns = {name: np.array(value) for name, value in problem.unknowns.items()}
    running = {}
    objective = {
        **problem.objective,
        "batchNorm": {"mode": mode, "batches": "joint" if options.boundary == "joint" else "perSet", **norm_options},
        **derivative,
    }

    def network(statistics):
        values = {name: value.tolist() for name, value in parameters.items()}
        return {"inputShape": [problem.batches[0].shape[1]], "layers": layers, "dtype": "float64", "parameters": {**values, **statistics}}

    def loss():
        given = {"unknowns": {name: float(value) for name, value in unknowns.items()}} if unknowns else {}
        return service.post("/v1/objectives", {"network": network(running), **objective, **given})

    def forward(points, mode, statistics):
        return service.post("/v1/forward", {"network": network(statistics), "inputs": points.tolist(), "batchNorm": {"mode": mode}})

    adam, adam_of_unknowns = Adam(parameters), Adam(unknowns)
    for step in range(1, options.steps + 1):
        answer = loss()
        running.update(running_statistics(answer["batchNorm"]))
        rate = problem.rate(step / options.steps)
        adam.step(answer["parameterGradients"], rate * problem.learning_rate)
        adam_of_unknowns.step(answer.get("unknownGradients") or {}, rate * problem.learning_rate_of_unknowns)
        if options.variant == "e":
            for points in problem.batches:
                running.update(running_statistics(forward(points, "train", running)["batchNorm"]))
        show_progress(step, options.steps, float(answer["value"]))

    trained = forward(problem.batches[0], mode, running)
    errors = {
        "training": relative_error(problem, trained, problem.batches[0]),
        "eval": relative_error(problem, forward(problem.grid, "eval", running), problem.grid),
        "frozen": relative_error(problem, forward(problem.grid, "eval", used_statistics(trained["batchNorm"])), problem.grid),
    }
    print(f"variant {options.variant}, boundary {options.boundary}, seed {options.seed}, {options.steps} steps: loss {float(answer['value']):.1e}, "
          "relative L2 error " + ", ".join(f"{name} {error:.1e}" for name, error in errors.items()))
    for name, value in unknowns.items():
        print(f"{name} = {value:.5f}, error {abs(value - problem.true_unknowns[name]):.1e}")


def read_options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://127.0.0.1:5080", help="where the service listens")
    parser.add_argument("--variant", choices=VARIANTS, default="c", help="the meaning of BatchNorm (default c)")
    parser.add_argument("--problem", choices=PROBLEMS, default="poisson", help="an equation, or an unknown coefficient of one (default poisson)")
    parser.add_argument("--steps", type=positive, help=f"default {', '.join(f'{steps} for {problem}' for problem, steps in STEPS.items())}")
    parser.add_argument("--points", type=positive, default=100, help="points of the equation")
    parser.add_argument("--width", type=positive, default=20, help="of both hidden layers")
    parser.add_argument("--seed", type=int, default=0, help="of the initial parameters")
    parser.add_argument("--boundary", choices=["joint", "own"], default="joint", help="whether the boundary is in the batch or its own")
    options = parser.parse_args()
    options.steps = options.steps or STEPS[options.problem]
    if options.problem == "inverse" and options.boundary == "own":
        parser.error("--boundary own is about the points of a boundary, which --problem inverse does not have")
    return options


def positive(text):
    value = int(text)
    if value < 1:
        raise ValueError
    return value


# The problems


@dataclass(frozen=True)
class Problem:
    objective: dict  # what is asked of every step, but for the network, BatchNorm and the unknowns
    batches: list  # the points that are normalised together
    grid: np.ndarray  # points to measure the error at
    solution: Callable  # of points [n, D]: [n, 1]
    u_of: Callable = lambda outputs, points: outputs  # u by the network's outputs
    unknowns: dict = field(default_factory=dict)  # where training starts
    true_unknowns: dict = field(default_factory=dict)
    learning_rate: float = 1e-3
    learning_rate_of_unknowns: float = 1e-3
    rate: Callable = lambda progress: 1  # what the learning rates are multiplied by


def poisson(options):
    interior, boundary = np.linspace(0, 1, options.points)[:, None], np.array([[0.0], [1.0]])
    objective = {
        "variables": ["x"],
        "outputs": ["u"],
        "points": [{"name": "interior", "inputs": interior.tolist()}, {"name": "boundary", "inputs": boundary.tolist()}],
        "terms": [
            {"name": "pde", "on": "interior", "residual": "u_xx + pi^2*sin(pi*x)"},
            {"name": "bc", "on": "boundary", "residual": "u", "weight": BOUNDARY_WEIGHT},
        ],
    }
    batches = [np.concatenate([interior, boundary])] if options.boundary == "joint" else [interior, boundary]
    return Problem(objective, batches, np.linspace(0, 1, 1001)[:, None], lambda points: np.sin(np.pi * points))


def inverse(options):
    def solution(points):
        return np.exp(-DIFFUSION * np.pi**2 * points[:, 1:]) * np.sin(np.pi * points[:, :1])

    def u_of(outputs, points):
        x, t = points[:, :1], points[:, 1:]
        return np.sin(np.pi * x) + t * x * (1 - x) * outputs

    interior, sensors = spread(options.points, [0.5, 0.5]), spread(50, [0.1, 0.3])
    objective = {
        "variables": ["x", "t"],
        "outputs": ["n"],
        "fields": {"u": "sin(pi*x) + t*x*(1 - x)*n"},
        "points": [{"name": "interior", "inputs": interior.tolist()}, {"name": "sensors", "inputs": sensors.tolist()}],
        "terms": [
            {"name": "pde", "on": "interior", "residual": "u_t - D*u_xx"},
            {"name": "data", "on": "sensors", "residual": "u - target", "target": solution(sensors)[:, 0].tolist(), "weight": MEASUREMENT_WEIGHT},
        ],
    }
    axis = np.linspace(0, 1, 51)
    grid = np.stack(np.meshgrid(axis, axis), axis=-1).reshape(-1, 2)
    return Problem(objective, [np.concatenate([interior, sensors])], grid, solution, u_of, {"D": 1.0}, {"D": DIFFUSION},
                   learning_rate=2e-2, learning_rate_of_unknowns=3e-2, rate=lambda progress: min(1, 2 * (1 - progress)))


def spread(count, start):
    """Points that fill the unit square evenly, however many there are: an additive sequence by the plastic number."""
    plastic = 1.32471795724474602596
    return (start + np.arange(1, count + 1)[:, None] / [plastic, plastic**2]) % 1


PROBLEMS = {"poisson": poisson, "inverse": inverse}
STEPS = {"poisson": 2000, "inverse": 1500}


# The network


def network_layers(width, with_batch_norm):
    # The identity in BatchNorm's place leaves the other layers their names.
    norm = {"type": "batchNorm" if with_batch_norm else "identity"}
    linear, tanh = {"type": "linear", "outFeatures": width}, {"type": "tanh"}
    return [linear, tanh, norm, linear, tanh, norm, {"type": "linear", "outFeatures": 1}]


def initial_parameters(layers, size, seed):
    """PyTorch's distributions: uniform in ±1/√(size of the input); BatchNorm begins at weight 1 and bias 0."""
    random, parameters = np.random.default_rng(seed), {}
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


def relative_error(problem, answer, points):
    solution = problem.solution(points)
    return np.linalg.norm(problem.u_of(np.array(answer["outputs"], dtype=float), points) - solution) / np.linalg.norm(solution)


# Training


class Adam:
    def __init__(self, parameters, beta1=0.9, beta2=0.999, eps=1e-8):
        self.parameters, self.beta1, self.beta2, self.eps, self.steps = parameters, beta1, beta2, eps, 0
        self.mean = {name: np.zeros_like(value) for name, value in parameters.items()}
        self.square = {name: np.zeros_like(value) for name, value in parameters.items()}

    def step(self, gradients, learning_rate):
        self.steps += 1
        for name, gradient in gradients.items():
            g = np.array(gradient, dtype=float)
            self.mean[name] += (1 - self.beta1) * (g - self.mean[name])
            self.square[name] += (1 - self.beta2) * (g * g - self.square[name])
            mean, square = self.mean[name] / (1 - self.beta1**self.steps), self.square[name] / (1 - self.beta2**self.steps)
            self.parameters[name] -= learning_rate * mean / (np.sqrt(square) + self.eps)


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
