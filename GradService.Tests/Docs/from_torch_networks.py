"""Networks written out as their papers and the first programs of them do, taken to the service by examples/from_torch.py.

Each has the layers of the original; `width` is its number of channels, and may be smaller. Outputs and a vector-Jacobian product must be
PyTorch's in modes train, trainDetached and eval: in float64 to 1e-10 of the largest, in float32 as near to PyTorch's float64 as its float32
is, but for gradients through deep ReLUs: one of many thousands that is on the other side of 0, for rounding, moves them by a percent, in
PyTorch as here. Prints the names of those that are. Pictures are so large that no BatchNorm has but four values to normalize.
"""

import base64
import contextlib
import copy
import pathlib
import sys
import types
import unittest.mock

import numpy as np
import requests
import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
import from_torch  # noqa: E402


class BasicBlock(nn.Module):
    """He et al., "Deep Residual Learning for Image Recognition", 2016, figure 5 left."""

    expansion = 1

    def __init__(self, inplanes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(planes, planes, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class Bottleneck(nn.Module):
    """The same, figure 5 right."""

    expansion = 4

    def __init__(self, inplanes, planes, stride=1, downsample=None):
        super().__init__()
        self.conv1 = nn.Conv2d(inplanes, planes, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.conv2 = nn.Conv2d(planes, planes, 3, stride, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.conv3 = nn.Conv2d(planes, planes * 4, 1, bias=False)
        self.bn3 = nn.BatchNorm2d(planes * 4)
        self.relu = nn.ReLU(inplace=True)
        self.downsample = downsample

    def forward(self, x):
        identity = x
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.relu(self.bn2(self.conv2(out)))
        out = self.bn3(self.conv3(out))
        if self.downsample is not None:
            identity = self.downsample(x)
        out += identity
        return self.relu(out)


class ResNet(nn.Module):
    def __init__(self, block, layers, width=64, classes=1000):
        super().__init__()
        self.inplanes = width
        self.conv1 = nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, 1)
        self.layer1 = self._make_layer(block, width, layers[0])
        self.layer2 = self._make_layer(block, width * 2, layers[1], stride=2)
        self.layer3 = self._make_layer(block, width * 4, layers[2], stride=2)
        self.layer4 = self._make_layer(block, width * 8, layers[3], stride=2)
        self.avgpool = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(width * 8 * block.expansion, classes)

    def _make_layer(self, block, planes, blocks, stride=1):
        downsample = None
        if stride != 1 or self.inplanes != planes * block.expansion:
            downsample = nn.Sequential(nn.Conv2d(self.inplanes, planes * block.expansion, 1, stride, bias=False), nn.BatchNorm2d(planes * block.expansion))
        layers = [block(self.inplanes, planes, stride, downsample)]
        self.inplanes = planes * block.expansion
        layers += [block(self.inplanes, planes) for _ in range(1, blocks)]
        return nn.Sequential(*layers)

    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        x = torch.flatten(self.avgpool(x), 1)
        return self.fc(x)


def resnet18(**fields):
    return ResNet(BasicBlock, [2, 2, 2, 2], **fields)


def resnet50(**fields):
    return ResNet(Bottleneck, [3, 4, 6, 3], **fields)


class VGG11BN(nn.Module):
    """Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015, configuration A, with batch normalization."""

    def __init__(self, width=64, hidden=4096, classes=1000):
        super().__init__()
        layers, channels = [], 3
        for each in (1, "M", 2, "M", 4, 4, "M", 8, 8, "M", 8, 8, "M"):
            if each == "M":
                layers += [nn.MaxPool2d(2, 2)]
            else:
                layers += [nn.Conv2d(channels, each * width, 3, padding=1), nn.BatchNorm2d(each * width), nn.ReLU(inplace=True)]
                channels = each * width
        self.features = nn.Sequential(*layers)
        self.avgpool = nn.AdaptiveAvgPool2d((7, 7))
        self.classifier = nn.Sequential(nn.Linear(channels * 7 * 7, hidden), nn.ReLU(True), nn.Dropout(), nn.Linear(hidden, hidden), nn.ReLU(True),
                                        nn.Dropout(), nn.Linear(hidden, classes))

    def forward(self, x):
        x = self.avgpool(self.features(x))
        x = x.view(x.size(0), -1)
        return self.classifier(x)


class InvertedResidual(nn.Module):
    """Sandler et al., "MobileNetV2", 2018."""

    def __init__(self, inp, oup, stride, expand_ratio):
        super().__init__()
        hidden = inp * expand_ratio
        self.use_res_connect = stride == 1 and inp == oup
        layers = [nn.Conv2d(inp, hidden, 1, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True)] if expand_ratio != 1 else []
        layers += [nn.Conv2d(hidden, hidden, 3, stride, 1, groups=hidden, bias=False), nn.BatchNorm2d(hidden), nn.ReLU6(inplace=True),
                   nn.Conv2d(hidden, oup, 1, bias=False), nn.BatchNorm2d(oup)]
        self.conv = nn.Sequential(*layers)

    def forward(self, x):
        if self.use_res_connect:
            return x + self.conv(x)
        return self.conv(x)


class MobileNetV2(nn.Module):
    def __init__(self, width=1.0, last=1280, classes=1000):
        super().__init__()
        channels = int(32 * width)
        features = [nn.Sequential(nn.Conv2d(3, channels, 3, 2, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU6(inplace=True))]
        for t, c, n, s in [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]:
            for i in range(n):
                features.append(InvertedResidual(channels, int(c * width), s if i == 0 else 1, t))
                channels = int(c * width)
        features.append(nn.Sequential(nn.Conv2d(channels, last, 1, bias=False), nn.BatchNorm2d(last), nn.ReLU6(inplace=True)))
        self.features = nn.Sequential(*features)
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(last, classes))

    def forward(self, x):
        return self.classifier(self.features(x).mean([2, 3]))


class DenseLayer(nn.Module):
    """Huang et al., "Densely Connected Convolutional Networks", 2017."""

    def __init__(self, channels, growth, bn_size=4):
        super().__init__()
        self.norm1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU(inplace=True)
        self.conv1 = nn.Conv2d(channels, bn_size * growth, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(bn_size * growth)
        self.relu2 = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(bn_size * growth, growth, 3, padding=1, bias=False)

    def forward(self, features):
        x = torch.cat(features, 1)
        x = self.conv1(self.relu1(self.norm1(x)))
        return self.conv2(self.relu2(self.norm2(x)))


class DenseBlock(nn.ModuleDict):
    def __init__(self, layers, channels, growth):
        super().__init__()
        for i in range(layers):
            self.add_module(f"denselayer{i + 1}", DenseLayer(channels + i * growth, growth))

    def forward(self, x):
        features = [x]
        for _, layer in self.items():
            features.append(layer(features))
        return torch.cat(features, 1)


class DenseNet(nn.Module):
    """DenseNet-121 has blocks of 6, 12, 24 and 16 layers."""

    def __init__(self, blocks=(6, 12, 24, 16), growth=32, width=64, classes=1000):
        super().__init__()
        self.features = nn.Sequential()
        self.features.add_module("conv0", nn.Conv2d(3, width, 7, 2, 3, bias=False))
        self.features.add_module("norm0", nn.BatchNorm2d(width))
        self.features.add_module("relu0", nn.ReLU(inplace=True))
        self.features.add_module("pool0", nn.MaxPool2d(3, 2, 1))
        for i, layers in enumerate(blocks):
            self.features.add_module(f"denseblock{i + 1}", DenseBlock(layers, width, growth))
            width += layers * growth
            if i != len(blocks) - 1:
                self.features.add_module(f"transition{i + 1}", nn.Sequential(nn.BatchNorm2d(width), nn.ReLU(inplace=True),
                                                                             nn.Conv2d(width, width // 2, 1, bias=False), nn.AvgPool2d(2, 2)))
                width //= 2
        self.features.add_module("norm5", nn.BatchNorm2d(width))
        self.classifier = nn.Linear(width, classes)

    def forward(self, x):
        out = F.relu(self.features(x), inplace=True)
        out = F.adaptive_avg_pool2d(out, (1, 1))
        return self.classifier(torch.flatten(out, 1))


class DoubleConv(nn.Module):
    def __init__(self, channels, out):
        super().__init__()
        self.double_conv = nn.Sequential(nn.Conv2d(channels, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(inplace=True),
                                         nn.Conv2d(out, out, 3, padding=1), nn.BatchNorm2d(out), nn.ReLU(inplace=True))

    def forward(self, x):
        return self.double_conv(x)


class Up(nn.Module):
    def __init__(self, channels, out, bilinear):
        super().__init__()
        self.up = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True) if bilinear else nn.ConvTranspose2d(channels, channels // 2, 2, 2)
        self.conv = DoubleConv(channels + channels // 2 if bilinear else channels, out)

    def forward(self, x1, x2):
        x1 = self.up(x1)
        diff_y, diff_x = x2.size()[2] - x1.size()[2], x2.size()[3] - x1.size()[3]
        x1 = F.pad(x1, [diff_x // 2, diff_x - diff_x // 2, diff_y // 2, diff_y - diff_y // 2])
        return self.conv(torch.cat([x2, x1], dim=1))


class UNet(nn.Module):
    """Ronneberger, Fischer and Brox, "U-Net", 2015; with padding, as most programs have it."""

    def __init__(self, channels=3, classes=2, width=64, bilinear=False):
        super().__init__()
        self.inc = DoubleConv(channels, width)
        self.down1, self.down2, self.down3, self.down4 = (
            nn.Sequential(nn.MaxPool2d(2), DoubleConv(width * i, width * i * 2)) for i in (1, 2, 4, 8))
        self.up1, self.up2, self.up3, self.up4 = (Up(width * i, width * i // 2, bilinear) for i in (16, 8, 4, 2))
        self.outc = nn.Conv2d(width, classes, 1)

    def forward(self, x):
        x1 = self.inc(x)
        x2 = self.down1(x1)
        x3 = self.down2(x2)
        x4 = self.down3(x3)
        x = self.down4(x4)
        x = self.up1(x, x4)
        x = self.up2(x, x3)
        x = self.up3(x, x2)
        x = self.up4(x, x1)
        return self.outc(x)


class Generator(nn.Module):
    """Radford, Metz and Chintala, "DCGAN", 2016: numbers [nz, 1, 1] to pictures."""

    def __init__(self, nz=100, ngf=64, nc=3):
        super().__init__()
        layers, channels = [], nz
        for i, (stride, padding) in zip((8, 4, 2, 1), ((1, 0), (2, 1), (2, 1), (2, 1))):
            layers += [nn.ConvTranspose2d(channels, ngf * i, 4, stride, padding, bias=False), nn.BatchNorm2d(ngf * i), nn.ReLU(True)]
            channels = ngf * i
        self.main = nn.Sequential(*layers, nn.ConvTranspose2d(ngf, nc, 4, 2, 1, bias=False), nn.Tanh())

    def forward(self, x):
        return self.main(x)


class Discriminator(nn.Module):
    """The same paper's: pictures of 64×64 to a probability."""

    def __init__(self, ndf=64, nc=3):
        super().__init__()
        layers = [nn.Conv2d(nc, ndf, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True)]
        for i in (1, 2, 4):
            layers += [nn.Conv2d(ndf * i, ndf * i * 2, 4, 2, 1, bias=False), nn.BatchNorm2d(ndf * i * 2), nn.LeakyReLU(0.2, inplace=True)]
        self.main = nn.Sequential(*layers, nn.Conv2d(ndf * 8, 1, 4, 1, 0, bias=False), nn.Sigmoid())

    def forward(self, x):
        return self.main(x).view(-1, 1).squeeze(1)


class ModifiedMLP(nn.Module):
    """Wang, Teng and Perdikaris, "Understanding and mitigating gradient pathologies in physics-informed neural networks", 2021."""

    def __init__(self, inputs=2, width=20, layers=4, outputs=1):
        super().__init__()
        self.U, self.V, self.first = nn.Linear(inputs, width), nn.Linear(inputs, width), nn.Linear(inputs, width)
        self.hidden = nn.ModuleList(nn.Linear(width, width) for _ in range(layers))
        self.last = nn.Linear(width, outputs)
        self.register_buffer("lower", -torch.ones(inputs))
        self.register_buffer("upper", torch.arange(1.0, inputs + 1))

    def forward(self, x):
        x = 2 * (x - self.lower) / (self.upper - self.lower) - 1
        u, v = torch.tanh(self.U(x)), torch.tanh(self.V(x))
        h = torch.tanh(self.first(x))
        for layer in self.hidden:
            z = torch.tanh(layer(h))
            h = (1 - z) * u + z * v
        return self.last(h)


class Sine(nn.Module):
    """Sitzmann et al., "Implicit Neural Representations with Periodic Activation Functions", 2020."""

    def __init__(self, inputs, outputs, first=False, omega_0=30):
        super().__init__()
        self.omega_0 = omega_0
        self.linear = nn.Linear(inputs, outputs)
        bound = 1 / inputs if first else (6 / inputs) ** 0.5 / omega_0
        nn.init.uniform_(self.linear.weight, -bound, bound)

    def forward(self, x):
        return torch.sin(self.omega_0 * self.linear(x))


class Siren(nn.Module):
    def __init__(self, inputs=2, width=32, layers=3, outputs=1):
        super().__init__()
        self.net = nn.Sequential(Sine(inputs, width, first=True), *(Sine(width, width) for _ in range(layers)), nn.Linear(width, outputs))

    def forward(self, coords):
        return self.net(coords)


class DeepONet(nn.Module):
    """Lu et al., "Learning nonlinear operators via DeepONet", 2021: a function at its sensors, and a point, side by side."""

    def __init__(self, sensors=10, dimension=1, width=20, p=12):
        super().__init__()
        self.sensors = sensors
        self.branch = nn.Sequential(nn.Linear(sensors, width), nn.Tanh(), nn.Linear(width, p))
        self.trunk = nn.Sequential(nn.Linear(dimension, width), nn.Tanh(), nn.Linear(width, p), nn.Tanh())
        self.bias = nn.Parameter(torch.full((1,), 0.3))

    def forward(self, x):
        b, t = self.branch(x[:, :self.sensors]), self.trunk(x[:, self.sensors:])
        return torch.sum(b * t, dim=-1, keepdim=True) + self.bias


class StarredDeepONet(DeepONet):
    """The same, as einsum, and without the axis of one output."""

    def forward(self, x):
        return torch.einsum("bp,bp->b", self.branch(x[..., :-1]), self.trunk(x[..., -1:])) + self.bias


def networks():
    """(shape of a sample, network) by name: narrow ones, whose tests are short."""
    return {
        "ResNet-18": ([3, 64, 64], resnet18(width=8, classes=5)),
        "ResNet-50": ([3, 64, 64], resnet50(width=4, classes=5)),
        "VGG-11-BN": ([3, 64, 64], VGG11BN(width=4, hidden=16, classes=5)),
        "MobileNetV2": ([3, 64, 64], MobileNetV2(width=0.25, last=32, classes=5)),
        "DenseNet-121, narrow": ([3, 64, 64], DenseNet(growth=4, width=8, classes=5)),
        "U-Net": ([3, 32, 32], UNet(width=4)),
        "U-Net, bilinear, of odd size": ([1, 37, 34], UNet(channels=1, width=2, bilinear=True)),
        "DCGAN's generator": ([10, 1, 1], Generator(nz=10, ngf=4)),
        "DCGAN's discriminator": ([3, 64, 64], Discriminator(ndf=4)),
        "modified MLP": ([2], ModifiedMLP()),
        "SIREN": ([2], Siren()),
        "DeepONet": ([11], DeepONet()),
        "DeepONet by einsum": ([11], StarredDeepONet()),
    }


def detached(norm, x):
    """What mode trainDetached is: normalized by the batch's statistics, held constant."""
    axes = [0, *range(2, x.dim())]
    shape = [1, -1] + [1] * (x.dim() - 2)
    mean, variance = x.detach().mean(axes), x.detach().var(axes, unbiased=False)
    return (x - mean.view(shape)) / torch.sqrt(variance.view(shape) + norm.eps) * norm.weight.view(shape) + norm.bias.view(shape)


def of_torch(net, x, mode, cotangent=None):
    """Outputs, and cotangent times Jacobian, dropout being off."""
    norms = [module for module in net.modules() if isinstance(module, nn.modules.batchnorm._BatchNorm)]
    x = x.clone().requires_grad_()
    with contextlib.ExitStack() as stack:
        stack.enter_context(from_torch._in_mode(net, lambda module: mode != "eval" and module in norms))
        for norm in norms if mode == "trainDetached" else ():
            stack.enter_context(unittest.mock.patch.object(norm, "forward", types.MethodType(detached, norm)))
        outputs = net(x)
        cotangent = torch.ones_like(outputs) if cotangent is None else cotangent
        return outputs.detach(), torch.autograd.grad(outputs, x, cotangent.view_as(outputs))[0]


def of_service(url, name, x, mode, cotangent):
    answer = requests.post(url + "/v1/gradients", json={
        "network": {"name": name}, "inputs": from_torch._array(x), "batchNorm": {"mode": mode}, "encoding": "base64",
        "gradient": {"kind": "vjp", "cotangent": from_torch._array(cotangent)}})
    assert answer.ok, answer.text
    return [torch.from_numpy(np.frombuffer(base64.b64decode(each["base64"]), each["dtype"]).copy())
            for each in (answer.json()["outputs"], answer.json()["gradients"])]


def difference(one, other):
    one, other = one.reshape(-1).double(), other.reshape(-1).double()
    return ((one - other).abs().max() / other.abs().max()).item()


def compare(url, name, shape, net):
    """Stores and compares in both precisions."""
    x = torch.randn(4, *shape, dtype=torch.float64)
    for _ in range(3):
        net.double().train()(x + torch.randn_like(x))  # running statistics that are not the first ones
    for dtype in (torch.float64, torch.float32):
        net, x = net.to(dtype), x.to(dtype)
        from_torch.store(net, shape, "paper", url)
        exact = copy.deepcopy(net).double()
        for mode in ("train", "trainDetached", "eval"):
            outputs = of_torch(net, x, mode)[0]
            cotangent = torch.linspace(-1, 1, outputs.numel(), dtype=dtype).view(len(x), -1)
            truth = of_torch(exact, x.double(), mode, cotangent.double())
            torchs, services = of_torch(net, x, mode, cotangent), of_service(url, "paper", x, mode, cotangent)
            for what, true, torchs_own, services_own in zip(("outputs", "vjp"), truth, torchs, services):
                kinks = what == "vjp" and mode != "eval" and any(isinstance(module, (nn.ReLU, nn.ReLU6, nn.LeakyReLU)) for module in net.modules())
                most = 1e-10 if dtype == torch.float64 else 4 * difference(torchs_own, true) + (5e-2 if kinks else 1e-6)
                off = difference(services_own, true)
                assert off <= most, f"{name}, {dtype}, {mode}, {what}: off by {off:.1e}, and at most {most:.1e} is expected"


if __name__ == "__main__":
    torch.manual_seed(5)
    for name, (shape, net) in networks().items():
        compare(sys.argv[1], name, shape, net)
        print(name)
