"""The network of ResidualNetworkBenchmarks.cs in PyTorch (Debian: python3-torch), one thread: median milliseconds.

Every call builds nothing and copies nothing: the module and the batch are there before the clock starts.
"""
import statistics
import time

import torch
from torch import nn

torch.set_num_threads(1)
torch.manual_seed(0)


def convolution(before, after):
    return nn.Conv2d(before, after, 3, padding=1, bias=False)


class Residual(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)

    def forward(self, x):
        return x + self.layers(x)


net = nn.Sequential(
    convolution(3, 16), nn.BatchNorm2d(16), nn.ReLU(),
    Residual(convolution(16, 16), nn.BatchNorm2d(16), nn.ReLU(), convolution(16, 16), nn.BatchNorm2d(16)),
    nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 10))
for parameter in net.parameters():
    parameter.requires_grad_(False)  # input gradients only, as the service computes them
x = torch.randn(32, 3, 32, 32)
cotangent = torch.randn(32, 10)
tangent = torch.randn_like(x)


def forward():
    with torch.no_grad():
        net(x)


def sum_of_outputs():
    leaf = x.detach().requires_grad_()
    torch.autograd.grad(net(leaf).sum(), leaf)


def vector_jacobian():
    leaf = x.detach().requires_grad_()
    torch.autograd.grad(net(leaf), leaf, cotangent)


def jacobian_vector():
    leaf = x.detach().requires_grad_()
    v = torch.zeros(32, 10, requires_grad=True)
    (product,) = torch.autograd.grad(net(leaf), leaf, v, create_graph=True)
    torch.autograd.grad(product, v, tangent)


for work in (forward, sum_of_outputs, vector_jacobian, jacobian_vector):
    times = []
    for _ in range(40):
        start = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - start))
    print(f"{work.__name__:16} {statistics.median(times[5:]):8.2f} ms")
