#!/usr/bin/env python3
"""Takes a PyTorch network to the gradient service, with its parameters and running statistics.

    spec_of(net, input_shape)               the network as the service describes it; says which layer it cannot express
    store(net, input_shape, name, url)      stores spec and state_dict, and points the name to them
    check(net, inputs, name, url)           compares outputs and a vector-Jacobian product, in modes train and eval

A network is an nn.Sequential. Residual blocks are the small class Residual below, and compositions of both: a sequence
within a sequence must be written out, since PyTorch's names of parameters say where they stand. Needed are torch, numpy
and requests:

    dotnet run --project GradService.Api        (in another terminal)
    python3 examples/from_torch.py

Afterwards the network is a model of UM-Bridge and a Tesseract as well; docs/protocols.md says how to ask them.
"""

import argparse
import copy
import json
import struct

import numpy as np
import requests
import torch
from torch import nn


class Residual(nn.Module):
    """shortcut(x) + layers(x); without a shortcut x + layers(x)."""

    def __init__(self, layers, shortcut=None):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return (x if self.shortcut is None else self.shortcut(x)) + self.layers(x)


def spec_of(net, input_shape):
    """The spec of an nn.Sequential for samples of a shape. ValueError names the layer that cannot be expressed, and why."""
    dtypes = {str(p.dtype).split(".")[1] for p in net.parameters()} or {"float32"}
    if len(dtypes) > 1 or not dtypes <= {"float32", "float64"}:
        raise ValueError(f"the parameters are of {sorted(dtypes)}: the service has float32 or float64, one for all")
    (dtype,) = dtypes
    layers = []
    with torch.no_grad():
        x = torch.zeros(2, *input_shape, dtype=getattr(torch, dtype))
        _append(layers, copy.deepcopy(net).eval(), x, "")
    return {"inputShape": list(input_shape), "layers": layers, "dtype": dtype}


def _append(layers, sequence, x, prefix):
    """Appends the layers of a sequence that a batch passes; the batch that leaves it."""
    if type(sequence) is not nn.Sequential:
        raise ValueError(f"{prefix or 'the network'} is a {type(sequence).__name__}, not an nn.Sequential")
    for name, layer in sequence.named_children():
        where = prefix + name
        if name != str(len(layers)):
            raise ValueError(f"layer {where}: the layers of a sequence are numbered, not named")
        if type(layer) is Residual:
            block = {"type": "residual", "layers": []}
            _append(block["layers"], layer.layers, x, where + ".layers.")
            if layer.shortcut is not None:
                block["shortcut"] = []
                _append(block["shortcut"], layer.shortcut, x, where + ".shortcut.")
            layers.append(block)
        elif type(layer) in LAYERS:
            kind, fields, demands = LAYERS[type(layer)]
            for what, holds in demands(layer, x).items():
                if not holds:
                    raise ValueError(f"layer {where}, {layer}: the service has it only with {what}")
            layers.append({"type": kind, **fields(layer, x)})
        else:
            raise ValueError(f"layer {where}, {' '.join(str(layer).split())}: the service has no such layer" + (
                "; write the sequence out" if isinstance(layer, nn.Sequential) else ""))
        x = layer(x)
    return x


def _nothing(layer, x):
    return {}


def _spatial(size):
    return list(size) if isinstance(size, (tuple, list)) else size


def _convolution(layer, x):
    padding = {"same": "same", "valid": 0}[layer.padding] if isinstance(layer.padding, str) else _spatial(layer.padding)
    return {"outChannels": layer.out_channels, "kernelSize": _spatial(layer.kernel_size), "stride": _spatial(layer.stride), "padding": padding,
            "dilation": _spatial(layer.dilation), "groups": layer.groups, "bias": layer.bias is not None}


def _pool(layer, x):
    return {"kernelSize": _spatial(layer.kernel_size), "stride": _spatial(layer.stride), "padding": _spatial(layer.padding)}


def _adaptive(layer, x):
    size = layer.output_size if isinstance(layer.output_size, (tuple, list)) else (layer.output_size,) * (x.dim() - 2)
    return {"outputSize": [same if wanted is None else wanted for wanted, same in zip(size, x.shape[2:])]}


def _batch_norm(layer, x):
    return {"affine": layer.affine, "eps": layer.eps, "momentum": layer.momentum, "trackRunningStats": layer.track_running_stats}


def _whole_windows(layer, x):
    return {"ceil_mode=False": not layer.ceil_mode, "dilation=1": np.all(np.array(getattr(layer, "dilation", 1)) == 1),
            "return_indices=False": not getattr(layer, "return_indices", False), "count_include_pad=True": getattr(layer, "count_include_pad", True),
            "divisor_override=None": getattr(layer, "divisor_override", None) is None}


# PyTorch's class: the service's type, its fields, and what must hold for the two to be the same.
LAYERS = {
    nn.Linear: ("linear", lambda l, x: {"outFeatures": l.out_features, "bias": l.bias is not None}, _nothing),
    nn.LayerNorm: ("layerNorm", lambda l, x: {"affine": l.elementwise_affine, "eps": l.eps},
                   lambda l, x: {"normalized_shape equal to the whole sample's": tuple(l.normalized_shape) == tuple(x.shape[1:])}),
    nn.GroupNorm: ("groupNorm", lambda l, x: {"groups": l.num_groups, "affine": l.affine, "eps": l.eps}, _nothing),
    nn.Dropout: ("dropout", lambda l, x: {"p": l.p}, _nothing),
    nn.Flatten: ("flatten", _nothing, lambda l, x: {"start_dim=1 and end_dim=-1": (l.start_dim, l.end_dim) == (1, -1)}),
    nn.Tanh: ("tanh", _nothing, _nothing),
    nn.Sigmoid: ("sigmoid", _nothing, _nothing),
    nn.ReLU: ("relu", _nothing, _nothing),
    nn.LeakyReLU: ("leakyRelu", lambda l, x: {"negativeSlope": l.negative_slope}, _nothing),
    nn.ELU: ("elu", lambda l, x: {"alpha": l.alpha}, _nothing),
    nn.SELU: ("selu", _nothing, _nothing),
    nn.GELU: ("gelu", lambda l, x: {"approximate": l.approximate}, _nothing),
    nn.SiLU: ("silu", _nothing, _nothing),
    nn.Mish: ("mish", _nothing, _nothing),
    nn.Softplus: ("softplus", lambda l, x: {"beta": l.beta, "threshold": l.threshold}, _nothing),
    nn.Identity: ("identity", _nothing, _nothing),
    nn.PReLU: ("prelu", _nothing, lambda l, x: {"num_parameters=1": l.num_parameters == 1}),
    nn.Softmax: ("softmax", lambda l, x: {"dim": l.dim - 1 if l.dim > 0 else l.dim},
                 lambda l, x: {"a dim of the sample": l.dim is not None and (0 < l.dim < x.dim() or -x.dim() < l.dim < 0)}),
}
for axes in (1, 2, 3):
    LAYERS |= {
        getattr(nn, f"Conv{axes}d"): (f"conv{axes}d", _convolution, lambda l, x: {"padding_mode='zeros'": l.padding_mode == "zeros"}),
        getattr(nn, f"BatchNorm{axes}d"): ("batchNorm", _batch_norm, _nothing),
        getattr(nn, f"InstanceNorm{axes}d"): ("instanceNorm", lambda l, x: {"affine": l.affine, "eps": l.eps},
                                              lambda l, x: {"track_running_stats=False": not l.track_running_stats}),
        getattr(nn, f"MaxPool{axes}d"): (f"maxPool{axes}d", _pool, _whole_windows),
        getattr(nn, f"AvgPool{axes}d"): (f"avgPool{axes}d", _pool, _whole_windows),
        getattr(nn, f"AdaptiveAvgPool{axes}d"): (f"adaptiveAvgPool{axes}d", _adaptive, _nothing),
    }


def safetensors(state):
    """A state_dict as a safetensors file: the length of a header, the header in JSON, and the numbers one after another."""
    header, body = {}, b""
    for name, tensor in state.items():
        numbers = tensor.detach().cpu().contiguous().numpy()
        kind = {"float32": "F32", "float64": "F64", "int64": "I64"}[numbers.dtype.name]
        header[name] = {"dtype": kind, "shape": list(numbers.shape), "data_offsets": [len(body), len(body) + numbers.nbytes]}
        body += numbers.tobytes()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + body


def store(net, input_shape, name, url="http://127.0.0.1:5080"):
    """Stores the network with all its numbers and points the name to it; the network's id."""
    parts = {"network": (None, json.dumps(spec_of(net, input_shape)), "application/json")}
    if net.state_dict():
        parts["parameters"] = ("parameters.safetensors", safetensors(net.state_dict()), "application/octet-stream")
    network = _answer(requests.post(url + "/v1/networks", files=parts))["id"]
    _answer(requests.put(f"{url}/v1/names/{name}", json={"id": network}))
    return network


def check(net, inputs, name, url="http://127.0.0.1:5080"):
    """The largest difference between PyTorch and the service, outputs and cotangent·Jacobian, modes train and eval, relative to the largest entry."""
    worst = 0.0
    for mode in ("train", "eval"):
        x = inputs.clone().requires_grad_()
        ours = copy.deepcopy(net).train(mode == "train")
        for layer in ours.modules():
            if isinstance(layer, nn.Dropout):
                layer.eval()  # as the service has it, so that answers can be repeated
        outputs = ours(x)
        cotangent = torch.linspace(-1, 1, outputs.numel(), dtype=x.dtype).view(len(x), -1)
        (gradient,) = torch.autograd.grad(outputs, x, cotangent.view_as(outputs))
        theirs = _answer(requests.post(url + "/v1/gradients", json={
            "network": {"name": name}, "inputs": inputs.tolist(), "batchNorm": {"mode": mode}, "gradient": {"kind": "vjp", "cotangent": cotangent.tolist()}}))
        for mine, answered in ((outputs, theirs["outputs"]), (gradient, theirs["gradients"])):
            mine = mine.detach().numpy()
            worst = max(worst, np.abs(mine - np.array(answered)).max() / max(1e-3, np.abs(mine).max()))
    return worst


def _answer(response):
    if not response.ok:
        raise SystemExit(f"{response.status_code}: {response.json()['detail']}")
    return response.json()


def main():
    parser = argparse.ArgumentParser(description="Stores a small residual network with BatchNorm and checks the service against PyTorch.")
    parser.add_argument("--url", default="http://127.0.0.1:5080", help="where the service listens")
    parser.add_argument("--name", default="from-torch", help="the name to store the network under")
    arguments = parser.parse_args()

    torch.manual_seed(7)
    block = Residual(nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.SiLU()))
    net = nn.Sequential(nn.Linear(2, 8), nn.BatchNorm1d(8), nn.Tanh(), block, nn.Linear(8, 1)).double()
    for _ in range(20):
        net(torch.randn(32, 2, dtype=torch.float64))  # so that the running statistics are not the first ones

    store(net, [2], arguments.name, arguments.url)
    difference = check(net, torch.randn(5, 2, dtype=torch.float64), arguments.name, arguments.url)
    if difference > 1e-9:
        raise SystemExit(f"outputs or gradients are off PyTorch's by {difference:.0e}")
    print(f"stored as {arguments.name}: outputs and gradients are PyTorch's")


if __name__ == "__main__":
    main()
