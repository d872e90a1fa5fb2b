"""Short names for specs and requests, for the cases."""

import torch

from goldens_answers import case, check_dtypes_agree
from goldens_networks import DTYPES


def linear(size, **options):
    return {"type": "linear", "outFeatures": size, **options}


def plain(kind, **options):
    return {"type": kind, **options}


def conv(axes, channels, kernel, **options):
    return {"type": f"conv{axes}d", "outChannels": channels, "kernelSize": kernel, **options}


def transposed(axes, channels, kernel, **options):
    return {"type": f"convTranspose{axes}d", "outChannels": channels, "kernelSize": kernel, **options}


def residual(*layers, shortcut=None):
    return {"type": "residual", "layers": list(layers), **({} if shortcut is None else {"shortcut": shortcut})}


def branches(combine, *layers, **options):
    return {"type": "branches", "combine": combine, "layers": [list(branch) for branch in layers], **options}


def make_request(dtype, shape, layers, seed, samples=6, parameters=None, batch_norm=None, dropout=None, spread=1.0):
    network = {"inputShape": shape, "layers": layers, "dtype": dtype, "seed": seed}
    if parameters:
        network["parameters"] = parameters
    request = {"network": network, "inputs": random_inputs(samples, shape, 1000 + seed, spread)}
    request["batchNorm"] = batch_norm or {"mode": "train"}
    if dropout is not None:
        request["dropout"] = {"seed": dropout}
    return request


def random_inputs(samples, shape, seed, spread=1.0):
    drawn = torch.randn(samples, *shape, generator=torch.Generator().manual_seed(seed))
    return (spread * drawn).tolist()


def both_dtypes(name, make, **options):
    cases = [case(f"{name}/{dtype}", make(dtype), **options) for dtype in DTYPES]
    check_dtypes_agree(*cases)
    return cases


def trained_parameters(channels, names, affine=True, tracked=True):
    """Running statistics as after some training, and an affine map that is not the identity."""
    drawn = torch.Generator().manual_seed(123)
    parameters = {}
    for count, name in zip(channels, names):
        if affine:
            parameters[f"{name}.weight"] = (1 + 0.3 * torch.randn(count, generator=drawn)).tolist()
            parameters[f"{name}.bias"] = (0.3 * torch.randn(count, generator=drawn)).tolist()
        if tracked:
            parameters[f"{name}.running_mean"] = (0.4 * torch.randn(count, generator=drawn)).tolist()
            parameters[f"{name}.running_var"] = (0.3 + torch.rand(count, generator=drawn)).tolist()
            parameters[f"{name}.num_batches_tracked"] = 4
    return parameters
