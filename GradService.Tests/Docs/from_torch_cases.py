"""Every layer that PyTorch and the service both have, and what forwards do with them, taken from one to the other by examples/from_torch.py.

Prints the service's names of the layers that were compared, then what was said of modules that cannot be expressed.
"""

import ast
import collections
import json
import pathlib
import sys
import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import utils

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "examples"))
from from_torch import Residual, check, names_of, parameters_of, safetensors, spec_of, store  # noqa: E402
from from_torch_modules import ROWS, types  # noqa: E402


class Does(nn.Module):
    """A forward of one line, after a layer."""

    def __init__(self, does, size=6, **parts):
        super().__init__()
        self.does, self.first = does, nn.Linear(size, size)
        for name, part in parts.items():
            setattr(self, name, part)

    def forward(self, x):
        return self.does(self, self.first(x))


class PreActivation(nn.Module):
    """Whose ReLU changes in place what the shortcut takes."""

    def __init__(self, channels):
        super().__init__()
        self.bn, self.relu, self.conv = nn.BatchNorm2d(channels), nn.ReLU(inplace=True), nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x):
        x = self.bn(x)
        return x + self.conv(self.relu(x))


class SqueezeAndExcitation(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.fc = nn.Sequential(nn.Linear(channels, 2), nn.ReLU(), nn.Linear(2, channels), nn.Sigmoid())

    def forward(self, x):
        b, c, _, _ = x.size()
        return x * self.fc(F.adaptive_avg_pool2d(x, 1).view(b, c)).view(b, c, 1, 1)


class Inception(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.ways = nn.ModuleDict({"one": nn.Conv2d(channels, 2, 1), "three": nn.Sequential(nn.Conv2d(channels, 2, 1), nn.Conv2d(2, 3, 3, padding=1))})
        self.pool = nn.Conv2d(channels, 1, 1)

    def forward(self, x):
        return torch.cat([self.ways["one"](x), self.ways["three"](x), self.pool(F.max_pool2d(x, 3, 1, 1))], 1)


class Shuffle(nn.Module):
    """Halves of the channels, of which one goes on as it is."""

    def __init__(self, channels):
        super().__init__()
        self.branch = nn.Sequential(nn.Conv2d(channels // 2, channels // 2, 1, bias=False), nn.BatchNorm2d(channels // 2), nn.ReLU(inplace=True))

    def forward(self, x):
        x1, x2 = x.chunk(2, dim=1)
        out = torch.cat((x1, self.branch(x2)), dim=1)
        n, c, h, w = out.shape
        return out.view(n, 2, c // 2, h, w).transpose(1, 2).contiguous().view(n, c, h, w)


class Highway(nn.Module):
    def __init__(self, size, layers=2):
        super().__init__()
        self.gates = nn.ModuleList(nn.Linear(size, size) for _ in range(layers))
        self.forms = nn.ModuleList(nn.Sequential(nn.Linear(size, size), nn.BatchNorm1d(size), nn.Tanh()) for _ in range(layers))

    def forward(self, x):
        for gate, form in zip(self.gates, self.forms):
            t = torch.sigmoid(gate(x))
            x = t * form(x) + (1 - t) * x
        return x


class Attention(nn.Module):
    """With queries, keys and values from one layer, which stand before the samples for a while."""

    def __init__(self, size, heads):
        super().__init__()
        self.heads, self.scale = heads, (size // heads) ** -0.5
        self.norm, self.qkv, self.proj = nn.LayerNorm(size), nn.Linear(size, 3 * size, bias=False), nn.Linear(size, size)
        self.gamma = nn.Parameter(torch.full((size,), 0.3))

    def forward(self, x):
        b, n, c = x.shape
        q, k, v = self.qkv(self.norm(x)).reshape(b, n, 3, self.heads, c // self.heads).permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q @ k.transpose(-2, -1) * self.scale).softmax(dim=-1)
        return x + self.gamma * self.proj((weights @ v).transpose(1, 2).reshape(b, n, c))


class VisionTransformer(nn.Module):
    def __init__(self, size=6):
        super().__init__()
        self.patches, self.head = nn.Conv2d(3, size, 4, 4), nn.Linear(size, 2)
        self.token, self.position = nn.Parameter(torch.randn(1, 1, size)), nn.Parameter(torch.randn(1, 5, size))
        self.blocks = nn.Sequential(Attention(size, 2), Attention(size, 3))

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1) + self.position
        return self.head(self.blocks(x)[:, 0])


class Skip(nn.Module):
    """Pix2pix's, whose first activation changes in place what goes beside it."""

    def __init__(self, channels, inside=None):
        super().__init__()
        down = [nn.LeakyReLU(0.2, True), nn.Conv2d(channels, channels, 4, 2, 1, bias=False)]
        up = [nn.ReLU(True), nn.ConvTranspose2d(channels * (2 if inside else 1), channels, 4, 2, 1, bias=False), nn.BatchNorm2d(channels)]
        self.model = nn.Sequential(*down, *([inside] if inside else []), *up)

    def forward(self, x):
        return torch.cat([x, self.model(x)], 1)


class PointNet(nn.Module):
    """Points turned by a matrix that is computed from them."""

    def __init__(self):
        super().__init__()
        self.features, self.turn, self.conv, self.norm = nn.Conv1d(3, 5, 1), nn.Linear(5, 9), nn.Conv1d(3, 6, 1), nn.BatchNorm1d(6)

    def forward(self, x):
        turn = self.turn(torch.max(self.features(x), 2, keepdim=True)[0].view(-1, 5))
        turn = (turn + torch.eye(3, dtype=x.dtype).view(1, 9).repeat(x.size(0), 1)).view(-1, 3, 3)
        x = torch.bmm(x.transpose(2, 1), turn).transpose(2, 1)
        return F.log_softmax(torch.max(F.relu(self.norm(self.conv(x))), 2)[0], dim=1)


class Fusion(nn.Module):
    """HRNet's: two resolutions, each of which takes from both."""

    def __init__(self, channels):
        super().__init__()
        self.a, self.b, self.c, self.d = (nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels)) for _ in range(4))

    def forward(self, x):
        high, low = self.a(x), self.b(F.avg_pool2d(x, 2))
        fine = high + F.interpolate(low, scale_factor=2, mode="bilinear", align_corners=False)
        coarse = low + F.avg_pool2d(high, 2)
        return torch.cat([self.c(fine), F.interpolate(self.d(coarse), size=fine.shape[2:])], 1)


class Film(nn.Module):
    """Features scaled and shifted by what other inputs say."""

    def __init__(self):
        super().__init__()
        self.says, self.linear, self.norm, self.out = nn.Linear(2, 8), nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1)

    def forward(self, x):
        gamma, beta = self.says(x[:, :2]).chunk(2, dim=-1)
        return self.out(torch.sin((1 + gamma) * self.norm(self.linear(x[:, 2:])) + beta))


class Sums(nn.Module):
    """Each layer takes the sum of all before it, over spatial samples."""

    def __init__(self, channels):
        super().__init__()
        self.layers = nn.ModuleList(nn.Sequential(nn.Conv2d(channels, channels, 3, padding=1), nn.BatchNorm2d(channels)) for _ in range(3))

    def forward(self, x):
        made = [x]
        for layer in self.layers:
            made.append(torch.sin(layer(made[-1])) * layer[1].weight.mean() + sum(made[:-1]))
        return made[-1]


class Pinn(nn.Module):
    """Inputs to [-1, 1], Fourier features, and zero on the boundary."""

    def __init__(self):
        super().__init__()
        self.register_buffer("lower", torch.tensor([0.0, -1.0]))
        self.register_buffer("upper", torch.tensor([2.0, 1.0]))
        self.frequencies = nn.Parameter(torch.randn(2, 3), requires_grad=False)
        self.net = nn.Sequential(collections.OrderedDict(one=nn.Linear(8, 7), tanh=nn.Tanh(), two=nn.Linear(7, 1)))
        self.slope, self.unused = nn.Parameter(torch.tensor([1.3])), nn.Linear(9, 9)

    def forward(self, x):
        z = 2.0 * (x - self.lower) / (self.upper - self.lower) - 1.0
        features = torch.cat([z, torch.sin(z @ self.frequencies), torch.cos(z @ self.frequencies)], -1)
        return self.slope * self.net(features) * x[:, 0:1] * (2 - x[:, 0:1])


class Adaptive(nn.Module):
    """One slope for all activations."""

    def __init__(self):
        super().__init__()
        self.a, self.layers = nn.Parameter(torch.tensor(0.7)), nn.ModuleList(nn.Linear(3, 3) for _ in range(3))

    def forward(self, x):
        for layer in self.layers:
            x = torch.tanh(self.a * layer(x))
        return x


def untracked():
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
    net(torch.randn(9, 3))
    net[1].track_running_stats = False
    return net


def cases():
    for module, name, shape, _ in ROWS:
        if hasattr(nn, name) and name != "ChannelShuffle":  # of which PyTorch 1.13 has no derivative
            yield ast.literal_eval(shape), eval(module, {"nn": nn})
    yield [3], nn.Sequential(nn.Linear(3, 4, bias=False), nn.BatchNorm1d(4, eps=1e-3, momentum=0.3), nn.LazyLinear(2))
    yield [3], nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4, track_running_stats=False), nn.LayerNorm(4, elementwise_affine=False), nn.Linear(4, 2))
    yield [2, 3], nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(2, momentum=None), nn.Flatten(), nn.Linear(8, 1))
    yield [3], nn.Sequential(nn.Linear(3, 3), Residual(nn.Sequential(nn.BatchNorm1d(3), Residual(nn.Sequential(nn.Linear(3, 3), nn.Tanh())))), nn.Linear(3, 1))
    yield [2, 6, 5], nn.Sequential(nn.Sequential(nn.Conv2d(2, 4, 3, 2, 2, 2, 2), nn.GroupNorm(2, 4)),
                                   nn.Sequential(nn.Conv2d(4, 2, 2, padding="same"), nn.SELU()))
    yield [2, 7], nn.Sequential(nn.ConvTranspose1d(2, 4, 3, 2, 1, 1, 2, False, 2), nn.InstanceNorm1d(4, affine=True), nn.PReLU(4), nn.AdaptiveAvgPool1d(3))
    yield [2, 7, 5], nn.Sequential(nn.AvgPool2d(3, 2, 1, ceil_mode=True), nn.Conv2d(2, 2, 1), nn.MaxPool2d(3, 2, 1, ceil_mode=True),
                                   nn.Upsample(size=(5, 7), mode="bilinear"))
    yield [4, 6, 6], nn.Sequential(PreActivation(4), SqueezeAndExcitation(4), Shuffle(4), Inception(4), nn.BatchNorm2d(6), Sums(6))
    yield [5], Highway(5)
    yield [3, 8, 8], VisionTransformer()
    yield [2, 16, 16], Skip(2, Skip(2, Skip(2)))
    yield [3, 7], PointNet()
    yield [2, 8, 8], Fusion(2)
    yield [5], Film()
    yield [2], Pinn()
    yield [3], Adaptive()
    yield [3], untracked()
    yield [3], nn.Sequential(utils.weight_norm(nn.Linear(3, 4)), nn.Tanh(), utils.spectral_norm(nn.Linear(4, 4)), nn.Sigmoid(),
                             utils.parametrizations.spectral_norm(nn.Linear(4, 2)))
    yield [6], nn.DataParallel(nn.Linear(6, 2))
    for does in (
        lambda m, x: F.gelu(x) - 0.5 * x ** 3 + torch.exp(-x.square()), lambda m, x: x.abs().clamp(max=0.4) / 3, lambda m, x: 1 - torch.cos(x),
        lambda m, x: F.leaky_relu(x, 0.2).view(x.size(0), 2, 3).permute(0, 2, 1).flatten(1), lambda m, x: (x * torch.sin(x)).sum(-1),
        lambda m, x: x.reshape(-1, 2, 3).max(1).values, lambda m, x: torch.stack(x.unbind(1)[1::2], 1), lambda m, x: x[:, [3, 1]] * x.flip(1)[:, ::3],
        lambda m, x: torch.einsum("bi,bj->bij", x, torch.tanh(x)), lambda m, x: F.pad(x.unsqueeze(1), (2, 1), mode="reflect"),
        lambda m, x: F.dropout(x, 0.3, m.training) + torch.linspace(0, 1, 6), lambda m, x: torch.cat([x, torch.ones_like(x[:, :1])], 1),
        lambda m, x: x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * m.first.bias,
        lambda m, x: (x - x.mean(1, keepdim=True)) / torch.sqrt(x.var(1, unbiased=False, keepdim=True) + 1e-5),
        lambda m, x: F.normalize(x.view(-1, 2, 3), dim=2) + 2 * x[:, :3].view(-1, 1, 3) / x[:, :3].view(-1, 1, 3).norm(dim=2, keepdim=True),
        lambda m, x: torch.where(torch.arange(6) > 2, x, 2 * x).masked_fill(torch.arange(6) == 1, 0.5),
        lambda m, x: F.layer_norm(F.linear(x, m.first.weight.t()), (6,)), lambda m, x: x.expand(3, -1, -1).transpose(0, 1).mean(1),
        lambda m, x: F.glu(F.softplus(x), 1) * F.log_softmax(x, dim=1)[:, 3:], lambda m, x: torch.relu_(x) + 1,
    ):
        yield [6], Does(does)


INEXPRESSIBLE = [
    ([6], Does(lambda m, x: x if x.sum() > 0 else -x)),
    ([6], Does(lambda m, x: torch.where(x > 0, x, 2 * x))),
    ([6], Does(lambda m, x: m.first(x))),
    ([6], Does(lambda m, x: torch.fft.rfft(x).real)),
    ([6], Does(lambda m, x: x - x.mean(0))),
    ([6], Does(lambda m, x: x.view(-1, 3))),
    ([6], Does(lambda m, x: x / torch.sqrt(1 + x))),
    ([6], Does(lambda m, x: x * torch.rand(6))),
    ([6], Does(lambda m, x: (x, x))),
    ([6], Does(lambda m, x: m.rnn(x.unsqueeze(1))[0], rnn=nn.GRU(6, 2, batch_first=True))),
    ([6], Does(lambda m, x: x.detach() * 2)),
    ([6], nn.Bilinear(6, 6, 1)),
    ([6], Does(lambda m, x: m.second(x), second=nn.LazyLinear(2))),
    ([3], nn.Sequential(nn.Linear(3, 3), nn.RReLU())),
    ([2, 6], nn.Sequential(nn.MaxPool1d(2, dilation=2))),
    ([2, 6], nn.Sequential(nn.InstanceNorm1d(2, track_running_stats=True))),
    ([3], nn.Sequential(nn.Softmax(0))),
    ([3], nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3).double())),
]


def main():
    warnings.simplefilter("ignore")
    url, compared = sys.argv[1], set()
    torch.manual_seed(3)
    for number, (shape, net) in enumerate(cases()):
        for double in (False, True):
            taken = net.double() if double else net
            inputs = torch.randn(4, *shape, dtype=torch.float64 if double else torch.float32)
            for _ in range(3):
                taken.train()(inputs + torch.randn_like(inputs))  # running statistics that are not the first ones
            if not any(True for _ in net.parameters()):
                inputs = inputs.float()  # no numbers say in which precision it is
            store(taken, shape, "from-torch-case", url)
            difference = check(taken, inputs, "from-torch-case", url)

            # Of the precision, over sums of a few dozen terms.
            assert difference < (1e-10 if inputs.dtype == torch.float64 else 1e-3), (number, net, difference)
        compared |= set(types(spec_of(net, shape)["layers"]))
    names = names_of(nn.Sequential(collections.OrderedDict(fc=nn.Linear(3, 3), block=Residual(nn.Sequential(nn.Linear(3, 3))))), [3])
    assert names == {"fc.weight": "0.weight", "fc.bias": "0.bias",
                     "block.layers.0.weight": "1.layers.0.weight", "block.layers.0.bias": "1.layers.0.bias"}, names
    assert safetensors(parameters_of(nn.Linear(1, 1), [1]))[8:10] == b'{"'
    print(json.dumps(sorted(compared)))
    for shape, net in INEXPRESSIBLE:
        try:
            spec_of(net, shape)
            raise SystemExit(f"{net} was expressed")
        except ValueError as said:
            print(str(said).replace(f"line {net.does.__code__.co_firstlineno}, ", "its line, ") if isinstance(net, Does) else said)


if __name__ == "__main__":
    main()
