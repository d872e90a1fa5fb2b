"""Every layer that PyTorch and the service both have, taken from one to the other by examples/from_torch.py.

Prints the service's names of the layers that were compared, then what was said of layers that cannot be expressed.
"""

import json
import pathlib
import sys

import torch
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
from from_torch import Residual, check, spec_of, store  # noqa: E402

URL = sys.argv[1]

ACTIVATIONS = [nn.Tanh(), nn.Sigmoid(), nn.ReLU(), nn.LeakyReLU(0.2), nn.ELU(0.7), nn.SELU(), nn.GELU(), nn.GELU("tanh"), nn.SiLU(), nn.Mish(),
               nn.Softplus(2, 10), nn.Identity(), nn.PReLU(init=0.4), nn.Softmax(1), nn.Softmax(-1), nn.Dropout(0.3)]


def spatial(axes):
    """Layers over samples with spatial axes, for each number of axes."""
    conv, norm, instance = (getattr(nn, f"{kind}{axes}d") for kind in ("Conv", "BatchNorm", "InstanceNorm"))
    most, mean, adaptive = (getattr(nn, f"{kind}{axes}d") for kind in ("MaxPool", "AvgPool", "AdaptiveAvgPool"))
    shape = [2] + [6, 5, 4][:axes]
    some = (2, None, 1)[:axes] if axes > 1 else 2
    yield shape, nn.Sequential(conv(2, 4, 3, padding=1, groups=2), norm(4), nn.SiLU(), most(2), nn.Flatten(), nn.LazyLinear(2))
    yield shape, nn.Sequential(conv(2, 3, 3, padding="same", dilation=2, bias=False), instance(3, affine=True), mean(2, 1, 1), adaptive(some), nn.Softmax(1))
    yield shape, nn.Sequential(conv(2, 4, 2, stride=2, padding="valid"), nn.GroupNorm(2, 4), norm(4, momentum=None), nn.Tanh(), adaptive(1))
    yield shape, nn.Sequential(
        Residual(nn.Sequential(conv(2, 2, 3, padding=1), norm(2)), nn.Sequential(conv(2, 2, 1, bias=False), norm(2, affine=False))),
        nn.LayerNorm(shape), most(2, 1))


def cases():
    yield [3], nn.Sequential(nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4, eps=1e-3, momentum=0.3), nn.Linear(4, 2))
    yield [3], nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.LayerNorm(4, elementwise_affine=False), nn.Linear(4, 2))
    yield [2, 3], nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(2), nn.Flatten(), nn.Linear(8, 1))
    yield [3], nn.Sequential(nn.Linear(3, 3), Residual(nn.Sequential(nn.BatchNorm1d(3), Residual(nn.Sequential(nn.Linear(3, 3), nn.Tanh())))), nn.Linear(3, 1))
    for activation in ACTIVATIONS:
        yield [3], nn.Sequential(nn.Linear(3, 4), activation, nn.BatchNorm1d(4), nn.Linear(4, 2))
    for axes in (1, 2, 3):
        yield from spatial(axes)


INEXPRESSIBLE = [
    ([3], nn.Sequential(nn.Linear(3, 3), nn.Hardtanh())),
    ([3], nn.Sequential(nn.Linear(3, 3), nn.Sequential(nn.Tanh()))),
    ([3], nn.Sequential(Residual(nn.Sequential(nn.Linear(3, 3), nn.PReLU(3))))),
    ([4], nn.Sequential(nn.Linear(4, 4), nn.Unflatten(1, (2, 2)), nn.LayerNorm(2))),
    ([2, 3], nn.Sequential(nn.LayerNorm(3))),
    ([2, 6], nn.Sequential(nn.Conv1d(2, 2, 3, padding=1, padding_mode="circular"))),
    ([2, 6], nn.Sequential(nn.MaxPool1d(2, dilation=2))),
    ([2, 6], nn.Sequential(nn.AvgPool1d(4, ceil_mode=True))),
    ([2, 6], nn.Sequential(nn.AvgPool1d(2, padding=1, count_include_pad=False))),
    ([2, 6], nn.Sequential(nn.InstanceNorm1d(2, track_running_stats=True))),
    ([3], nn.Sequential(nn.Softmax(0))),
    ([3], nn.Linear(3, 3)),
]


def main():
    torch.manual_seed(3)
    compared = set()
    for number, (shape, net) in enumerate(cases()):
        for double in (False, True):
            taken = net.double() if double else net
            inputs = torch.randn(4, *shape, dtype=torch.float64 if double else torch.float32)
            for _ in range(3):
                taken.train()(inputs + torch.randn_like(inputs))  # running statistics that are not the first ones
            store(taken, shape, "from-torch-case", URL)
            difference = check(taken, inputs, "from-torch-case", URL)

            # Of the precision, over sums of a few dozen terms.
            assert difference < (1e-10 if double else 1e-3), (number, net, difference)
        compared |= {layer["type"] for layer in all_layers(spec_of(net, shape)["layers"])}
    print(json.dumps(sorted(compared)))
    for shape, net in INEXPRESSIBLE:
        try:
            spec_of(net, shape)
            raise SystemExit(f"{net} was expressed")
        except ValueError as said:
            print(said)


def all_layers(layers):
    for layer in layers:
        yield layer
        yield from all_layers(layer.get("layers", []) + layer.get("shortcut", []))


main()
