"""Cases of ranges.json: activations and normalisations at magnitudes from 1e-30 to 1e30.

Inputs are numbers that float32 holds, answers are float64. Those of activations are mpmath's, with 60 digits, rounded once, as PyTorch
loses digits of its own where a slope all but vanishes (1 - tanh**2) or a power overflows; `lost` counts where it differs from them by more
than 1e-9 of a number. Those of normalisations are PyTorch's: float64 holds all their squares.
"""

import math

import mpmath
import torch
import torch.nn.functional as F

mpmath.mp.dps = 60

POWERS = range(-30, 31, 3)
SINGLE_SIXTH = torch.tensor(1 / 6, dtype=torch.float32).item()  # PyTorch's slope of hardsigmoid in either precision
SCALE, ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def sigmoid(x):
    return 1 / (1 + mpmath.exp(-x))


def softplus(x, beta=1, threshold=20):
    return x if beta * x > threshold else mpmath.log1p(mpmath.exp(beta * x)) / beta


def gelu(x):
    return x * mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def gelu_slope(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2 + x * mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def gate_argument(x):
    return 2 * mpmath.sqrt(2 / mpmath.pi) * (x + mpmath.mpf(0.044715) * x**3)


def gelu_by_tanh_slope(x):
    s = sigmoid(gate_argument(x))
    return s + x * s * sigmoid(-gate_argument(x)) * 2 * mpmath.sqrt(2 / mpmath.pi) * (1 + 3 * mpmath.mpf(0.044715) * x * x)


def mish_slope(x):
    gate = softplus(x, threshold=mpmath.inf)
    return mpmath.tanh(gate) + x * mpmath.sech(gate)**2 * sigmoid(x)


def tanhshrink(x):
    with mpmath.workdps(160):  # x**3 / 3 beside x
        return x - mpmath.tanh(x)


# Name, layer, value and slope by mpmath, by PyTorch, and the largest number whose answer single precision holds, where that is not any.
ACTIVATIONS = [
    ("tanh", {"type": "tanh"}, mpmath.tanh, lambda x: mpmath.sech(x)**2, torch.tanh),
    ("sigmoid", {"type": "sigmoid"}, sigmoid, lambda x: sigmoid(x) * sigmoid(-x), torch.sigmoid),
    ("silu", {"type": "silu"}, lambda x: x * sigmoid(x), lambda x: sigmoid(x) + x * sigmoid(x) * sigmoid(-x), F.silu),
    ("softplus", {"type": "softplus"}, softplus, lambda x: 1 if x > 20 else sigmoid(x), F.softplus),
    ("softplus-threshold-1000", {"type": "softplus", "threshold": 1000}, lambda x: softplus(x, 1, 1000),
        lambda x: 1 if x > 1000 else sigmoid(x), lambda x: F.softplus(x, 1, 1000)),
    ("softplus-beta-3", {"type": "softplus", "beta": 3}, lambda x: softplus(x, 3), lambda x: 1 if 3 * x > 20 else sigmoid(3 * x),
        lambda x: F.softplus(x, 3)),
    ("mish", {"type": "mish"}, lambda x: x * mpmath.tanh(softplus(x, threshold=mpmath.inf)), mish_slope, F.mish),
    ("gelu", {"type": "gelu"}, gelu, gelu_slope, F.gelu),
    ("gelu-tanh", {"type": "gelu", "approximate": "tanh"}, lambda x: x * sigmoid(gate_argument(x)), gelu_by_tanh_slope,
        lambda x: F.gelu(x, approximate="tanh")),
    ("elu", {"type": "elu", "alpha": 1.5}, lambda x: x if x > 0 else 1.5 * mpmath.expm1(x), lambda x: 1 if x > 0 else 1.5 * mpmath.exp(x),
        lambda x: F.elu(x, 1.5)),
    ("selu", {"type": "selu"}, lambda x: SCALE * (x if x > 0 else ALPHA * mpmath.expm1(x)),
        lambda x: SCALE * (1 if x > 0 else ALPHA * mpmath.exp(x)), F.selu),
    ("sin", {"type": "sin"}, mpmath.sin, mpmath.cos, torch.sin),
    ("cos", {"type": "cos"}, mpmath.cos, lambda x: -mpmath.sin(x), torch.cos),
    ("exp", {"type": "exp"}, mpmath.exp, mpmath.exp, torch.exp, 88),
    ("square", {"type": "square"}, lambda x: x * x, lambda x: 2 * x, torch.square, 1e18),
    ("relu6", {"type": "relu6"}, lambda x: min(max(x, 0), 6), lambda x: 1 if 0 < x < 6 else 0, F.relu6),
    ("hardtanh", {"type": "hardtanh", "minVal": -0.25, "maxVal": 3}, lambda x: min(max(x, -0.25), 3), lambda x: 1 if -0.25 < x < 3 else 0,
        lambda x: F.hardtanh(x, -0.25, 3)),
    ("hardswish", {"type": "hardswish"}, lambda x: x * min(max(x + 3, 0), 6) / 6, lambda x: 0 if x <= -3 else 1 if x >= 3 else (2 * x + 3) / 6,
        F.hardswish),
    ("hardsigmoid", {"type": "hardsigmoid"}, lambda x: min(max(x + 3, 0), 6) / 6, lambda x: SINGLE_SIXTH if -3 < x < 3 else 0, F.hardsigmoid),
    ("celu", {"type": "celu", "alpha": 0.5}, lambda x: x if x > 0 else mpmath.expm1(2 * x) / 2, lambda x: 1 if x > 0 else mpmath.exp(2 * x),
        lambda x: F.celu(x, 0.5)),
    ("softsign", {"type": "softsign"}, lambda x: x / (1 + abs(x)), lambda x: 1 / (1 + abs(x))**2, F.softsign),
    ("logSigmoid", {"type": "logSigmoid"}, lambda x: -mpmath.log1p(mpmath.exp(-x)), lambda x: sigmoid(-x), F.logsigmoid),
    ("tanhshrink", {"type": "tanhshrink"}, tanhshrink, lambda x: mpmath.tanh(x)**2, F.tanhshrink),
    ("softshrink", {"type": "softshrink"}, lambda x: mpmath.sign(x) * max(0, abs(x) - 0.5), lambda x: 1 if abs(x) > 0.5 else 0, F.softshrink),
    ("hardshrink", {"type": "hardshrink", "lambda": 2}, lambda x: x if abs(x) > 2 else 0, lambda x: 1 if abs(x) > 2 else 0,
        lambda x: F.hardshrink(x, 2)),
]

NORMALISATIONS = [
    ("layerNorm", [6], {"type": "layerNorm"}, lambda x, eps: F.layer_norm(x, [6], eps=eps)),
    ("rmsNorm", [6], {"type": "rmsNorm"}, lambda x, eps: x * torch.rsqrt((x**2).mean(dim=1, keepdim=True) + eps)),
    ("groupNorm", [2, 3], {"type": "groupNorm", "groups": 2}, lambda x, eps: F.group_norm(x, 2, eps=eps)),
    ("instanceNorm", [2, 3], {"type": "instanceNorm"}, lambda x, eps: F.instance_norm(x, eps=eps)),
    ("batchNorm", [6], {"type": "batchNorm"}, lambda x, eps: F.batch_norm(x, None, None, training=True, eps=eps)),
]


def range_cases():
    return [activation_case(*each) for each in ACTIVATIONS] + [
        normalisation_case(name, shape, layer, function, power, eps)
        for name, shape, layer, function in NORMALISATIONS for eps in (1e-5, 0) for power in range(-30, 31, 10)]


def arguments():
    sizes = [10.0**power for power in POWERS] + [0.25, 0.5, 2, 3, 4, 6, 9, 14, 21, 33, 47, 88]
    return torch.tensor([sign * size for size in sizes for sign in (1, -1)] + [0.0], dtype=torch.float32).double()


def activation_case(name, layer, value, slope, function, largest=math.inf):
    x = arguments()
    x = x[x.abs() <= largest].requires_grad_()
    outputs = function(x)
    slopes, = torch.autograd.grad(outputs.sum(), x)
    exact = [[float(of(mpmath.mpf(each))) for each in x.tolist()] for of in (value, slope)]
    lost = sum(not agrees(*pair) for answers, right in zip((outputs, slopes), exact) for pair in zip(answers.tolist(), right))
    assert lost <= 40, f"{name} is not what it is taken for"
    asked = request([1], layer, x.detach().unsqueeze(1))
    asked["gradient"] = {"kind": "perSample"}
    return {"name": name, "request": asked, "expected": {"outputs": exact[0], "gradients": exact[1], "lost": lost}}


def agrees(number, right):
    return abs(number - right) <= 1e-9 * abs(right) + 1e-300


def normalisation_case(name, shape, layer, function, power, eps):
    drawn = torch.randn(4, *shape, generator=torch.Generator().manual_seed(5))
    cotangent = torch.randn(4, *shape, generator=torch.Generator().manual_seed(6)).double()
    x = (drawn * 10.0**power).float().double().requires_grad_()
    outputs = function(x, eps)
    gradients, = torch.autograd.grad(outputs, x, cotangent)
    asked = request(shape, {**layer, "eps": eps, "affine": False}, x.detach())
    asked["gradient"] = {"kind": "vjp", "cotangent": cotangent.flatten(1).tolist()}
    return {"name": f"{name}-eps-{eps}/1e{power}", "request": asked,
        "expected": {"outputs": outputs.flatten().tolist(), "gradients": gradients.flatten().tolist()}}


def request(shape, layer, inputs):
    return {"network": {"inputShape": shape, "layers": [layer]}, "inputs": inputs.tolist(), "batchNorm": {"mode": "train"}}
