"""The answers to a request, row by row, and what is asserted of every one of them."""

import copy
import math

import torch
import torch.nn.functional as F
from torch import nn

from goldens_networks import DTYPES, MAX_POOLS, BatchNorm, Dropout, build, forward, named, tensor


def case(name, request, keep_jacobian=True):
    network = build(request)
    state = copy.deepcopy(network.state_dict())
    x = tensor(request, request["inputs"]).requires_grad_()
    y = forward(network, request, x)
    jacobian = row_by_row(y, x)  # [N, M, N, D...]
    samples, outputs = jacobian.shape[:2]

    drawn = torch.Generator().manual_seed(samples + outputs)
    cotangent = rounded(torch.randn(samples, outputs, generator=drawn), request)
    tangent = rounded(torch.randn(x.shape, generator=drawn), request)
    sums = torch.autograd.grad(y.sum(), x, retain_graph=True)[0]
    vjp = torch.autograd.grad(y, x, cotangent.reshape(y.shape), retain_graph=True)[0]
    jvp = torch.autograd.functional.jvp(lambda x: forward(build(request), request, x), x.detach(), tangent)[1]
    jvp = jvp.reshape(samples, outputs)
    own = torch.stack([jacobian[i, :, i] for i in range(samples)])

    check_products(jacobian, sums, cotangent, vjp, tangent, jvp)
    check_uncoupled(network, jacobian)
    check_against_torch(network, request, state, x, y, jacobian)

    expected = {"outputs": y.tolist(), "sum": sums.tolist(), "perSample": own.tolist()}
    if keep_jacobian:
        expected["jacobian"] = jacobian.tolist()
    expected["vjp"] = {"cotangent": cotangent.tolist(), "gradients": vjp.tolist()}
    expected["jvp"] = {"tangent": tangent.tolist(), "gradients": jvp.tolist()}
    expected["batchNorm"] = {name: statistics_of(norm) for name, norm in named(network, BatchNorm).items()}

    result = {"name": name, "request": request, "stateDict": {k: v.tolist() for k, v in state.items()}}
    if "dropout" in request:
        result["dropoutMasks"] = {name: dropout.mask.tolist() for name, dropout in named(network, Dropout).items()}
    result["expected"] = expected
    return result


def row_by_row(y, x):
    rows = [torch.autograd.grad(element, x, retain_graph=True)[0] for element in y.reshape(-1)]
    return torch.stack(rows).reshape(len(x), -1, *x.shape)


def statistics_of(norm):
    mean, variance = norm.used
    return {
        "mean": mean.tolist(),
        "variance": variance.tolist(),
        "runningMean": norm.running_mean.tolist() if norm.tracked else None,
        "runningVariance": norm.running_var.tolist() if norm.tracked else None,
        "batchesTracked": norm.num_batches_tracked.item() if norm.tracked else None,
    }


def rounded(values, request):
    """Random numbers are made in float32, so both dtypes can represent them exactly."""
    return values.to(torch.float32).to(DTYPES[request["network"]["dtype"]])


# ---------------------------------------------------------------------------------------------------------------------
# Cross-checks


def assert_close(actual, expected, scale, what):
    """Differences are measured against the largest magnitude: elementwise ratios fail near zeros."""
    tolerance = 2e-5 if actual.dtype == torch.float32 else 2e-13
    error = (actual - expected).abs().max().item()
    assert error <= tolerance * max(scale, 1e-30), f"{what}: off by {error}, scale {scale}"


def check_products(jacobian, sums, cotangent, vjp, tangent, jvp):
    samples, outputs = jacobian.shape[:2]
    dense = jacobian.reshape(samples * outputs, -1)
    scale = dense.abs().sum().item() / samples
    assert_close(sums.reshape(-1), dense.sum(0), scale, "sum")
    assert_close(vjp.reshape(-1), cotangent.reshape(-1) @ dense, scale, "vjp")
    assert_close(jvp.reshape(-1), dense @ tangent.reshape(-1), scale, "jvp")


def check_uncoupled(network, jacobian):
    if any(norm.coupled for norm in named(network, BatchNorm).values()):
        return
    off_diagonal = [jacobian[j, :, i] for j in range(len(jacobian)) for i in range(len(jacobian)) if i != j]
    assert all((block == 0).all() for block in off_diagonal), "samples interact in an uncoupled mode"


def check_against_torch(network, request, state, x, y, jacobian):
    """The same network of torch.nn modules only.

    Coupled layers are nn.BatchNorm as it is. Where statistics are constants, nn.BatchNorm in eval mode holds the
    statistics that were used: the values of those are checked by compare_running for the rules that nn.BatchNorm
    has, and by check_forum_module for the moving average.
    """
    twin_request = copy.deepcopy(request)
    for spec, norm in zip(norm_specs(twin_request["network"]["layers"]), named(network, BatchNorm).values()):
        if not norm.coupled:
            spec["trackRunningStats"] = True  # else it could not hold constants
    twin = build(twin_request, pure=True)
    start = twin.state_dict()
    twin.load_state_dict({**start, **{k: v for k, v in state.items() if k in start}})
    twin.train()
    if "dropout" not in request:
        for dropout in named(twin, nn.Dropout).values():
            dropout.eval()
    for name, norm in named(network, BatchNorm).items():
        module = twin.get_submodule(name)
        if norm.mode == "eval" or not norm.coupled:
            module.eval()
        if not norm.coupled:
            module.running_mean, module.running_var = norm.used
        if norm.correction is not None:
            r, d = norm.correction
            with torch.no_grad():
                module.bias.add_(module.weight * d)
                module.weight.mul_(r)

    def run(x):
        torch.manual_seed(request.get("dropout", {}).get("seed", 0))
        return twin(x)

    pools = named(twin, tuple(MAX_POOLS.values())).values()
    guards = [pool.register_forward_pre_hook(check_no_near_ties) for pool in pools]
    z = run(x)
    for guard in guards:
        guard.remove()
    assert_close(z, y, y.abs().max().item(), "outputs of torch.nn")
    assert_close(row_by_row(z, x), jacobian, jacobian.abs().max().item(), "gradients of torch.nn")
    for name, norm in named(network, BatchNorm).items():
        if (norm.mode == "train" or norm.renormalises) and norm.tracked:
            compare_running(norm, twin.get_submodule(name), name)
    if x.dtype == torch.float64:
        check_finite_differences(run, x.detach(), jacobian)
    if all(norm.mode == "trainDetached" for norm in named(network, BatchNorm).values()):
        check_same_as_train_but_gradients(network, request)


def norm_specs(specs):
    """In the order in which the modules are registered."""
    for spec in specs:
        if spec["type"] == "batchNorm":
            yield spec
        for layers in spec["layers"] if spec["type"] == "branches" else [spec.get("layers", [])]:
            yield from norm_specs(layers)
        yield from norm_specs(spec.get("shortcut", []))


def compare_running(norm, module, name):
    for mine, real in ((norm.running_mean, module.running_mean), (norm.running_var, module.running_var)):
        assert_close(mine, real, real.abs().max().item(), f"running statistics of {name}")
    assert norm.num_batches_tracked == module.num_batches_tracked


def check_finite_differences(run, x, jacobian):
    columns = torch.empty_like(jacobian.reshape(-1, x.numel()))
    with torch.no_grad():
        for k in range(x.numel()):
            step = 1e-5 * max(1, abs(x.reshape(-1)[k].item()))
            shift = torch.zeros(x.numel(), dtype=x.dtype)
            shift[k] = step
            shift = shift.reshape(x.shape)
            columns[:, k] = (run(x + shift) - run(x - shift)).reshape(-1) / (2 * step)
    error = (columns.reshape(jacobian.shape) - jacobian).abs().max()
    assert error <= 1e-7 * jacobian.abs().max(), f"finite differences: off by {error}"


def check_no_near_ties(pool, inputs):
    """Under every window of a maximum, the two largest values are so far apart that rounding cannot swap them."""
    windows = inputs[0].detach()
    axes = windows.dim() - 2
    kernel, stride, padding = ([v] * axes if isinstance(v, int) else v
                               for v in (pool.kernel_size, pool.stride, pool.padding))
    windows = F.pad(windows, [p for p in reversed(padding) for _ in range(2)], value=-math.inf)
    for axis in range(axes):
        windows = windows.unfold(2 + axis, kernel[axis], stride[axis])
    largest = windows.flatten(2 + axes).topk(2).values
    gap = (largest[..., 0] - largest[..., 1]).min()
    assert gap > 1e-3 * inputs[0].abs().max(), f"a maximum is nearly a tie: {gap}"


def check_same_as_train_but_gradients(network, request):
    """trainDetached differs from train in gradients only: outputs and statistics have the same bits."""
    other_request = copy.deepcopy(request)
    other_request["batchNorm"] = {"mode": "train"}
    other = build(other_request)
    forward(other, other_request, tensor(request, request["inputs"]))
    for name, norm in named(network, BatchNorm).items():
        assert statistics_of(norm) == statistics_of(other.get_submodule(name)), name


def check_dtypes_agree(single, double):
    """A float32 answer is the float64 one up to rounding."""
    assert [single["name"], double["name"]] == [double["name"].replace("64", "32"), single["name"].replace("32", "64")]
    for key in ("outputs", "perSample", "jacobian"):
        if key in single["expected"]:
            a, b = (torch.tensor(c["expected"][key], dtype=torch.float64) for c in (single, double))
            error = (a - b).abs().max()
            assert error <= 1e-4 * b.abs().max(), f"{single['name']}: float32 and float64 differ by {error} in {key}"
