"""Clients of UM-Bridge and Tesseract as far as the documentation calls them: the packages themselves are not in every distribution.

They speak the wire as the packages do; what is documented runs with either.
"""

import base64
import json
import sys
import types
import urllib.error
import urllib.request

import numpy as np


def _post(url, payload):
    request = urllib.request.Request(url, json.dumps(payload).encode(), {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        raise SystemExit(f"{url}: {refused.read().decode()}")


class HTTPModel:
    def __init__(self, url, name):
        with urllib.request.urlopen(url + "/Info") as answer:
            info = json.load(answer)
        assert info["protocolVersion"] == 1.0 and name in info["models"]
        self._url, self._name = url, name
        assert self._ask("ModelInfo", "support")["Gradient"]

    def _ask(self, operation, field, **more):
        return _post(f"{self._url}/{operation}", {"name": self._name, **more})[field]

    def get_input_sizes(self, config={}):
        return self._ask("InputSizes", "inputSizes", config=config)

    def get_output_sizes(self, config={}):
        return self._ask("OutputSizes", "outputSizes", config=config)

    def __call__(self, parameters, config={}):
        return self._ask("Evaluate", "output", input=parameters, config=config)

    def gradient(self, out_wrt, in_wrt, parameters, sens, config={}):
        return self._ask("Gradient", "output", outWrt=out_wrt, inWrt=in_wrt, input=parameters, sens=sens, config=config)


class Tesseract:
    @classmethod
    def from_url(cls, url):
        tesseract = cls()
        tesseract._url = url
        return tesseract

    def apply(self, inputs):
        return self._ask("apply", inputs=inputs)

    def vector_jacobian_product(self, inputs, vjp_inputs, vjp_outputs, cotangent_vector):
        return self._ask("vector_jacobian_product", inputs=inputs, vjp_inputs=vjp_inputs, vjp_outputs=vjp_outputs, cotangent_vector=cotangent_vector)

    def _ask(self, endpoint, **payload):
        return _decoded(_post(f"{self._url}/{endpoint}", _encoded(payload)))


def _encoded(value):
    if isinstance(value, np.ndarray):
        return {"shape": value.shape, "dtype": value.dtype.name, "data": {"buffer": base64.b64encode(value.tobytes()).decode(), "encoding": "base64"}}
    return {key: _encoded(entry) for key, entry in value.items()} if isinstance(value, dict) else value


def _decoded(value):
    if "shape" not in value:
        return {key: _decoded(entry) for key, entry in value.items()}
    assert value["data"]["encoding"] == "json"
    return np.array(value["data"]["buffer"], value["dtype"]).reshape(value["shape"])


for name, members in {"umbridge": {"HTTPModel": HTTPModel}, "tesseract_core": {"Tesseract": Tesseract}}.items():
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(members)
