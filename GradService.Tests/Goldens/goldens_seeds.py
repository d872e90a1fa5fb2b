"""seeds.json: what a seed initialises."""

import math

import torch
from torch import nn

from goldens_networks import DTYPES, build
from goldens_requests import conv, linear, plain, residual, transposed

SEEDS = (0, 7, 11, 42, 2**40 + 3, -1)


def seed_cases():
    return cases_of(dense_networks(), SEEDS) + cases_of(other_networks(), SEEDS)


def dense_networks():
    tanh = plain("tanh")
    return {
        "sizes": ([1], [linear(10), tanh, linear(7, bias=False), tanh, linear(1), linear(3, bias=False), linear(16)]),
        "residuals": ([4], [linear(5), residual(linear(6), tanh, linear(5, bias=False)),
                            residual(linear(3), tanh, residual(linear(3), tanh, shortcut=[linear(3)]), linear(2),
                                     shortcut=[linear(2, bias=False)]), linear(2)]),
        # Layers that draw nothing, or have nothing to draw, in between.
        "norms": ([2, 3], [linear(4), plain("batchNorm"), plain("dropout"), linear(2), plain("layerNorm"),
                           plain("flatten"), plain("batchNorm", affine=False), linear(3),
                           plain("batchNorm", trackRunningStats=False), linear(2)]),
        "big": ([100], [linear(300), tanh, linear(2)]),
    }


def other_networks():
    """Convolutions, and layers that draw nothing or that draw normal numbers, among linear ones."""
    tanh, flatten, prelu = plain("tanh"), plain("flatten"), plain("prelu", init=0.1)
    pointwise = conv(2, 4, 1, bias=False)
    return {
        "length": ([2, 6], [conv(1, 4, 3, padding="same"), plain("groupNorm", groups=2), tanh,
                            conv(1, 4, 2, groups=4, bias=False), plain("instanceNorm", affine=True), prelu,
                            conv(1, 6, [2], groups=2), flatten, linear(2)]),
        "height-width": ([2, 5, 4], [conv(2, 4, [2, 3], groups=2), plain("batchNorm"), plain("prelu"),
                                     plain("maxPool2d", kernelSize=2, stride=1), linear(3),
                                     residual(conv(2, 2, 1), tanh, conv(2, 4, 3, padding=1), shortcut=[pointwise]),
                                     plain("groupNorm", groups=4, affine=False), flatten, linear(2)]),
        "depth-height-width": ([2, 2, 3, 3], [conv(3, 2, [1, 2, 2], groups=2), plain("instanceNorm", affine=True),
                                              conv(3, 3, 2, bias=False), plain("groupNorm", groups=3), prelu,
                                              plain("adaptiveAvgPool3d", outputSize=1), flatten, linear(2)]),
        "transposed": ([3], [linear(8), plain("unflatten", shape=[4, 2]), transposed(1, 6, 3, groups=2), tanh,
                             plain("unflatten", shape=[6, 2, 2]), transposed(2, 2, [2, 1], bias=False),
                             plain("unflatten", shape=[2, 3, 1, 2]), transposed(3, 3, 2, groups=1)]),
        # 1 to 15 normal numbers are drawn in pairs, one left over waiting for the next; 16 and more are drawn at once.
        "fourier-few": ([1], [fourier(3), linear(2), fourier(5), linear(1), fourier(1, scale=0.5), linear(1),
                              fourier(15, scale=2.5)]),
        "fourier-many": ([2], [fourier(8), linear(2), fourier(9, scale=10.0), linear(1), fourier(1), linear(2)]),
        "big-convolution": ([6, 8, 8], [conv(2, 16, 5, groups=2), tanh, conv(2, 8, 3, bias=False), flatten, linear(3)]),
        "big-fourier": ([10], [fourier(40), linear(20), tanh, fourier(7, scale=0.1), linear(1)]),
    }


def fourier(count, **options):
    return plain("fourierFeatures", count=count, **options)


def cases_of(networks, seeds):
    cases = []
    for seed in seeds:
        for name, (shape, layers) in networks.items():
            for dtype in DTYPES:
                network = {"inputShape": shape, "layers": layers, "dtype": dtype, "seed": seed}
                state = build({"network": network}).state_dict()
                check_drawn_like_sequential(seed, name, dtype, state)
                result = {"name": f"{name}/seed {seed}/{dtype}", "network": network}
                if name.startswith("big"):
                    result["digest"] = {key: digest(value) for key, value in state.items()}
                else:
                    result["stateDict"] = {key: value.tolist() for key, value in state.items()}
                cases.append(result)
    return cases


def digest(values):
    flat = values.reshape(-1).tolist()
    # fsum rounds once, so that the sum does not depend on the order of addition.
    return {"shape": list(values.shape), "first": flat[:5], "last": flat[-5:], "sum": math.fsum(flat)}


def written_out(name):
    """Some of the networks in torch.nn's own words, parameters alone; where frequencies are drawn, as they are."""
    if name == "sizes":
        return (nn.Linear(1, 10), nn.Tanh(), nn.Linear(10, 7, bias=False), nn.Tanh(), nn.Linear(7, 1),
                nn.Linear(1, 3, bias=False), nn.Linear(3, 16))
    if name == "big":
        return nn.Linear(100, 300), nn.Tanh(), nn.Linear(300, 2)
    if name == "length":
        return (nn.Conv1d(2, 4, 3, padding=1), nn.GroupNorm(2, 4), nn.Tanh(), nn.Conv1d(4, 4, 2, groups=4, bias=False),
                nn.InstanceNorm1d(4, affine=True), nn.PReLU(init=0.1), nn.Conv1d(4, 6, 2, groups=2), nn.Flatten(),
                nn.Linear(24, 2))
    if name == "depth-height-width":
        return (nn.Conv3d(2, 2, (1, 2, 2), groups=2), nn.InstanceNorm3d(2, affine=True),
                nn.Conv3d(2, 3, 2, bias=False), nn.GroupNorm(3, 3), nn.PReLU(init=0.1), nn.AdaptiveAvgPool3d(1),
                nn.Flatten(), nn.Linear(3, 2))
    if name == "transposed":
        return (nn.Linear(3, 8), nn.Unflatten(1, (4, 2)), nn.ConvTranspose1d(4, 6, 3, groups=2), nn.Tanh(),
                nn.Flatten(), nn.ConvTranspose2d(6, 2, (2, 1), bias=False), nn.Flatten(), nn.ConvTranspose3d(2, 3, 2))
    if name == "big-convolution":
        return (nn.Conv2d(6, 16, 5, groups=2), nn.Tanh(), nn.Conv2d(16, 8, 3, bias=False), nn.Flatten(),
                nn.Linear(32, 3))
    if name == "fourier-few":
        return (Frequencies(torch.randn(3, 1)), nn.Linear(6, 2), Frequencies(torch.randn(5, 2)), nn.Linear(10, 1),
                Frequencies(torch.randn(1, 1) * 0.5), nn.Linear(2, 1), Frequencies(torch.randn(15, 1) * 2.5))
    if name == "fourier-many":
        return (Frequencies(torch.randn(8, 2)), nn.Linear(16, 2), Frequencies(torch.randn(9, 2) * 10.0),
                nn.Linear(18, 1), Frequencies(torch.randn(1, 1)), nn.Linear(2, 2))
    return None


class Frequencies(nn.Module):
    def __init__(self, frequencies):
        super().__init__()
        self.register_buffer("frequencies", frequencies)


def check_drawn_like_sequential(seed, name, dtype, state):
    torch.manual_seed(seed)
    modules = written_out(name)
    if modules is None:
        return
    real = nn.Sequential(*modules)
    if dtype == "float64":
        real = real.double()
    real = real.state_dict()
    assert list(real) == list(state) and all(torch.equal(real[key], state[key]) for key in real)
