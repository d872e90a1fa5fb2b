#!/usr/bin/env python3
"""Takes a PyTorch network to the gradient service, with its parameters and running statistics.

    spec_of(net, input_shape)               the network as the service describes it; ValueError says what it cannot express, and in which line
    parameters_of(net, input_shape)         its numbers, by the service's names: {"4.layers.0.weight": tensor, …}
    names_of(net, input_shape)              PyTorch's name of each number: the service's
    store(net, input_shape, name, url)      stores spec and numbers, and points the name to them
    check(net, inputs, name, url)           compares outputs and a vector-Jacobian product, in modes train and eval

The network may be any module: its forward is run on samples of zeros and noise, and what is done to them is written down,
as torch.fx does it. It takes one tensor, samples first, and gives one. Needed are torch, numpy and requests:

    dotnet run --project GradService.Api        (in another terminal)
    python3 examples/from_torch.py

docs/layers.md says what becomes of each module of torch.nn. Afterwards the network is a model of UM-Bridge and a Tesseract as
well; docs/protocols.md says how to ask them.
"""

import argparse
import base64
import collections
import contextlib
import inspect
import io
import itertools
import json
import linecache
import math
import os
import struct
import sys
import tempfile
import traceback
import typing
import unittest.mock
import warnings
import weakref

import numpy as np
import requests
import torch
import torch.nn.functional as F
from torch import nn

# ---- What this file is for -------------------------------------------------------------------------------------------


def spec_of(net, input_shape):
    """The spec of a module for samples of a shape. ValueError names what cannot be expressed, where it stands, and what to write instead."""
    return _converted(net, input_shape).spec


def parameters_of(net, input_shape):
    """The numbers of the spec, by the service's names."""
    return _converted(net, input_shape).tensors


def names_of(net, input_shape):
    """PyTorch's names in state_dict, each with the service's. Numbers that are computed (weight_norm's weight) have none of PyTorch's."""
    return _converted(net, input_shape).names


def store(net, input_shape, name, url="http://127.0.0.1:5080"):
    """Stores the network with all its numbers and points the name to it; the network's id."""
    spec, tensors, names = _converted(net, input_shape)
    boundary = "numbers-of-a-network"
    with tempfile.TemporaryFile() as body:
        part = lambda head: body.write(f'--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n'.encode())
        part('name="network"\r\nContent-Type: application/json')
        body.write(json.dumps(spec).encode() + b"\r\n")
        if len(names) == len(tensors):  # all of them have names of PyTorch's: the file is that of a state_dict
            tensors = {name: tensors[ours] for name, ours in names.items()}
            part('name="names"\r\nContent-Type: application/json')
            body.write(json.dumps(names).encode() + b"\r\n")
        if tensors:
            part('name="parameters"; filename="parameters.safetensors"\r\nContent-Type: application/octet-stream')
            _write_safetensors(tensors, body)
            body.write(b"\r\n")
        body.write(f"--{boundary}--\r\n".encode())
        body.seek(0)
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        network = _answer(requests.post(url + "/v1/networks", data=body, headers=headers))["id"]
    _answer(requests.put(f"{url}/v1/names/{name}", json={"id": network}))
    return network


def check(net, inputs, name, url="http://127.0.0.1:5080"):
    """The largest difference between PyTorch and the service, outputs and cotangent·Jacobian, modes train and eval, relative to the largest entry."""
    worst = 0.0
    for mode in ("train", "eval"):
        x = inputs.clone().requires_grad_()
        norms = nn.modules.batchnorm._BatchNorm
        off = {name: lambda x, *args, **kwargs: x for name in ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout") if hasattr(F, name)}
        batch = lambda module: mode == "train" and (isinstance(module, norms) or not _is_torchs(module))
        with _in_mode(net, batch), unittest.mock.patch.multiple(F, **off):
            outputs = net(x.clone())  # which the net may change in place; without dropout, as the service has it, so that answers can be repeated
            cotangent = torch.linspace(-1, 1, outputs.numel(), dtype=x.dtype).view(len(x), -1)
            (gradient,) = torch.autograd.grad(outputs, x, cotangent.view_as(outputs))
        theirs = _answer(requests.post(url + "/v1/gradients", json={
            "network": {"name": name}, "inputs": _array(inputs), "batchNorm": {"mode": mode}, "gradient": {"kind": "vjp", "cotangent": _array(cotangent)},
            "encoding": "base64"}))
        for mine, answered in ((outputs, theirs["outputs"]), (gradient, theirs["gradients"])):
            mine, answered = mine.detach().numpy(), np.frombuffer(base64.b64decode(answered["base64"]), answered["dtype"])
            worst = max(worst, np.abs(mine.reshape(-1) - answered).max() / max(1e-3, np.abs(mine).max()))
    return worst


def safetensors(state):
    """A state_dict as a safetensors file: the length of a header, the header in JSON, and the numbers one after another."""
    file = io.BytesIO()
    _write_safetensors(state, file)
    return file.getvalue()


def _write_safetensors(state, file):
    """One tensor after another, so that none but the one being written is there twice."""
    kinds = {torch.float32: "F32", torch.float64: "F64", torch.int64: "I64"}
    header, end = {}, 0
    for name, tensor in state.items():
        start, end = end, end + tensor.numel() * tensor.element_size()
        header[name] = {"dtype": kinds[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for tensor in state.values():
        file.write(tensor.detach().cpu().contiguous().numpy().reshape(-1).data)


def _array(tensor):
    numbers = tensor.detach().cpu().contiguous().numpy()
    return {"shape": list(numbers.shape), "dtype": numbers.dtype.name, "base64": base64.b64encode(numbers).decode()}


def _answer(response):
    if not response.ok:
        raise SystemExit(f"{response.status_code}: {response.json()['detail']}")
    return response.json()


# ---- A network as spec and numbers -----------------------------------------------------------------------------------


class Converted(typing.NamedTuple):
    spec: dict
    tensors: dict  # the service's name: tensor
    names: dict  # PyTorch's name: the service's


class Layer(typing.NamedTuple):
    spec: dict
    tensors: dict  # the name within the layer ("weight"): tensor


class Branches(typing.NamedTuple):
    lists: list  # of lists of Layer and Branches
    combine: str
    axis: int
    equal: bool  # whether all results have one shape


class Value:
    """What a tensor of the forward pass is: the input; a layer of another value; or several values added, multiplied or side by side."""

    def __init__(self, shape, of=(), layer=None, combine=None, axis=0):
        self.shape = tuple(shape) or (1,)  # of a sample; the service has no samples without axes
        self.of, self.layer, self.combine, self.axis = tuple(of), layer, combine, axis
        self.mean_of = self.plus = None  # (value, axes, factor) of a mean or sum, (value, number) of an addition: what a root is seen by


def _converted(net, input_shape):
    for name, module in net.named_modules():
        if isinstance(module, torch.jit.ScriptModule):
            raise Inexpressible(f"{f'layer {name}' if name else 'the network'} is compiled by torch.jit. Instead: the nn.Module that it was made from")
    if any(isinstance(p, nn.parameter.UninitializedTensorMixin) for p in itertools.chain(net.parameters(), net.buffers())):
        raise Inexpressible("a lazy layer does not know its sizes yet. Instead: run the network once before")
    dtypes = {str(p.dtype).split(".")[1] for p in itertools.chain(net.parameters(), net.buffers()) if p.is_floating_point()} or {"float32"}
    if len(dtypes) > 1 or not dtypes <= {"float32", "float64"}:
        raise ValueError(f"the parameters are of {sorted(dtypes)}: the service has float32 or float64, one for all")
    (dtype,) = dtypes

    # Twice, with other numbers of samples, other inputs and in another mode: a network is what does not depend on these.
    first, second = (_run(net, input_shape, dtype, samples, training) for samples, training in ((2, True), (3, False)))
    if not _same(first, second):
        first = _run(net, input_shape, dtype, 2, False)
        if not _same(first, second):
            raise Inexpressible("the forward does other things with other samples, or with another number of them, or at random. Instead: the same for "
                                "all; F.dropout for what is random, buffers for what was drawn once")
        warnings.warn("the forward does other things in mode train than in mode eval; what it does in eval is taken", stacklevel=3)
    layers, tensors = first
    tensors = {name: tensor.to(getattr(torch, dtype)) if tensor.is_floating_point() else tensor for name, tensor in tensors.items()}
    placed = {}
    for ours, tensor in tensors.items():
        if (first := placed.setdefault(id(tensor), ours)) != ours:
            name = next((name for name, other in net.state_dict(keep_vars=True).items() if other is tensor), "a tensor")
            raise Inexpressible(f"{name} is needed at two places, {first} and {ours}, and the service has the numbers of each place for itself: training would "
                                "move them apart. Instead: a parameter of its own for each")
    taken, names = {id(tensor): name for name, tensor in reversed(net.state_dict(keep_vars=True).items())}, {}
    for ours, tensor in tensors.items():
        if id(tensor) in taken:
            names[taken[id(tensor)]] = ours
    return Converted({"inputShape": list(input_shape), "layers": layers, "dtype": dtype}, tensors, names)


def _same(one, other):
    return one is not None and other is not None and one[0] == other[0] and one[1].keys() == other[1].keys() and all(
        a is b or torch.equal(a, b) for a, b in zip(one[1].values(), other[1].values()))


def _run(net, input_shape, dtype, samples, training):
    """The layers that a run of the forward comes to, and their numbers; None where it comes to none in mode train."""
    generator = torch.Generator().manual_seed(samples)
    with torch.no_grad(), _in_mode(net, lambda module: training and not _is_torchs(module), samples):
        run = Run(net, samples, dtype)
        x = torch.randn(samples, *input_shape, generator=generator, dtype=getattr(torch, dtype))
        x = run.wrap(x.to(next(itertools.chain(net.parameters(), net.buffers()), x).device), source := Value(input_shape))
        try:
            items = _sequence(_joined(run.outputs(x), source), source)
        except Inexpressible:
            if training:
                return None
            raise
    factors = collections.Counter(layer.tensors["weight"].data_ptr() for layer in _learned_factors(items))
    for layer in _learned_factors(items):
        if factors[layer.tensors["weight"].data_ptr()] > 1:  # one number at several places: only fixed it stays one
            layer.spec["learnable"] = False
            layer.tensors.clear()
    tensors = {}
    return _written(items or [Layer({"type": "identity"}, {})], "", tensors), tensors


def _learned_factors(items):
    for item in items:
        if isinstance(item, Branches):
            yield from _learned_factors(itertools.chain.from_iterable(item.lists))
        elif item.spec["type"] == "scale" and item.tensors:
            yield item


def _written(items, prefix, tensors):
    """A list of layers as the spec has it; puts their numbers under the service's names."""
    written = []
    for index, item in enumerate(items):
        name = f"{prefix}{index}"
        if isinstance(item, Layer):
            written.append(item.spec)
            tensors |= {f"{name}.{field}": tensor for field, tensor in item.tensors.items() if tensor is not None}
        elif item.combine == "add" and item.equal and len(item.lists) == 2 and any(item.lists):
            shortcut, layers = sorted(item.lists, key=_size)
            written.append({"type": "residual", "layers": _written(layers, f"{name}.layers.", tensors)}
                           | ({"shortcut": _written(shortcut, f"{name}.shortcut.", tensors)} if shortcut else {}))
        else:
            lists = [_written(layers, f"{name}.branches.{branch}.", tensors) for branch, layers in enumerate(item.lists)]
            written.append({"type": "branches", "layers": lists, "combine": item.combine} | ({"axis": item.axis} if item.axis else {}))
    return written


def _size(items):
    return sum(1 if isinstance(item, Layer) else 1 + sum(map(_size, item.lists)) for item in items)


@contextlib.contextmanager
def _in_mode(net, training, seed=0):
    """The module with each of its modules in the mode that is told for it; modes, buffers and random numbers are as they were afterwards."""
    modes, buffers = [(module, module.training) for module in net.modules()], [(buffer, buffer.clone()) for buffer in net.buffers()]
    held = [(module._buffers, dict(module._buffers)) for module, _ in modes]
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            for module, _ in modes:
                module.training = training(module)
            yield
    finally:
        for module, mode in modes:
            module.training = mode
        for now, before in held:
            now.update(before)
        with torch.no_grad():
            for buffer, before in buffers:
                buffer.copy_(before)


# ---- A run of the forward --------------------------------------------------------------------------------------------


class Inexpressible(ValueError):
    """What the service cannot express, where it stands, and what to write instead."""


class Scattered(Inexpressible):
    """Elements of a value in an order that has not the samples on its first axis; another reordering may bring them back."""

    def __init__(self, what, value, places):
        super().__init__(what)
        self.value, self.places = value, places


class Root(Inexpressible):
    """A number times the root of a value, or times 1 by it: no layer, but x by the root of the mean of x² is one."""

    def __init__(self, value, inverse=False, factor=1):
        super().__init__(_here() + "the service has no layer for this root" + ROOT)
        self.value, self.inverse, self.factor = value, inverse, factor


def refuse(what, instead=None):
    raise Inexpressible(_here() + what + (f". Instead: {instead}" if instead else ""))


def _here():
    return _line((frame.f_code.co_filename, frame.f_lineno) for frame in _frames(sys._getframe(1)))


def _frames(frame):
    while frame is not None and frame.f_code is not Run.forward.__code__:
        yield frame
        frame = frame.f_back


def _line(places):
    """The innermost line of the module's own code."""
    for file, number in places:
        if file != __file__ and not file.startswith((os.path.dirname(torch.__file__), os.path.dirname(unittest.mock.__file__), "<")):
            return f"{os.path.basename(file)}, line {number}, `{linecache.getline(file, number).strip()}`: "
    return ""


class Traced(torch.Tensor):
    """A tensor that depends on the input, and the value that it is."""

    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        run = next(tensor.run for tensor in _tensors((args, kwargs or {})) if isinstance(tensor, Traced))
        return run.call(function, args, kwargs or {})


def _tensors(of):
    if isinstance(of, torch.Tensor):
        yield of
    elif isinstance(of, (tuple, list, dict)):
        for each in of.values() if isinstance(of, dict) else of:
            yield from _tensors(each)


def _mapped(change, of):
    """Nested tuples, lists and dictionaries with their tensors changed."""
    if isinstance(of, torch.Tensor):
        return change(of)
    if isinstance(of, dict):
        return {key: _mapped(change, each) for key, each in of.items()}
    if isinstance(of, (tuple, list)) and not isinstance(of, torch.Size):
        return type(of)(*(_mapped(change, each) for each in of)) if hasattr(of, "_fields") else type(of)(_mapped(change, each) for each in of)
    return of


def _untraced(of):
    with torch._C.DisableTorchFunction():
        return _mapped(lambda tensor: tensor.as_subclass(torch.Tensor) if isinstance(tensor, Traced) else tensor, of)


def _storage(tensor):
    return getattr(tensor, "untyped_storage", tensor.storage)().data_ptr()


def _kind(module):
    """What becomes of a module's results; None where its forward is to be looked into."""
    for known in type(module).__mro__:
        if known in LAYERS:
            own = ("forward", "_conv_forward")
            return LAYERS[known] if all(getattr(type(module), each, None) is getattr(known, each, None) for each in own) else None
    return None


def _is_root(tensor):
    return isinstance(tensor, Traced) and isinstance(tensor.value, Root)


def _is_torchs(module):
    return type(module).__module__.split(".")[0] == "torch"


class Run:
    """One run of a forward, which writes down what the tensors that depend on the input are."""

    def __init__(self, net, samples, dtype):
        self.net, self.samples, self.dtype = net, samples, dtype
        self.names = {id(module): name for name, module in net.named_modules()}
        self.buffers = {id(buffer) for buffer in net.buffers()}
        self.called, self.alive = set(), []

    def forward(self, x):
        original, own = nn.Module.__call__, vars(torch.autograd.Function).get("apply")

        def apply(function, *args):
            if function.__module__.split(".")[0] != "torch" and any(isinstance(tensor, Traced) for tensor in _tensors(args)):
                refuse(f"{function.__name__} has derivatives of its own", "the same in PyTorch's functions")
            return own.__func__(function, *args) if own else super(torch.autograd.Function, function).apply(*args)

        def call(module, *args, **kwargs):
            if not any(isinstance(tensor, Traced) for tensor in _tensors((args, kwargs))):
                return original(module, *args, **kwargs)
            if kind := _kind(module):
                return self.layer(module, kind, args, kwargs, original)
            if reason := next((reason for known, reason in REASONS.items() if isinstance(module, known)), None):
                refuse(f"{self.told(module)}: the service has no such layer: {reason}")
            return original(module, *args, **kwargs)

        try:
            inspect.signature(self.net.forward).bind(x)
        except TypeError as error:
            raise Inexpressible(f"the forward takes other things than one tensor: {error}. Instead: a module that takes them side by side in one "
                                "tensor, and gives slices of it to this one") from None
        try:
            with unittest.mock.patch.object(nn.Module, "__call__", call), unittest.mock.patch.object(torch.autograd.Function, "apply", classmethod(apply)):
                return self.net(x)
        except Inexpressible:
            raise
        except Exception as error:
            places = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
            asks = ". Instead: the values alone; derivatives by the input are what the service is asked for" if "require grad" in str(error) else ""
            raise Inexpressible(f"{_line(reversed(places))}the forward fails for samples {list(x.shape[1:])}: {error}{asks}") from error

    def outputs(self, x):
        result = self.forward(x)
        if not isinstance(result, Traced):
            what = f"a {type(result).__name__}" if not isinstance(result, torch.Tensor) else "a tensor that does not depend on the input"
            raise Inexpressible(f"the forward gives {what}, and a network of the service gives one tensor. Instead: a module whose forward picks one")
        return self.value(result)

    def layer(self, module, kind, args, kwargs, original):
        """A call of a module of torch.nn."""
        args, kwargs = args or (kwargs.get("input"),), {name: each for name, each in kwargs.items() if name != "input"}
        told, plain = lambda: self.told(module), _untraced(args)
        if not isinstance(args[0], Traced) or any(isinstance(tensor, Traced) for tensor in _tensors((args[1:], kwargs))):
            refuse(f"{told()}: it is called with several tensors that depend on the input")
        if any(True for _ in itertools.chain(module.parameters(), module.buffers())):
            if id(module) in self.called:
                refuse(f"{told()}: it is called a second time, and the service has the numbers of a layer for one place", "a module of its own for each call")
            self.called.add(id(module))
        version, hooked = plain[0]._version, module._forward_hooks or module._forward_pre_hooks
        before = plain[0].clone() if hooked else None
        result = original(module, *plain, **kwargs)
        if hooked and not torch.equal(type(module).forward(module, before, *plain[1:], **kwargs), result):
            refuse(f"{told()}: a hook changes what it gives", "a forward that does what the hook does")
        try:
            self.check(result)
            value = kind(module, self.value(args[0]), _sample(result))
        except Inexpressible as error:
            raise Inexpressible(str(error) if isinstance(args[0].value, Inexpressible) else f"{told()}: {error}") from None
        return self.taken([args[0]], plain[:1], [version], result, value)

    def call(self, function, args, kwargs):
        """A call of a function or a method."""
        name = getattr(function, "__name__", str(function))
        name = (getattr(function.__self__, "__name__", name) if name == "__get__" else name).strip("_")
        plain, plain_kwargs = _untraced(args), _untraced(kwargs)
        given, bare = (list(_tensors(each)) for each in ((args, kwargs), (plain, plain_kwargs)))
        versions = [tensor._version for tensor in bare]
        with torch._C.DisableTorchFunction():
            result = function(*plain, **plain_kwargs)
        results = list(_tensors(result))
        if name in PASSIVE and not results or name in CONSTANTS:
            return result
        if not results and name != "setitem":
            refuse(f"what the forward does depends on the values of a tensor ({name}), and a network of the service does the same for all inputs",
                   "decide by shapes, or say both ways in layers (relu, clamp, a product with a sigmoid)")
        try:
            value = self.said(name, function, args, kwargs, plain, plain_kwargs, results)
        except Inexpressible as error:
            if name == "setitem":
                raise
            value = error  # for whoever needs the result
        return self.taken(given, bare, versions, result, value)

    def said(self, name, function, args, kwargs, plain, plain_kwargs, results):
        """What the result of a function is."""
        if name in MOVES and isinstance(args[0], Traced):
            return self.moved(function, args[0], plain[1:], plain_kwargs)
        known = lambda tensor: tensor.value if _is_root(tensor) and name in OF_ROOTS else self.value(tensor) if isinstance(tensor, Traced) else tensor
        values, named = _mapped(known, tuple(args)), _mapped(known, kwargs)
        if name not in FUNCTIONS:
            refuse(f"the service has no layer for {name}" + WHY.get(name, ". Instead: what docs/layers.md lists"))
        for each in results:
            self.check(each)
        try:
            return FUNCTIONS[name](results[0], *values, **named)
        except TypeError as error:
            refuse(f"of {name} the service has nothing with these arguments ({error})")

    def moved(self, function, tensor, args, kwargs):
        """What a function is that only picks elements: told by the places that it picks of the places themselves."""
        if isinstance(tensor.value, Scattered):
            value, places = tensor.value.value, tensor.value.places
        else:
            value = self.value(tensor)
            places = torch.arange(self.samples * _count(value.shape)).view(_untraced(tensor).shape)
        picked = function(places, *args, **kwargs)
        found = [self.gathered(value, each) for each in (picked if isinstance(picked, (tuple, list)) else [picked])]
        return found if isinstance(picked, (tuple, list)) else found[0]

    def gathered(self, value, places):
        apart = places.dim() and len(places) == self.samples and all(
            (sample == places[0] + number * _count(value.shape)).all() for number, sample in enumerate(places))
        return selected(value, places[0]) if apart else Scattered(_here() + MIXED, value, places)

    def check(self, result):
        if result.dim() < 1 or len(result) != self.samples:
            refuse(MIXED)

    def taken(self, given, bare, versions, result, value):
        """The result, with the values that its tensors are. What was changed in place is the result from now on."""
        for tensor, now, version in zip(given, bare, versions):
            if now._version != version:
                self.changed(tensor, now, value)
        if isinstance(result, torch.Tensor):
            return self.wrap(result, value)
        values = itertools.repeat(value) if isinstance(value, Inexpressible) else value
        return type(result)([self.wrap(tensor, each) for tensor, each in zip(result, values)])

    def changed(self, tensor, now, value):
        if not isinstance(tensor, Traced):
            if id(tensor) not in self.buffers:
                refuse("a tensor that does not depend on the input is changed in place to one that does")
            return
        self.alive = [each for each in self.alive if each() is not None]
        for other in (each() for each in self.alive):
            seen = _untraced(other)
            if _storage(seen) == _storage(now):
                alike = (seen.data_ptr(), seen.shape, seen.stride()) == (now.data_ptr(), now.shape, now.stride())
                other.value = value if alike else Inexpressible(
                    "a view of a tensor that was changed in place since. Instead: changes without _ and inplace=True")

    def wrap(self, tensor, value):
        if isinstance(value, Value):
            if str(tensor.dtype) != f"torch.{self.dtype}":
                refuse(f"this makes {tensor.dtype} of {self.dtype}: the service computes in one precision")
            if value.shape != _sample(tensor):
                refuse(MIXED)
        traced = tensor.as_subclass(Traced)
        traced.run, traced.value = self, value
        self.alive.append(weakref.ref(traced))
        return traced

    def value(self, tensor):
        if isinstance(tensor.value, Inexpressible):
            raise Inexpressible(str(tensor.value))
        return tensor.value

    def told(self, module):
        name = self.names.get(id(module))
        return ("a layer" if name is None else f"layer {name}" if name else "the network") + ", " + " ".join(str(module).split())


MIXED = ("the result mixes the samples, or has them not on its first axis, and a layer of the service sees each sample alone. "
         "Instead: x.flatten(1), x.view(len(x), …), dim=1 or later")


# ---- Modules of torch.nn: (module, value, shape of a sample of the result) → value -----------------------------------


def _plain(kind, **fields):
    """A layer that has the module's numbers, if any, under the service's names."""
    return lambda m, v, shape: then(v, kind, shape, **{ours: getattr(m, theirs) for ours, theirs in fields.items()})


def _ints(size):
    return [int(each) for each in size] if isinstance(size, (tuple, list)) else size


def _each(size, axes):
    return list(size) if isinstance(size, (tuple, list)) else [size] * axes


def _dim(dim, v):
    """An axis of the batch as an axis of a sample."""
    rank = len(v.shape) + 1
    if not -rank <= dim < rank or dim % rank == 0:
        refuse("it goes along the samples, which are alone in the service", "name one of the axes after the first")
    return dim % rank - 1


def _soft(kind):
    def soft(m, v, shape):
        dim = m.dim if m.dim is not None else 0 if len(v.shape) in (0, 2) else 1  # as PyTorch guesses it
        return then(v, kind, dim=_dim(dim, v))
    return soft


def _linear(v, weight, bias):
    return then(v, "linear", v.shape[:-1] + weight.shape[:1], {"weight": weight, "bias": bias}, outFeatures=weight.shape[0], bias=bias is not None)


def _convolution(v, shape, weight, bias, stride, padding, dilation, groups):
    padding = {"same": "same", "valid": 0}[padding] if isinstance(padding, str) else _ints(padding)
    return then(v, f"conv{len(shape) - 1}d", shape, {"weight": weight, "bias": bias}, outChannels=weight.shape[0], kernelSize=list(weight.shape[2:]),
                stride=_ints(stride), padding=padding, dilation=_ints(dilation), groups=groups, bias=bias is not None)


def _conv(m, v, shape):
    padding = m.padding
    if m.padding_mode != "zeros":
        v, padding = _padded(v, m._reversed_padding_repeated_twice, m.padding_mode), 0
    return _convolution(v, shape, m.weight, m.bias, m.stride, padding, m.dilation, m.groups)


def _transposed(v, shape, weight, bias, stride, padding, dilation, groups):
    axes, kernel = len(shape) - 1, weight.shape[2:]
    stride, padding, dilation = _each(stride, axes), _each(padding, axes), _each(dilation, axes)
    least = [(v.shape[1 + i] - 1) * stride[i] - 2 * padding[i] + dilation[i] * (kernel[i] - 1) + 1 for i in range(axes)]
    return then(v, f"convTranspose{axes}d", shape, {"weight": weight, "bias": bias}, outChannels=weight.shape[1] * groups, kernelSize=list(kernel),
                stride=stride, padding=padding, outputPadding=[shape[1 + i] - least[i] for i in range(axes)], dilation=dilation, groups=groups,
                bias=bias is not None)


def _padded(v, padding, mode="constant", fill=0):
    padding = _ints(padding)
    if len(padding) > 2 * len(v.shape):
        refuse("it pads the samples' own axis", "pad the axes after it")
    pairs = list(zip(padding[::2], padding[1::2])) + [(0, 0)] * (len(v.shape) - len(padding) // 2)
    shape = [size + before + after for size, (before, after) in zip(v.shape, reversed(pairs))]
    fields = {} if mode == "constant" else {"mode": mode}
    if fill:
        return affine(then(affine(v, 1, -fill, ()), "pad", shape, padding=padding), 1, fill, ())
    return then(v, "pad", shape, padding=padding, **fields)


def _pad_module(mode):
    return lambda m, v, shape: _padded(v, _each(m.padding, 2 * (len(v.shape) - 1)), mode, getattr(m, "value", 0))


def _beyond(m, v, shape, padding):
    """How many positions after the last one the windows of ceil_mode reach, in the order of pad."""
    axes = len(shape) - 1
    kernel, stride = _each(m.kernel_size, axes), _each(m.stride or m.kernel_size, axes)
    more = [max(0, (shape[1 + i] - 1) * stride[i] + kernel[i] - v.shape[1 + i] - 2 * padding[i]) for i in range(axes)]
    return [each for i in reversed(range(axes)) for each in (0, more[i])]


def _max_pool(m, v, shape):
    axes = len(shape) - 1
    if m.return_indices or any(each != 1 for each in _each(m.dilation, axes)):
        refuse("the service has it only with return_indices=False" if m.return_indices else "the service has it only with dilation=1")
    padding = _each(m.padding, axes)
    beyond = _beyond(m, v, shape, padding)
    if any(beyond):
        v = _padded(v, beyond, "replicate")  # once more the last one, which is under the same window
    return then(v, f"maxPool{axes}d", shape, kernelSize=_ints(m.kernel_size), stride=_ints(m.stride), padding=_ints(m.padding))


def _avg_pool(m, v, shape):
    axes = len(shape) - 1
    padding = _each(m.padding, axes)
    beyond = _beyond(m, v, shape, padding)
    padded = _padded(v, beyond) if any(beyond) else v
    made = then(padded, f"avgPool{axes}d", shape, kernelSize=_ints(m.kernel_size), stride=_ints(m.stride), padding=_ints(m.padding))

    # The windows are means of all their places; PyTorch's may count fewer, at the ends, or divide by another number.
    ones, pool = torch.ones(1, 1, *v.shape[1:], dtype=torch.float64), getattr(F, f"avg_pool{axes}d")
    factor = (type(m).forward(m, ones) / pool(F.pad(ones, beyond), m.kernel_size, m.stride, m.padding))[0, 0]
    if (factor == factor.flatten()[0]).all():
        return scale(made, factor.flatten()[0].item())
    return affine(made, factor, None, range(1, axes + 1))


def _adaptive(kind):
    def pool(m, v, shape):
        if getattr(m, "return_indices", False):
            refuse("the service has it only with return_indices=False")
        return then(v, f"{kind}{len(shape) - 1}d", shape, outputSize=list(shape[1:]))
    return pool


def _upsample(m, v, shape):
    whole = all(new % old == 0 for new, old in zip(shape[1:], v.shape[1:]))
    if m.mode == "area":
        return _adaptive("adaptiveAvgPool")(m, v, shape)
    if m.mode not in ("nearest", "linear", "bilinear", "trilinear", "bicubic") and not (m.mode == "nearest-exact" and whole):
        refuse(f"the service has no mode {m.mode}", "use mode nearest, linear, bilinear, trilinear or bicubic")
    fixed = m.size is not None or getattr(m, "recompute_scale_factor", None) or m.mode == "nearest-exact"
    fields = {"size": list(shape[1:])} if fixed else {"scaleFactor": m.scale_factor if isinstance(m.scale_factor, float) else list(m.scale_factor)}
    fields |= {"mode": m.mode} if m.mode not in ("nearest", "nearest-exact") else {}
    return then(v, "upsample", shape, **fields, **({"alignCorners": True} if m.align_corners else {}))


def _batch_norm(v, mean, variance, counted, weight, bias, momentum, eps):
    affine_tensors = _weight_and_bias(weight, bias, v.shape[:1])
    running = {"running_mean": mean, "running_var": variance, "num_batches_tracked": counted}
    return then(v, "batchNorm", None, affine_tensors | running, affine=bool(affine_tensors), eps=eps, momentum=momentum, trackRunningStats=mean is not None)


def _weight_and_bias(weight, bias, shape):
    """Both where one of them is there."""
    if weight is None and bias is None:
        return {}
    return {"weight": torch.ones(shape) if weight is None else weight, "bias": torch.zeros(shape) if bias is None else bias}


def _group_norm(v, groups, weight, bias, eps):
    tensors = _weight_and_bias(weight, bias, v.shape[:1])
    return then(v, "groupNorm", None, tensors, groups=groups, affine=bool(tensors), eps=eps)


def _instance_norm(v, tracked, weight, bias, eps):
    if tracked:
        refuse("the service has it only with track_running_stats=False")
    tensors = _weight_and_bias(weight, bias, v.shape[:1])
    return then(v, "instanceNorm", None, tensors, affine=bool(tensors), eps=eps)


def _layer_norm(v, normalized, weight, bias, eps):
    normalized = tuple(normalized) if isinstance(normalized, (tuple, list, torch.Size)) else (normalized,)
    tensors = _weight_and_bias(weight, bias, normalized)
    if len(normalized) == len(v.shape):
        return then(v, "layerNorm", None, tensors, affine=bool(tensors), eps=eps)
    rows = then(_rows(v, normalized), "instanceNorm", affine=False, eps=eps)
    return _times_trailing(reshape(rows, v.shape), tensors.get("weight"), tensors.get("bias"), len(normalized))


def _rms_norm(v, normalized, weight, eps):
    normalized = tuple(normalized) if isinstance(normalized, (tuple, list, torch.Size)) else (normalized,)
    if len(normalized) == len(v.shape):
        return then(v, "rmsNorm", None, {"weight": weight}, affine=weight is not None, eps=eps)
    eps = torch.finfo(weight.dtype if weight is not None else torch.get_default_dtype()).eps if eps is None else eps
    return _times_trailing(_normalized(v, range(len(v.shape) - len(normalized), len(v.shape)), eps), weight, None, len(normalized))


def _rows(v, normalized):
    if len(normalized) > len(v.shape):
        refuse("it normalizes along the samples, which are alone in the service")
    return reshape(v, (_count(v.shape[:-len(normalized)]), _count(normalized)))


def _times_trailing(v, weight, bias, count):
    return v if weight is None else affine(v, weight, bias, range(len(v.shape) - count, len(v.shape)))


def _prelu(v, weight):
    fields = {"count": weight.numel()} if weight.numel() > 1 else {}
    return then(v, "prelu", None, {"weight": weight}, **fields)


def _threshold(m, v, shape):
    if m.threshold != m.value:
        refuse("it jumps: the service has it only with value equal to threshold", "nn.ReLU or nn.Hardtanh")
    return then(v, "relu") if m.threshold == 0 else affine(then(affine(v, 1, -m.threshold, ()), "relu"), 1, m.threshold, ())


def _reshaped(m, v, shape):
    return then(v, "flatten", shape) if len(shape) == 1 else then(v, "unflatten", shape, shape=list(shape))


def _dropout(m, v, shape):
    return then(v, "dropout", p=m.p)


def _channel_dropout(m, v, shape):
    ones = then(constant(v, torch.ones(v.shape[0])), "dropout", p=m.p)
    return combined("multiply", v, reshape(ones, v.shape[:1] + (1,) * (len(v.shape) - 1))) if m.p > 0 else v


def _alpha_dropout(m, v, shape):
    warnings.warn(f"{type(m).__name__} is taken as the identity, which it is in eval and wherever dropout is off")
    return then(v, "identity")


def _pixel_unshuffle(m, v, shape):
    (c, h, w), r = v.shape, m.downscale_factor
    return reshape(permute(reshape(v, (c, h // r, r, w // r, r)), (0, 2, 4, 1, 3)), shape)


def _channel_shuffle(m, v, shape):
    return reshape(permute(reshape(v, (m.groups, v.shape[0] // m.groups, _count(v.shape[1:]))), (1, 0, 2)), shape)


def _unfold(m, v, shape):
    kernel = _each(m.kernel_size, 2)
    weight = torch.eye(_count(kernel)).view(-1, 1, *kernel).repeat(v.shape[0], 1, 1, 1)
    stride, padding, dilation = (_each(each, 2) for each in (m.stride, m.padding, m.dilation))
    sizes = [(v.shape[1 + i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    return reshape(_convolution(v, (shape[0], *sizes), weight, None, stride, padding, dilation, v.shape[0]), shape)


def _fold(m, v, shape):
    kernel, size = _each(m.kernel_size, 2), _each(m.output_size, 2)
    stride, padding, dilation = (_each(each, 2) for each in (m.stride, m.padding, m.dilation))
    sizes = [(size[i] + 2 * padding[i] - dilation[i] * (kernel[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    weight = torch.eye(_count(kernel)).view(-1, 1, *kernel).repeat(shape[0], 1, 1, 1)
    return _transposed(reshape(v, (v.shape[0], *sizes)), shape, weight, None, stride, padding, dilation, shape[0])


LAYERS = {
    nn.Identity: _plain("identity"),
    nn.Linear: lambda m, v, shape: _linear(v, m.weight, m.bias),
    nn.Tanh: _plain("tanh"), nn.Sigmoid: _plain("sigmoid"), nn.ReLU: _plain("relu"), nn.ReLU6: _plain("relu6"), nn.SELU: _plain("selu"),
    nn.SiLU: _plain("silu"), nn.Mish: _plain("mish"), nn.Softsign: _plain("softsign"), nn.LogSigmoid: _plain("logSigmoid"),
    nn.Tanhshrink: _plain("tanhshrink"), nn.Hardswish: _plain("hardswish"), nn.Hardsigmoid: _plain("hardsigmoid"),
    nn.LeakyReLU: _plain("leakyRelu", negativeSlope="negative_slope"), nn.ELU: _plain("elu", alpha="alpha"), nn.CELU: _plain("celu", alpha="alpha"),
    nn.GELU: _plain("gelu", approximate="approximate"), nn.Softplus: _plain("softplus", beta="beta", threshold="threshold"),
    nn.Softshrink: _plain("softshrink", **{"lambda": "lambd"}), nn.Hardshrink: _plain("hardshrink", **{"lambda": "lambd"}),
    nn.Hardtanh: _plain("hardtanh", minVal="min_val", maxVal="max_val"),
    nn.Threshold: _threshold,
    nn.PReLU: lambda m, v, shape: _prelu(v, m.weight),
    nn.GLU: lambda m, v, shape: then(v, "glu", shape, dim=_dim(m.dim, v)),
    nn.Softmax: _soft("softmax"), nn.LogSoftmax: _soft("logSoftmax"),
    nn.Softmin: lambda m, v, shape: _soft("softmax")(m, scale(v, -1), shape),
    nn.Softmax2d: lambda m, v, shape: then(v, "softmax", dim=0),
    nn.Dropout: _dropout, nn.AlphaDropout: _alpha_dropout, nn.FeatureAlphaDropout: _alpha_dropout,
    nn.LayerNorm: lambda m, v, shape: _layer_norm(v, m.normalized_shape, m.weight, m.bias, m.eps),
    nn.GroupNorm: lambda m, v, shape: _group_norm(v, m.num_groups, m.weight, m.bias, m.eps),
    nn.Flatten: _reshaped, nn.Unflatten: _reshaped,
    nn.Upsample: _upsample, nn.UpsamplingNearest2d: _upsample, nn.UpsamplingBilinear2d: _upsample,
    nn.PixelShuffle: lambda m, v, shape: then(v, "pixelShuffle", shape, upscaleFactor=m.upscale_factor),
    nn.PixelUnshuffle: _pixel_unshuffle, nn.ChannelShuffle: _channel_shuffle, nn.Unfold: _unfold, nn.Fold: _fold,
    nn.ZeroPad2d: _pad_module("constant"),
}
for axes in (1, 2, 3):
    LAYERS |= {
        getattr(nn, f"Conv{axes}d"): _conv,
        getattr(nn, f"ConvTranspose{axes}d"): lambda m, v, shape: _transposed(v, shape, m.weight, m.bias, m.stride, m.padding, m.dilation, m.groups),
        getattr(nn, f"BatchNorm{axes}d"): lambda m, v, shape: _batch_norm(
            v, m.running_mean, m.running_var, m.num_batches_tracked, m.weight, m.bias, m.momentum, m.eps),
        getattr(nn, f"InstanceNorm{axes}d"): lambda m, v, shape: _instance_norm(v, m.track_running_stats, m.weight, m.bias, m.eps),
        getattr(nn, f"MaxPool{axes}d"): _max_pool,
        getattr(nn, f"AvgPool{axes}d"): _avg_pool,
        getattr(nn, f"AdaptiveAvgPool{axes}d"): _adaptive("adaptiveAvgPool"),
        getattr(nn, f"AdaptiveMaxPool{axes}d"): _adaptive("adaptiveMaxPool"),
        getattr(nn, f"ConstantPad{axes}d"): _pad_module("constant"),
        getattr(nn, f"ReflectionPad{axes}d"): _pad_module("reflect"),
        getattr(nn, f"ReplicationPad{axes}d"): _pad_module("replicate"),
    }
for name, layer in {  # those that not every version of PyTorch has
    "Dropout1d": _channel_dropout, "Dropout2d": _channel_dropout, "Dropout3d": _channel_dropout,
    "ZeroPad1d": _pad_module("constant"), "ZeroPad3d": _pad_module("constant"),
    "CircularPad1d": _pad_module("circular"), "CircularPad2d": _pad_module("circular"), "CircularPad3d": _pad_module("circular"),
    "RMSNorm": lambda m, v, shape: _rms_norm(v, m.normalized_shape, m.weight, m.eps),
}.items():
    if hasattr(nn, name):
        LAYERS[getattr(nn, name)] = layer

REASONS = {
    nn.RNNBase: "a recurrence", nn.RNNCellBase: "a recurrence", nn.MultiheadAttention: "attention", nn.Transformer: "attention",
    nn.TransformerEncoderLayer: "attention", nn.TransformerDecoderLayer: "attention", nn.Embedding: "its input is integers",
    nn.EmbeddingBag: "its input is integers", nn.Bilinear: "it takes two inputs; write it as nn.Linear of one, times the other",
    nn.LocalResponseNorm: "it divides by a sum of squares", nn.CrossMapLRN2d: "it divides by a sum of squares",
    nn.FractionalMaxPool2d: "its windows are drawn anew each time", nn.FractionalMaxPool3d: "its windows are drawn anew each time",
    nn.LPPool1d: "it takes a root", nn.LPPool2d: "it takes a root",
    nn.MaxUnpool1d: "it takes a pooling's indices", nn.MaxUnpool2d: "it takes a pooling's indices", nn.MaxUnpool3d: "it takes a pooling's indices",
    nn.RReLU: "its slopes are drawn anew each time; in eval it is nn.LeakyReLU((lower + upper) / 2)",
    nn.SyncBatchNorm: "it is for several processes; nn.BatchNorm1d, 2d or 3d has the same state_dict",
    nn.modules.loss._Loss: "a loss; docs/objectives.md has those of the service",
}


# ---- Functions and methods: (result, arguments) → value --------------------------------------------------------------


def _sample(tensor):
    """The shape of a sample as the service has it."""
    return tuple(tensor.shape[1:]) or (1,)


def _alike(numbers):
    """The numbers of one sample, of a tensor that does not depend on the input."""
    if (numbers != numbers[:1]).any():
        refuse("numbers differ from sample to sample that do not come from the input, or in a way that is not seen (torch.jit)",
               "what differs as a part of the input, and functions without torch.jit")
    return numbers[0]


def _affine(value, result, weight=None, bias=None):
    """weight·x, or x + bias, with numbers that do not depend on the input."""
    shape, numbers = _sample(result), torch.as_tensor(weight if bias is None else bias)
    if numbers.dim() == result.dim() and numbers.numel() > 1:
        numbers = _alike(numbers)
    value = reshape(value, (1,) * (len(shape) - len(value.shape)) + value.shape)
    if bias is not None and value.shape == shape and value.layer and value.layer.spec["type"] == "linear" and not value.layer.spec["bias"] and (
            tuple(numbers.shape) == shape[-1:] or numbers.numel() == shape[-1] == 1):
        return _linear(value.of[0], value.layer.tensors["weight"], bias if isinstance(bias, nn.Parameter) and bias.dim() == 1 else numbers.reshape(-1))
    if numbers.numel() == 1:
        number, value = float(weight if bias is None else bias), expand(value, shape)
        if bias is not None:
            return affine(value, 1, number, ()) if number else value
        if isinstance(weight, nn.Parameter):
            return then(value, "scale", None, {"weight": weight if weight.shape == (1,) else weight.reshape(1)}, value=number, learnable=True)
        return scale(value, number)
    numbers = numbers.reshape((1,) * (len(shape) - numbers.dim()) + tuple(numbers.shape))
    axes = [axis for axis, size in enumerate(numbers.shape) if size > 1]
    if axes == [len(shape) - 1] and value.shape[-1] == 1:
        column = numbers.reshape(-1, 1)
        weight, bias = (column.clone(), None) if bias is None else (torch.ones_like(column), numbers.reshape(-1).clone())
        return expand(_linear(value, weight, bias), shape)
    value, along = expand(value, shape), numbers.reshape([numbers.shape[axis] for axis in axes])
    return affine(value, along, None, axes) if bias is None else affine(value, 1, along, axes)


def _add(result, a, b, alpha=1):
    if isinstance(a, Value) and isinstance(b, Value):
        return combined("add", a, scale(b, alpha))
    made = _affine(a, result, bias=b if alpha == 1 else b * alpha) if isinstance(a, Value) else _affine(scale(b, alpha), result, bias=a)
    if isinstance(a, Value) and torch.as_tensor(b).numel() == 1:
        made.plus = a, float(b) * alpha
    return made


def _multiply(result, a, b):
    if isinstance(a, Root) or isinstance(b, Root):
        return _by_root(a, b) if isinstance(b, Root) else _by_root(b, a)
    if isinstance(a, Value) and isinstance(b, Value):
        return combined("multiply", a, b)
    return _affine(a, result, b) if isinstance(a, Value) else _affine(b, result, a)


def _by_root(a, root):
    """x by √(mean of x² + eps), or by the root of the sum: rmsNorm over whole samples, else instanceNorm of x beside −x, whose mean is 0."""
    if not isinstance(a, (Value, Root)) and torch.as_tensor(a).numel() == 1:
        return Root(root.value, root.inverse, root.factor * float(a))
    value, eps = root.value.plus or (root.value, 0)
    if not root.inverse or not isinstance(a, Value) or not value.mean_of or len(a.shape) != len(value.shape):
        raise Inexpressible(str(root))
    square, axes, factor = value.mean_of
    base = square.of[0] if square.layer and square.layer.spec["type"] == "square" or square.combine == "multiply" and len(set(square.of)) == 1 else None
    if base is not None and not _same_made(base, a) and a.layer and a.layer.spec["type"] == "scale" and not a.layer.tensors:
        return scale(_by_root(a.of[0], root), a.layer.spec["value"])
    if base is None or len(square.of) > 2 or not _same_made(base, a):
        raise Inexpressible(str(root))
    return scale(_normalized(a, axes, eps / factor), root.factor * factor ** -0.5)


def _same_made(a, b):
    """Whether two values are made of the same in the same way."""
    return a is b or (a.combine, a.axis, a.shape, len(a.of)) == (b.combine, b.axis, b.shape, len(b.of)) and len(a.of) > 0 and (
        a.layer is b.layer or a.layer and b.layer and a.layer.spec == b.layer.spec and not a.layer.tensors and not b.layer.tensors
    ) and all(map(_same_made, a.of, b.of))


def _normalized(value, axes, eps):
    """x / √(mean of x² + eps) along axes of a sample."""
    if len(axes) == len(value.shape):
        return then(value, "rmsNorm", affine=False, eps=eps)
    dims = [axis for axis in range(len(value.shape)) if axis not in axes] + sorted(axes)
    sizes = [value.shape[axis] for axis in dims]
    rows = reshape(permute(value, dims), (_count(sizes[:-len(axes)]), _count(sizes[-len(axes):])))
    both = then(concat([rows, scale(rows, -1)], 1), "instanceNorm", affine=False, eps=eps)
    return permute(reshape(crop(both, [(0, size) for size in rows.shape]), sizes), [dims.index(axis) for axis in range(len(dims))])


def _variance(result, value, dim=None, unbiased=True, keepdim=False, correction=None):
    axes = [_dim(each, value) for each in (dim if isinstance(dim, (tuple, list)) else [dim])]
    n = _count(value.shape[each] for each in axes)
    correction = int(unbiased) if correction is None else correction
    square = then(combined("add", value, scale(averaged(value, axes), -1)), "square")
    made = reshape(scale(averaged(square, axes), n / (n - correction)), _sample(result))
    made.mean_of = square, axes, n / (n - correction)
    return made


def _norm(result, value, p="fro", dim=None, keepdim=False, out=None, dtype=None, ord=None):
    if (p if ord is None else ord) not in ("fro", 2, 2.0):
        refuse(f"the service has no layer for this norm{ROOT}")
    return Root(_mean(factor=lambda n: n)(result, then(value, "square"), dim, keepdim))


def _normalize(result, value, p=2.0, dim=1, eps=1e-12, out=None):
    if p != 2:
        refuse(f"the service has no layer for this norm{ROOT}")
    n = value.shape[_dim(dim, value)]
    return scale(_normalized(value, [_dim(dim, value)], eps ** 2 / n), n ** -0.5)  # the same but where the norm is near eps


def _divide(result, a, b, rounding_mode=None):
    if isinstance(b, Root) and not rounding_mode:
        return _by_root(a, Root(b.value, not b.inverse, 1 / b.factor))
    if isinstance(a, Root) and not isinstance(b, (Value, Root)):
        return _by_root(1 / torch.as_tensor(b, dtype=torch.float64), a)
    if isinstance(b, Value) or rounding_mode:
        refuse("the service has no layer that divides by what depends on the input", "nn.LayerNorm or nn.GroupNorm, or the division outside of the network")
    return _affine(a, result, 1 / torch.as_tensor(b, dtype=torch.float64))


def _power(result, base, exponent):
    if isinstance(base, Value) and exponent in (0.5, -0.5):
        return Root(base, exponent < 0)
    if not isinstance(base, Value):
        return then(scale(exponent, math.log(base)), "exp")
    if isinstance(exponent, Value) or exponent != int(exponent) or not 1 <= exponent <= 16:
        refuse(f"the service has no layer for this power{ROOT}")
    return base if exponent == 1 else then(base, "square") if exponent == 2 else Value(base.shape, [base] * int(exponent), combine="multiply")


def _einsum(result, equation, *operands):
    """A product of two tensors summed over letters. The samples' letter stands first in what depends on the input, and in the result."""
    left, _, right = equation.replace(" ", "").partition("->")
    labels = left.split(",")
    operands = operands[0] if isinstance(operands[0], (tuple, list)) else operands
    if len(labels) != 2 or "." in equation or not right or any(len(set(each)) != len(each) for each in labels):
        refuse("of einsum the service has products of two tensors, with the result's letters after ->", "write it as products and sums")
    samples, right = right[0], right[1:]
    if any(isinstance(operand, Value) != (each[:1] == samples) for operand, each in zip(operands, labels)) or samples in right:
        refuse(MIXED)
    labels = [each.lstrip(samples) if isinstance(operand, Value) else each for operand, each in zip(operands, labels)]
    constants = [number for number in (0, 1) if not isinstance(operands[number], Value)]
    if constants and not set(labels[0]) & set(labels[1]) & set(right):
        (number,) = constants
        value, of, numbers, by = operands[1 - number], labels[1 - number], operands[number], labels[number]
        summed = [each for each in of if each in by]
        kept, new = [each for each in of if each in right], [each for each in by if each in right]
        if set(kept + summed) == set(of) and set(new + summed) == set(by):
            weight = torch.einsum(f"{by}->{''.join(new + summed)}", numbers)
            sizes = [value.shape[of.index(each)] for each in kept] + list(weight.shape[:len(new)])
            flat = reshape(permute(value, [of.index(each) for each in kept + summed]), sizes[:len(kept)] + [math.prod(weight.shape[len(new):])])
            made = reshape(_linear(flat, weight.reshape(-1, flat.shape[-1]).clone(), None), sizes)
            return permute(made, [(kept + new).index(each) for each in right])
    every = list(right) + [each for each in dict.fromkeys(labels[0] + labels[1]) if each not in right]
    size = {each: n for operand, by in zip(operands, labels) for each, n in zip(by, operand.shape)}

    def spread(operand, by):
        dims = [by.index(each) for each in every if each in by]
        shape = [size[each] if each in by else 1 for each in every]
        return reshape(permute(operand, dims), shape) if isinstance(operand, Value) else operand.permute(dims).reshape(shape)
    product = _multiply(torch.empty(result.shape[0], *(size[each] for each in every), device="meta"), *map(spread, operands, labels))
    summed = range(len(right), len(every))
    return reshape(scale(averaged(product, summed), math.prod(size[each] for each in every[len(right):])), _sample(result))


def _matmul(result, a, b):
    rank = [len(each.shape) + isinstance(each, Value) for each in (a, b)]
    letters = "abcdefgh"[:max(rank) - 2]
    first, second = (letters[len(letters) - n + 2:] if n > 2 else "" for n in rank)
    if min(rank) == 1 and (rank[1] > 1 or isinstance(b, Value)):
        refuse("a product with a vector from the left")
    right = "k" if rank[1] == 1 else "kn"
    return _einsum(result, f"{first}mk,{second}{right}->{letters}m{right[1:]}", a, b)


def _mean(factor=lambda n: 1, kind="adaptiveAvgPool", sign=1):
    def reduced(result, value, dim=None, keepdim=False, dtype=None, axis=None):
        dim = axis if dim is None else dim
        axes = [_dim(each, value) for each in (dim if isinstance(dim, (tuple, list)) else [dim])]
        times = factor(_count(value.shape[each] for each in axes))
        made = reshape(scale(averaged(scale(value, sign), axes, kind), sign * times), _sample(result))
        made.mean_of = (value, axes, times) if kind == "adaptiveAvgPool" else None
        return made
    return reduced


def _maximum(sign):
    def most(result, value, dim=None, keepdim=False):
        if isinstance(dim, Value) or dim is None or not isinstance(dim, int):
            refuse("of max and min the service has those along an axis", "relu, clamp, or a pooling")
        places = Inexpressible("the service has no layer for the places of maxima")
        return _mean(kind="adaptiveMaxPool", sign=sign)(result, value, dim, keepdim), places
    return most


def _clamp(result, value, min=None, max=None):
    if isinstance(min, (Value, torch.Tensor)) or isinstance(max, (Value, torch.Tensor)):
        refuse("of clamp the service has that with numbers")
    most = torch.finfo(torch.float32).max  # which the service takes in both precisions
    return then(value, "hardtanh", minVal=-most if min is None else float(min), maxVal=most if max is None else float(max))


def _where(result, condition, a, b):
    if isinstance(condition, Value):
        refuse(f"the service has no layer for where{COMPARES}")
    mask = condition.to(result.dtype)
    kept = _multiply(result, a, mask) if isinstance(a, Value) else torch.where(condition, torch.as_tensor(a, dtype=result.dtype), 0 * mask)
    other = _multiply(result, b, 1 - mask) if isinstance(b, Value) else torch.where(condition, 0 * mask, torch.as_tensor(b, dtype=result.dtype))
    return _add(result, kept, other)


def _cat(result, tensors, dim=0, axis=None):
    value = next(each for each in tensors if isinstance(each, Value))
    axis = _dim(dim if axis is None else axis, value)
    values = []
    for each in tensors:
        values.append(each if isinstance(each, Value) else constant(value, _alike(each)))
    return concat(values, axis)


def _stack(result, tensors, dim=0):
    dim %= result.dim()
    shape = _sample(result)[:dim - 1] + (1,) + _sample(result)[dim:]
    return _cat(result, [reshape(each, shape) if isinstance(each, Value) else each.unsqueeze(dim) for each in tensors], dim) if dim else refuse(MIXED)


def _as_module(of):
    """A function whose arguments after the first are those of a module."""
    def applied(result, value, *args, **kwargs):
        for name in ("inplace", "training", "_stacklevel", "dtype", "antialias"):
            kwargs.pop(name, None)
        module = of(*args, **kwargs)
        return LAYERS[of](module, value, _sample(result))
    return applied


def _max_pool_function(of):
    def applied(result, value, kernel_size, stride=None, padding=0, dilation=1, ceil_mode=False, return_indices=False):
        return _max_pool(of(kernel_size, stride or None, padding, dilation, return_indices, ceil_mode), value, _sample(result))
    return applied


def _dropout_function(of):
    return lambda result, value, p=0.5, training=True, inplace=False: LAYERS[of](of(p), value, None) if p > 0 else value


def _convolution_function(result, value, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    return _convolution(value, _sample(result), weight, bias, stride, padding, dilation, groups)


def _transposed_function(result, value, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1):
    return _transposed(value, _sample(result), weight, bias, stride, padding, dilation, groups)


def _pad_function(result, sample, pad, mode="constant", value=0):
    return _padded(sample, pad, mode, value or 0)


def _same_value(result, value, *args, **kwargs):
    return value


# What gives no tensor, and depends on shapes alone.
PASSIVE = {"shape", "size", "dim", "ndim", "ndimension", "numel", "nelement", "len", "dtype", "device", "layout", "is_cuda", "is_mps", "requires_grad",
           "is_floating_point", "is_complex", "is_sparse", "is_quantized", "is_contiguous", "stride", "element_size", "get_device", "is_leaf", "repr",
           "hash", "type", "names", "storage_offset", "data_ptr", "version", "is_nested", "is_meta", "is_tensor"}

# What takes nothing of a tensor but its shape and dtype.
CONSTANTS = {"zeros_like", "ones_like", "full_like", "new_zeros", "new_ones", "new_full", "new_tensor"}

# What picks elements, each as it is.
MOVES = {"getitem", "view", "reshape", "view_as", "reshape_as", "flatten", "unflatten", "ravel", "squeeze", "unsqueeze", "permute", "transpose", "swapaxes",
         "swapdims", "movedim", "moveaxis", "t", "T", "mT", "adjoint", "chunk", "split", "split_with_sizes", "tensor_split", "hsplit", "vsplit", "unbind",
         "narrow", "select", "index_select", "take_along_dim", "gather", "flip", "fliplr", "flipud", "roll", "rot90", "expand", "expand_as", "broadcast_to",
         "repeat", "tile", "repeat_interleave", "diagonal", "as_strided", "contiguous", "clone"}

ROOT = ", nor for other powers than whole ones, but for x / torch.sqrt(x.square().mean(dim, keepdim=True) + eps). Instead: that, or nn.LayerNorm"
OF_ROOTS = {"mul", "multiply", "rmul", "div", "divide", "true_divide", "truediv", "rdiv", "rtruediv", "reciprocal"}
COMPARES = ", which compares. Instead: relu, clamp, or a product with a sigmoid"
WHY = {"cdist": ROOT, "lp_pool1d": ROOT, "lp_pool2d": ROOT,
       "log": ". Instead: F.log_softmax, F.logsigmoid, or the logarithm outside of the network",
       "detach": ". Instead: leave it out; gradients go through all of a network", "data": ". Instead: leave it out; gradients go through all of a network",
       "setitem": ". Instead: torch.cat of the parts",
       "gt": COMPARES, "lt": COMPARES, "ge": COMPARES, "le": COMPARES, "eq": COMPARES, "ne": COMPARES,
       "scaled_dot_product_attention": ". Instead: softmax(q @ k.transpose(-2, -1) * factor, -1) @ v"}

FUNCTIONS = {
    "add": _add, "radd": _add, "iadd": _add, "sub": lambda result, a, b, alpha=1: _add(result, a, b, -alpha),
    "subtract": lambda result, a, b: _add(result, a, b, -1), "isub": lambda result, a, b: _add(result, a, b, -1),
    "rsub": lambda result, a, b, alpha=1: _add(result, b, a, -alpha), "mul": _multiply, "multiply": _multiply, "rmul": _multiply, "imul": _multiply,
    "div": _divide, "divide": _divide, "true_divide": _divide, "truediv": _divide, "rdiv": lambda result, a, b: _divide(result, b, a),
    "rtruediv": lambda result, a, b: _divide(result, b, a), "neg": lambda result, value: scale(value, -1), "negative": lambda result, value: scale(value, -1),
    "positive": _same_value, "pow": _power, "rpow": lambda result, a, b: _power(result, b, a), "square": lambda result, value: then(value, "square"),
    "sin": lambda result, value: then(value, "sin"), "cos": lambda result, value: then(value, "cos"), "exp": lambda result, value: then(value, "exp"),
    "abs": lambda result, value: combined("add", then(value, "relu"), then(scale(value, -1), "relu")),
    "clamp": _clamp, "clip": _clamp, "clamp_min": _clamp, "clamp_max": lambda result, value, max: _clamp(result, value, None, max),
    "matmul": _matmul, "bmm": _matmul, "mm": _matmul, "rmatmul": lambda result, a, b: _matmul(result, b, a), "einsum": _einsum,
    "addmm": lambda result, c, a, b: _add(result, _matmul(result, a, b), c),
    "sqrt": lambda result, value: Root(value), "rsqrt": lambda result, value: Root(value, True), "norm": _norm, "linalg_vector_norm": _norm,
    "linalg_norm": lambda result, value, ord=None, dim=None, keepdim=False: _norm(result, value, ord or 2, dim, keepdim),
    "reciprocal": lambda result, value: _divide(result, 1, value), "normalize": _normalize, "var": _variance,
    "std": lambda result, *args, **kwargs: Root(_variance(result, *args, **kwargs)),
    "mean": _mean(), "sum": _mean(factor=lambda n: n), "amax": _mean(kind="adaptiveMaxPool"), "amin": _mean(kind="adaptiveMaxPool", sign=-1),
    "max": _maximum(1), "min": _maximum(-1), "cat": _cat, "where": _where,
    "masked_fill": lambda result, value, mask, fill: _where(result, mask, fill, value),
     "concat": _cat, "concatenate": _cat, "stack": _stack,
    "to": _same_value, "float": _same_value, "double": _same_value, "type": _same_value, "type_as": _same_value, "cpu": _same_value, "cuda": _same_value,
    "pad": _pad_function,
    "linear": lambda result, value, weight, bias=None: _linear(value, weight, bias),
    "prelu": lambda result, value, weight: _prelu(value, weight),
    "batch_norm": lambda result, value, mean, variance, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5, *_: _batch_norm(
        value, mean, variance, None, weight, bias, momentum, eps),
    "layer_norm": lambda result, value, shape, weight=None, bias=None, eps=1e-5, *_: _layer_norm(value, shape, weight, bias, eps),
    "group_norm": lambda result, value, groups, weight=None, bias=None, eps=1e-5, *_: _group_norm(value, groups, weight, bias, eps),
    "instance_norm": lambda result, value, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1, eps=1e-5:
        _instance_norm(value, running_mean is not None, weight, bias, eps),
    "rms_norm": lambda result, value, shape, weight=None, eps=None: _rms_norm(value, shape, weight, eps),
} | {name: _as_module(module) for name, module in {
    "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "relu": nn.ReLU, "relu6": nn.ReLU6, "selu": nn.SELU, "silu": nn.SiLU, "mish": nn.Mish, "softsign": nn.Softsign,
    "log_sigmoid": nn.LogSigmoid, "logsigmoid": nn.LogSigmoid, "tanhshrink": nn.Tanhshrink, "hardswish": nn.Hardswish, "hardsigmoid": nn.Hardsigmoid,
    "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "celu": nn.CELU, "gelu": nn.GELU, "softplus": nn.Softplus, "softshrink": nn.Softshrink,
    "hardshrink": nn.Hardshrink, "hardtanh": nn.Hardtanh, "threshold": nn.Threshold, "glu": nn.GLU, "softmax": nn.Softmax, "log_softmax": nn.LogSoftmax,
    "softmin": nn.Softmin, "interpolate": nn.Upsample, "upsample": nn.Upsample, "pixel_shuffle": nn.PixelShuffle, "pixel_unshuffle": nn.PixelUnshuffle,
    "channel_shuffle": nn.ChannelShuffle, "unfold": nn.Unfold, "fold": nn.Fold,
}.items()} | {name: _dropout_function(module) for name, module in {
    "dropout": nn.Dropout, "dropout2d": nn.Dropout2d, "dropout3d": nn.Dropout3d, "feature_dropout": nn.Dropout2d, "alpha_dropout": nn.AlphaDropout,
    "feature_alpha_dropout": nn.FeatureAlphaDropout}.items()}
for axes in (1, 2, 3):
    FUNCTIONS |= {
        f"conv{axes}d": _convolution_function, f"conv_transpose{axes}d": _transposed_function,
        f"max_pool{axes}d": _max_pool_function(getattr(nn, f"MaxPool{axes}d")),
    } | {name: _as_module(getattr(nn, module)) for name, module in {
        f"avg_pool{axes}d": f"AvgPool{axes}d", f"adaptive_avg_pool{axes}d": f"AdaptiveAvgPool{axes}d",
        f"adaptive_max_pool{axes}d": f"AdaptiveMaxPool{axes}d"}.items()}


# ---- Layers of values ------------------------------------------------------------------------------------------------


def _count(shape):
    return math.prod(shape)


def then(value, kind, shape=None, tensors=None, /, **fields):
    """The result of a layer."""
    return Value(value.shape if shape is None else shape, (value,), Layer({"type": kind, **fields}, tensors or {}))


def reshape(value, shape):
    if value.layer and value.layer.spec["type"] in ("flatten", "unflatten"):
        (value,) = value.of
    shape = tuple(shape) or (1,)
    if shape == value.shape:
        return value
    return then(value, "flatten", shape) if len(shape) == 1 else then(value, "unflatten", shape, shape=list(shape))


def flatten(value):
    return reshape(value, (_count(value.shape),))


def permute(value, dims):
    return value if list(dims) == sorted(dims) else then(value, "permute", [value.shape[axis] for axis in dims], dims=list(dims))


def crop(value, pieces):
    """A piece (start, length) of each axis."""
    padding = []
    for (start, length), size in zip(reversed(pieces), reversed(value.shape)):
        padding += [-start, start + length - size]
    return then(value, "pad", [length for _, length in pieces], padding=padding) if any(padding) else value


def scale(value, factor):
    return value if factor == 1 else then(value, "scale", value=float(factor), learnable=False)


def concat(values, axis=0):
    if len(values) == 1:
        return values[0]
    shape = list(values[0].shape)
    shape[axis] = sum(value.shape[axis] for value in values)
    return Value(shape, values, combine="concat", axis=axis)


def combined(kind, a, b):
    """A sum or product of two values with as many axes; axes of size 1 are repeated."""
    if len(a.shape) != len(b.shape):
        refuse("tensors with different numbers of axes are combined, so that the samples of one meet the positions of the other",
               "unsqueeze the one with fewer axes behind its first")
    return Value(np.broadcast_shapes(a.shape, b.shape), (a, b), combine=kind)


def expand(value, shape):
    """Axes of size 1 repeated."""
    value = reshape(value, (1,) * (len(shape) - len(value.shape)) + value.shape)
    for axis, size in enumerate(shape):
        if value.shape[axis] != size:
            before, after = value.shape[:axis], value.shape[axis + 1:]
            value = then(reshape(value, (_count(before), 1, _count(after))), "upsample", (_count(before), size, _count(after)), size=[size, _count(after)])
            value = reshape(value, before + (size,) + after)
    return value


def affine(value, weight, bias, axes):
    """weight·x + bias with numbers for the positions along some axes, the same for all others: a convolution that sees no neighbours."""
    if value.layer and value.layer.spec["type"] == "scale" and not value.layer.tensors:
        weight, value = weight * value.layer.spec["value"], reshape(value.of[0], value.shape)
    dims = list(axes) + [axis for axis in range(len(value.shape)) if axis not in axes]
    sizes = [value.shape[axis] for axis in dims]
    n = _count(sizes[:len(axes)])
    spread = lambda numbers: torch.as_tensor(numbers, dtype=torch.float64).expand(sizes[:len(axes)]).reshape(n).clone()
    bias = None if bias is None else spread(bias)
    if axes:
        flat = reshape(permute(value, dims), (n, _count(sizes[len(axes):])))
        made = then(flat, "conv1d", None, {"weight": spread(weight).view(n, 1, 1), "bias": bias}, outChannels=n, kernelSize=1, groups=n, bias=bias is not None)
    else:
        flat = reshape(value, (_count(sizes), 1))
        made = then(flat, "linear", None, {"weight": spread(weight).view(1, 1), "bias": bias}, outFeatures=1, bias=bias is not None)
    return permute(reshape(made, sizes), [dims.index(axis) for axis in range(len(dims))])


def constant(value, numbers):
    """Numbers that do not depend on the value that they are made of: nothing times its first element, plus the numbers."""
    one = crop(flatten(value), [(0, 1)])
    tensors = {"weight": torch.zeros(numbers.numel(), 1), "bias": numbers.reshape(-1).clone()}
    return reshape(then(one, "linear", (numbers.numel(),), tensors, outFeatures=numbers.numel(), bias=True), numbers.shape)


def averaged(value, axes, kind="adaptiveAvgPool"):
    """The mean (or the largest) along axes, which keep size 1."""
    axes = sorted(axes)
    rank = len(value.shape)
    if 2 <= rank <= 4 and axes == list(range(1, rank)):
        return then(value, f"{kind}{rank - 1}d", value.shape[:1] + (1,) * (rank - 1), outputSize=1)
    for axis in axes:
        before, after, size = value.shape[:axis], value.shape[axis + 1:], value.shape[axis]
        flat = reshape(value, (_count(before), size, _count(after)))
        value = reshape(then(flat, f"{kind}2d", (flat.shape[0], 1, flat.shape[2]), outputSize=[1, flat.shape[2]]), before + (1,) + after)
    return value


def strided(value, axis, step):
    """Each step-th position along an axis."""
    before, after, size = value.shape[:axis], value.shape[axis + 1:], value.shape[axis]
    flat, left = reshape(value, (_count(before), size, _count(after))), (size - 1) // step + 1
    return reshape(then(flat, "avgPool2d", (flat.shape[0], left, flat.shape[2]), kernelSize=1, stride=[step, 1]), before + (left,) + after)


def selected(value, index):
    """Elements of a sample, told by their places in the flat one, in the shape of the index."""
    for axis, size in enumerate(index.shape):
        if size > 1 and (index == index.narrow(axis, 0, 1)).all():
            return expand(selected(value, index.narrow(axis, 0, 1)), index.shape)
    flat = index.reshape(-1).numpy()
    if len(flat) == _count(value.shape) and (flat == np.arange(len(flat))).all():
        return reshape(value, index.shape)
    taken = [np.unique(places) for places in np.unravel_index(flat, value.shape)]
    steps = [int(places[1] - places[0]) if len(places) > 1 else 1 for places in taken]
    if math.prod(map(len, taken)) == len(flat) and all((np.diff(places) == step).all() for places, step in zip(taken, steps)):
        box = np.ravel_multi_index(np.ix_(*taken), value.shape)
        for dims in itertools.permutations(range(box.ndim)) if box.ndim < 7 else ():
            if (box.transpose(dims).reshape(-1) == flat).all():
                value = crop(value, [(int(places[0]), int(places[-1] - places[0]) + 1) for places in taken])
                for axis, step in enumerate(steps):
                    value = strided(value, axis, step) if step > 1 else value
                return reshape(permute(value, dims), index.shape)
    if _count(value.shape) * len(flat) > 1 << 20:
        refuse("elements are taken in an order that the service's layers do not say", "write it with slices, permute and reshape")
    weight = torch.zeros(len(flat), _count(value.shape))
    weight[torch.arange(len(flat)), torch.from_numpy(flat)] = 1
    return reshape(then(flatten(value), "linear", (len(flat),), {"weight": weight}, outFeatures=len(flat), bias=False), index.shape)


# ---- From values to nested lists of layers ---------------------------------------------------------------------------


def _sequence(sink, source):
    """The layers that make a value of another one, through which all ways to it lead."""
    order = _order(sink, source)
    users = {value: set() for value in order}
    for value in order:
        for operand in value.of if value is not source else ():
            users[operand].add(value)
    above = {source: None}  # the nearest value through which all ways lead: a tree
    depth = {source: 0}
    for value in order[1:]:
        above[value] = nearest = _meeting(value.of, above, depth)
        depth[value] = depth[nearest] + 1

    def inside(value):
        found, todo = set(), list(value.of)
        while todo:
            operand = todo.pop()
            if operand is not above[value] and operand not in found:
                found.add(operand)
                todo.extend(operand.of)
        return found

    def closed(value):
        within = inside(value)
        return all(users[each] <= within | {value} for each in within)

    def shared(value):
        """Values between a combination and where its branches part that several of them need, or one of them twice."""
        met, twice, todo = set(), set(), list(value.of)
        while todo:
            operand = todo.pop()
            if operand is above[value] or _is_free(operand, above[value]):
                continue
            if operand in met:
                twice.add(operand)
                continue
            met.add(operand)
            todo.extend([above[operand]] if len(operand.of) > 1 and closed(operand) else operand.of)
        return [each for each in order if each in twice]

    items = []
    while sink is not source:
        if len(sink.of) == 1:
            items.append(sink.layer)
        elif carried := shared(sink):
            items.extend(reversed(_carrying(sink, above[sink], carried)))
        else:
            lists = [_sequence(operand, above[sink]) for operand in sink.of]
            items.append(Branches(lists, sink.combine, sink.axis, all(operand.shape == sink.shape for operand in sink.of)))
        sink = above[sink]
    return items[::-1]


def _order(sink, source):
    """The values on ways from one to another, operands first."""
    order, todo, done = [], [(sink, False)], set()
    while todo:
        value, ready = todo.pop()
        if ready:
            order.append(value)
        elif value not in done:
            done.add(value)
            todo.append((value, True))
            todo.extend((operand, False) for operand in (reversed(value.of) if value is not source else ()))
    return order


def _joined(sink, source):
    """The same value, with sums of sums as one, and with what is laid beside parts of something side by side (DenseNet's layers) beside that."""
    order, same = _order(sink, source), {}
    for value in order:  # what is combined twice in the same way is the same
        value.of = tuple(same.get((operand.of, operand.combine, operand.axis), operand) if operand.combine else operand for operand in value.of)
        if value.combine:
            same.setdefault((value.of, value.combine, value.axis), value)
    order = _order(sink, source)
    uses = collections.Counter(operand for value in order for operand in value.of)
    beside = []
    for value in order:
        head = value.of[0] if value.combine else None
        if head and (head.combine, head.axis) == (value.combine, value.axis) and uses[head] == 1:
            value.of = head.of + value.of[1:]
        if value.combine == "concat":
            joins = lambda: next(((other, start) for other in beside for start in range(len(value.of) - len(other.of) + 1)
                                  if other.axis == value.axis and value.of[start:start + len(other.of)] == other.of), None)
            while len(value.of) > 1 and (join := joins()):
                other, start = join
                value.of = value.of[:start] + (other,) + value.of[start + len(other.of):]
            beside.insert(0, value)
    return sink


def _meeting(values, above, depth):
    nearest = values[0]
    for value in values[1:]:
        while value is not nearest:
            if depth[value] >= depth[nearest]:
                value = above[value]
            else:
                nearest = above[nearest]
    return nearest


def _is_free(value, source):
    """Whether a value may be computed anew wherever it is needed: a few layers without numbers of their own from where branches part."""
    for _ in range(4):
        if value is source:
            return True
        if len(value.of) != 1 or value.layer.tensors or value.layer.spec["type"] == "dropout":
            return False
        (value,) = value.of
    return value is source


def _carrying(sink, source, shared):
    """The layers of a combination whose branches need the same values: these are made one after another, and those that are still
    needed are carried along beside each other, flat, each taken out again where it is needed."""
    steps = shared + [sink]
    needed = {step: _leaves(step, set(shared) | {source}) for step in steps}
    state, items = [source], []
    for number, step in enumerate(steps):
        start = Value(source.shape) if state == [source] else Value((sum(_count(each.shape) for each in state),))
        leaves, offset = {}, 0
        for each in state:
            leaves[each] = start if state == [source] else reshape(crop(start, [(offset, _count(each.shape))]), each.shape)
            offset += _count(each.shape)
        kept = [each for each in state if any(each in needed[later] for later in steps[number + 1:])]
        made = _replaced(step, leaves)
        if kept:
            parts = [flatten(start)] if kept == state else [flatten(leaves[each]) for each in kept]
            made = concat(parts + [flatten(made)])
        items.extend(_sequence(made, start))
        state = kept + [step]
    return items


def _leaves(value, leaves):
    found, todo = set(), list(value.of)
    while todo:
        operand = todo.pop()
        if operand in leaves:
            found.add(operand)
        else:
            todo.extend(operand.of)
    return found


def _replaced(value, leaves):
    """A value with others in place of those that it is made of."""
    made = dict(leaves)
    todo = [value]
    while todo:
        top = todo[-1]
        missing = [operand for operand in top.of if operand not in made]
        if missing:
            todo.extend(missing)
        else:
            made[top] = Value(top.shape, [made[operand] for operand in top.of], top.layer, top.combine, top.axis)
            todo.pop()
    return made[value]


# ---- An example ------------------------------------------------------------------------------------------------------


class Residual(nn.Module):
    """shortcut(x) + layers(x); without a shortcut x + layers(x)."""

    def __init__(self, layers, shortcut=None):
        super().__init__()
        self.layers, self.shortcut = layers, shortcut

    def forward(self, x):
        return (x if self.shortcut is None else self.shortcut(x)) + self.layers(x)


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
