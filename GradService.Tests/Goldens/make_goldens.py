"""Makes the golden data of the gradient service, all of it or the files that are named as arguments.

PyTorch is the oracle. A case is a request as POST /v1/gradients takes it, without "gradient", and its answer comes from
plain autograd: one forward pass of the whole batch, then one backward pass per output element; or, in objectives.json,
a request to POST /v1/objectives, answered by autograd that is nested in the same plain way.
README.md describes the files; the goldens_*.py beside this one make their cases.
"""

import json
import pathlib
import sys

import torch

from goldens_branches import branch_cases
from goldens_convolutions import convolution_cases
from goldens_forum import forum_cases
from goldens_layers import layer_cases
from goldens_loss_features import loss_feature_cases
from goldens_modes import mode_cases
from goldens_objectives import objective_cases
from goldens_ranges import range_cases
from goldens_renorm import renorm_cases
from goldens_sampling import sampling_cases
from goldens_seeds import seed_cases

HERE = pathlib.Path(__file__).resolve().parent


FILES = {
    "layers.json": layer_cases,
    "convolutions.json": convolution_cases,
    "branches.json": branch_cases,
    "modes.json": mode_cases,
    "renorm.json": renorm_cases,
    "forum.json": forum_cases,
    "seeds.json": seed_cases,
    "ranges.json": range_cases,
    "sampling.json": sampling_cases,
    "objectives.json": objective_cases,
    "loss_features.json": loss_feature_cases,
}


def main():
    torch.set_num_threads(1)  # the same bits at every run
    for name in sys.argv[1:] or FILES:
        write(name, FILES[name]())


def write(name, cases):
    lines = [json.dumps(case, separators=(",", ":"), allow_nan=False) for case in cases]
    names = [case["name"] for case in cases]
    assert len(set(names)) == len(names), "two cases have the same name"
    head = '{"torch":%s,"cases":[\n' % json.dumps(torch.__version__)
    (HERE / name).write_text(head + ",\n".join(lines) + "\n]}\n", encoding="utf-8")
    print(f"{name}: {len(cases)} cases, {(HERE / name).stat().st_size} bytes")


if __name__ == "__main__":
    main()
