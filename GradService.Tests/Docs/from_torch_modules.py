"""The tables of docs/layers.md, held against torch.nn of the installed PyTorch and examples/from_torch.py.

Prints what is wrong: modules that the page leaves out or does not know, and rows whose layers are others than from_torch writes.
"""

import ast
import pathlib
import re
import sys
import warnings

from torch import nn

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "examples"))
import from_torch  # noqa: E402

PAGE = (ROOT / "docs" / "layers.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(nn\.(\w+)\(.*\))` \| (\[.*?\]) \| (.*?) \|", PAGE, re.MULTILINE)


def types(layers):
    for layer in layers:
        yield layer["type"]
        inner = layer.get("layers", [])
        for each in inner if layer["type"] == "branches" else [inner, layer.get("shortcut", [])]:
            yield from types(each)


def main():
    warnings.simplefilter("ignore")
    named = {name for _, name, _, _ in ROWS} | set(re.findall(r"`(\w+)`", PAGE[PAGE.index("## Not in the service"):]))
    there = {name for name, each in vars(nn).items() if isinstance(each, type) and issubclass(each, nn.Module)} - {"Module", "Container"}
    for name in sorted(there - named):
        if not name.startswith("Lazy"):
            print(f"{name} is not on the page")
    for module, name, shape, layers in ROWS:
        if not hasattr(nn, name):
            continue
        spec = from_torch.spec_of(eval(module, {"nn": nn}), ast.literal_eval(shape))
        said = ", ".join(f"`{each}`" for each in types(spec["layers"]))
        if said != layers:
            print(f"{module} becomes {said}, not {layers}")
    for kind in from_torch.LAYERS:
        if kind.__name__ not in {name for _, name, _, _ in ROWS}:
            print(f"{kind.__name__} is taken, and has no row")
    print(f"{len(ROWS)} rows")


if __name__ == "__main__":
    main()
