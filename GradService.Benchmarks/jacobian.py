"""torch.autograd.functional.jacobian over the networks of Networks.cs, float64, one thread: median seconds.

Usage: /usr/bin/python3 jacobian.py [samples]; Debian's python3-torch.
"""
import statistics
import sys
import time

import torch
from torch import nn

torch.set_num_threads(1)
samples = int(sys.argv[1]) if len(sys.argv) > 1 else 3000


def forum():
    torch.manual_seed(7)
    return nn.Sequential(nn.Linear(1, 10), nn.Tanh(), nn.BatchNorm1d(10, affine=False), nn.Linear(10, 1)).double()


def three_batch_norms():
    torch.manual_seed(7)
    layers, before = [], 1
    for _ in range(3):
        layers += [nn.Linear(before, 20), nn.Tanh(), nn.BatchNorm1d(20)]
        before = 20
    return nn.Sequential(*layers, nn.Linear(20, 1)).double()


for build in (forum, three_batch_norms):
    net = build()
    x = torch.linspace(0, 1, samples, dtype=torch.float64)[:, None]
    times = []
    for _ in range(3):
        start = time.perf_counter()
        torch.autograd.functional.jacobian(net, x)
        times.append(time.perf_counter() - start)
    print(f"{build.__name__:18} N = {samples}: {statistics.median(times):.3f} s")
