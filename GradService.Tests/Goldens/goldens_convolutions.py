"""convolutions.json: convolutions, pooling, resizing, normalisation of single samples and such; networks of them times modes."""

import math

import torch
import torch.nn.functional as F
from torch import nn

from goldens_answers import assert_close
from goldens_modes import check_batch_as_its_own_reference
from goldens_networks import DTYPES, MODES, Residual, tensor
from goldens_requests import (both_dtypes, conv, linear, make_request, plain, random_inputs, residual,
                              trained_parameters, transposed)

TANH, FLATTEN, NORM = plain("tanh"), plain("flatten"), plain("batchNorm")


def convolution_cases():
    cases = single_layer_cases() + network_cases()
    check_written_out(cases)
    return cases


# ---------------------------------------------------------------------------------------------------------------------
# One layer at a time


def single_layer_cases():
    seed = iter(range(201, 1000))
    cases = []

    def add(name, shape, *layers, samples=None, **options):
        s = next(seed)
        samples = samples or (4 if NORM in layers else 2)
        cases.extend(both_dtypes(
            name, lambda dtype: make_request(dtype, shape, list(layers), s, samples=samples, **options)))

    def then_linear(name, shape, *layers, **options):
        add(name, shape, *layers, TANH, FLATTEN, linear(2), **options)

    add_convolutions(add, then_linear)
    add_normalisations(then_linear)
    add_pools(add, then_linear)
    add_others(add, then_linear)
    add_transposes(add, then_linear)
    add_resizings(add, then_linear)
    return cases


def add_convolutions(add, then_linear):
    then_linear("conv1d", [2, 6], conv(1, 3, 3))
    then_linear("conv1d-lists", [2, 6], conv(1, 3, [3], stride=[2], padding=[1], dilation=[1]))
    then_linear("conv1d-no-bias", [2, 6], conv(1, 3, 3, stride=2, padding=2, bias=False))
    then_linear("conv1d-dilation", [2, 6], conv(1, 3, 3, padding=1, dilation=2))
    then_linear("conv1d-groups", [4, 4], conv(1, 6, 2, groups=2))
    then_linear("conv1d-depthwise", [3, 4], conv(1, 6, 3, padding=1, groups=3))
    then_linear("conv1d-pointwise", [2, 4], conv(1, 3, 1))
    then_linear("conv1d-one-position-left", [2, 4], conv(1, 3, 4))
    then_linear("conv1d-more-padding-than-kernel", [2, 3], conv(1, 2, 2, padding=3))
    then_linear("conv1d-same-odd", [2, 5], conv(1, 2, 3, padding="same"))
    then_linear("conv1d-same-odd-dilation", [2, 5], conv(1, 2, 3, padding="same", dilation=2))
    then_linear("conv1d-same-even", [2, 5], conv(1, 2, 4, padding="same"))
    then_linear("conv1d-same-even-odd-dilation", [2, 5], conv(1, 2, 2, padding="same", dilation=3))
    then_linear("conv1d-same-even-even-dilation", [2, 5], conv(1, 2, 2, padding="same", dilation=2))
    then_linear("conv1d-same-longer-than-the-sample", [2, 4], conv(1, 2, 6, padding="same", stride=1))
    add("conv1d-to-the-end", [2, 4], TANH, conv(1, 2, 2))
    then_linear("conv1d-one-sample", [2, 5], conv(1, 3, 3), samples=1)
    then_linear("conv1d-after-linear", [2, 3], linear(4), TANH, conv(1, 3, 2, bias=False))

    then_linear("conv2d", [2, 4, 3], conv(2, 3, 3, padding=1))
    then_linear("conv2d-per-axis", [2, 5, 4], conv(2, 3, [2, 3], stride=[2, 1], padding=[1, 0]))
    then_linear("conv2d-dilation", [2, 4, 3], conv(2, 2, 2, stride=[1, 2], padding=[0, 1], dilation=[3, 1]))
    then_linear("conv2d-groups", [4, 3, 2], conv(2, 6, 2, groups=2, padding=[0, 1]))
    then_linear("conv2d-depthwise", [3, 3, 2], conv(2, 3, [3, 2], padding=1, groups=3, bias=False))
    then_linear("conv2d-depthwise-multiplier", [2, 3, 3], conv(2, 4, 2, groups=2))
    then_linear("conv2d-same-odd", [1, 4, 3], conv(2, 2, 3, padding="same"))
    then_linear("conv2d-same-even", [1, 4, 3], conv(2, 2, [4, 2], padding="same"))
    then_linear("conv2d-same-even-and-odd", [1, 3, 4], conv(2, 2, [2, 3], padding="same", groups=1))
    then_linear("conv2d-same-dilation", [2, 3, 4], conv(2, 2, [2, 3], padding="same", dilation=[3, 2], groups=2))
    then_linear("conv2d-same-even-dilation", [1, 3, 4], conv(2, 2, 2, padding="same", dilation=[1, 2], bias=False))
    add("conv2d-to-the-end", [2, 3, 2], conv(2, 3, 2), plain("silu"), conv(2, 2, [2, 1], padding=[1, 0]))

    then_linear("conv3d", [1, 3, 2, 3], conv(3, 2, 2))
    then_linear("conv3d-per-axis", [1, 3, 2, 4], conv(3, 2, [2, 1, 3], stride=[1, 2, 1], padding=[1, 0, 1]))
    then_linear("conv3d-dilation", [1, 3, 2, 3], conv(3, 2, 2, padding=[0, 1, 0], dilation=[2, 1, 2]))
    then_linear("conv3d-groups", [4, 2, 1, 2], conv(3, 2, [2, 1, 2], groups=2, bias=False))
    then_linear("conv3d-depthwise", [2, 2, 2, 2], conv(3, 4, [1, 2, 2], groups=2))
    then_linear("conv3d-same-odd", [1, 2, 2, 3], conv(3, 2, 3, padding="same"))
    then_linear("conv3d-same-even", [1, 2, 2, 3], conv(3, 2, 2, padding="same"))
    then_linear("conv3d-same-even-and-odd-dilation", [1, 2, 3, 2],
                conv(3, 2, [2, 3, 2], padding="same", dilation=[1, 2, 3]))
    add("conv3d-to-the-end", [1, 2, 3, 2], TANH, conv(3, 2, [2, 2, 1]))


def add_normalisations(then_linear):
    four = {"0.weight": [0.5, -1.25, 2.0, 0.75], "0.bias": [0.25, -0.5, 0.0, 1.5]}
    two = {"0.weight": [1.5, -0.5], "0.bias": [0.25, 0.5]}
    for groups in (1, 2, 4):
        then_linear(f"groupNorm-{groups}", [4, 3], plain("groupNorm", groups=groups))
        then_linear(f"groupNorm-{groups}-affine-given", [4, 3], plain("groupNorm", groups=groups), parameters=four)
        then_linear(f"groupNorm-{groups}-no-affine-eps", [4, 3],
                    plain("groupNorm", groups=groups, affine=False, eps=0.01))
    for groups in (1, 2):
        then_linear(f"groupNorm-{groups}-of-channels-only", [6], plain("groupNorm", groups=groups))
    then_linear("groupNorm-2-height-width", [4, 2, 2], plain("groupNorm", groups=2), parameters=four)
    then_linear("groupNorm-2-depth-height-width", [4, 2, 1, 2], plain("groupNorm", groups=2), parameters=four)
    then_linear("groupNorm-after-batchNorm", [4, 3], NORM, TANH, plain("groupNorm", groups=2))

    for name, shape in (("length", [2, 4]), ("height-width", [2, 3, 2]), ("depth-height-width", [2, 2, 2, 2])):
        then_linear(f"instanceNorm-{name}", shape, plain("instanceNorm"))
        then_linear(f"instanceNorm-{name}-affine", shape, plain("instanceNorm", affine=True))
        then_linear(f"instanceNorm-{name}-affine-given", shape, plain("instanceNorm", affine=True), parameters=two)
    then_linear("instanceNorm-eps", [2, 4], plain("instanceNorm", affine=False, eps=0.1))
    then_linear("instanceNorm-one-sample", [2, 4], plain("instanceNorm"), samples=1)
    then_linear("instanceNorm-after-batchNorm", [2, 4], NORM, TANH, plain("instanceNorm"))


def add_pools(add, then_linear):
    for kind in ("max", "avg"):
        def pool(axes, kernel, **options):
            return plain(f"{kind}Pool{axes}d", kernelSize=kernel, **options)

        then_linear(f"{kind}Pool1d", [2, 5], pool(1, 2))
        then_linear(f"{kind}Pool1d-lists", [2, 5], pool(1, [3], stride=[2], padding=[1]))
        then_linear(f"{kind}Pool1d-overlapping", [2, 5], pool(1, 3, stride=1))
        then_linear(f"{kind}Pool1d-padding", [2, 5], pool(1, 2, padding=1))
        then_linear(f"{kind}Pool1d-gaps", [2, 6], pool(1, 2, stride=3))
        add(f"{kind}Pool1d-to-the-end", [2, 4], linear(5), TANH, pool(1, 2, stride=2))
        then_linear(f"{kind}Pool2d", [2, 4, 3], pool(2, 2))
        then_linear(f"{kind}Pool2d-per-axis", [2, 4, 3], pool(2, [3, 2], stride=[1, 2], padding=[1, 0]))
        then_linear(f"{kind}Pool2d-stride-is-kernel", [1, 4, 4], pool(2, [1, 3], padding=[0, 1]))
        then_linear(f"{kind}Pool2d-overlapping-padding", [1, 4, 3], pool(2, 3, stride=1, padding=1))
        then_linear(f"{kind}Pool2d-after-conv2d", [1, 4, 4], conv(2, 2, 2), pool(2, 2, stride=1))
        then_linear(f"{kind}Pool3d", [1, 4, 2, 3], pool(3, 2))
        then_linear(f"{kind}Pool3d-per-axis", [1, 3, 2, 4], pool(3, [2, 1, 3], stride=[1, 1, 2], padding=[1, 0, 1]))
        then_linear(f"{kind}Pool3d-overlapping-padding", [1, 2, 2, 3], pool(3, 2, stride=1, padding=1))

    def adaptive(axes, size):
        return plain(f"adaptiveAvgPool{axes}d", outputSize=size)

    then_linear("adaptiveAvgPool1d", [2, 5], adaptive(1, 2))
    then_linear("adaptiveAvgPool1d-list-overlapping", [2, 5], adaptive(1, [3]))
    then_linear("adaptiveAvgPool1d-larger", [2, 3], adaptive(1, 7))
    then_linear("adaptiveAvgPool1d-one", [2, 5], adaptive(1, 1))
    then_linear("adaptiveAvgPool2d", [2, 4, 3], adaptive(2, 2))
    then_linear("adaptiveAvgPool2d-list", [2, 4, 3], adaptive(2, [1, 3]))
    then_linear("adaptiveAvgPool2d-larger", [1, 3, 4], adaptive(2, [5, 6]))
    then_linear("adaptiveAvgPool2d-larger-and-smaller", [1, 2, 5], adaptive(2, [3, 2]))
    then_linear("adaptiveAvgPool3d", [1, 3, 2, 4], adaptive(3, 2))
    then_linear("adaptiveAvgPool3d-one", [2, 2, 2, 3], adaptive(3, 1))
    then_linear("adaptiveAvgPool3d-list-larger", [1, 2, 2, 3], adaptive(3, [3, 1, 2]))
    add("adaptiveAvgPool2d-to-the-end", [1, 3, 3], TANH, adaptive(2, 2))


def add_others(add, then_linear):
    add("softmax", [3], linear(4), plain("softmax"), linear(2))
    add("softmax-dim-0", [3], linear(4), plain("softmax", dim=0), linear(2))
    add("softmax-to-the-end", [3], linear(4), plain("softmax", dim=-1), samples=5)
    for dim in (-1, 0, 1, 2, -2, -3):
        then_linear(f"softmax-3-axes-dim-{dim}", [2, 3, 2], plain("softmax", dim=dim))
    add("softmax-after-batchNorm", [2, 3], NORM, plain("softmax", dim=0), FLATTEN, linear(2))

    add("prelu", [3], linear(4), plain("prelu"), linear(2), samples=5)
    add("prelu-init", [3], linear(4), plain("prelu", init=0.1), linear(2), samples=5)
    add("prelu-given", [3], linear(4), plain("prelu", init=0.1), linear(2), parameters={"1.weight": [-0.375]})
    then_linear("prelu-height-width", [2, 3, 2], conv(2, 2, 2), plain("prelu"), conv(2, 2, 1), plain("prelu", init=0.5))
    add("prelu-after-batchNorm", [3], linear(4), NORM, plain("prelu"), linear(2))

    def fourier(count, **options):
        return plain("fourierFeatures", count=count, **options)

    # Up to 15 normal numbers are drawn in pairs, one left over waiting for the next; 16 and more are drawn at once.
    add("fourierFeatures", [2], fourier(3), linear(4), TANH, linear(2), spread=0.5)
    add("fourierFeatures-scale", [1], fourier(4, scale=0.5), linear(4), TANH, linear(2), samples=5)
    add("fourierFeatures-many", [3], fourier(10, scale=0.25), linear(2))
    add("fourierFeatures-sixteen", [2], fourier(8, scale=0.25), linear(2))
    add("fourierFeatures-over-last-axis", [2, 3], fourier(2, scale=0.25), TANH, FLATTEN, linear(2))
    add("fourierFeatures-to-the-end", [2], TANH, fourier(2, scale=0.3))
    add("fourierFeatures-twice", [1], fourier(3, scale=0.3), linear(3), TANH, fourier(1, scale=0.5), linear(2),
        fourier(2, scale=0.3))
    add("fourierFeatures-given", [2], fourier(2, scale=3.0), linear(2),
        parameters={"0.frequencies": [[0.5, -0.25], [0.125, 1.0]]})
    add("fourierFeatures-before-batchNorm", [2], fourier(2, scale=0.3), linear(4), NORM, TANH, linear(2))

    same, pointwise = conv(2, 2, 3, padding="same"), conv(2, 2, 1, bias=False)
    then_linear("residual-conv2d", [2, 3, 2], residual(same, TANH, conv(2, 2, [2, 3], padding="same")))
    then_linear("residual-conv2d-shortcut", [1, 3, 3], residual(same, TANH, same, shortcut=[pointwise]))
    then_linear("residual-conv2d-strided", [1, 4, 3],
                residual(conv(2, 3, 3, stride=2, padding=1), plain("silu"), conv(2, 2, 3, padding=1),
                         shortcut=[conv(2, 2, 1, stride=2)]))
    then_linear("residual-conv1d-pooled", [2, 6],
                residual(conv(1, 4, 3, padding=1, groups=2), plain("groupNorm", groups=2), TANH,
                         plain("maxPool1d", kernelSize=2),
                         shortcut=[plain("avgPool1d", kernelSize=2), conv(1, 4, 1), plain("prelu")]))
    then_linear("residual-conv3d-nested", [1, 2, 2, 3],
                residual(conv(3, 2, 2, padding="same"), residual(conv(3, 2, 1), TANH, shortcut=[plain("instanceNorm")]),
                         shortcut=[conv(3, 2, 3, padding=1, bias=False)]))


def add_transposes(add, then_linear):
    then_linear("convTranspose1d", [2, 4], transposed(1, 3, 3))
    then_linear("convTranspose1d-lists", [2, 3], transposed(1, 3, [3], stride=[2], padding=[1], outputPadding=[1]))
    then_linear("convTranspose1d-no-bias", [2, 3], transposed(1, 3, 2, stride=3, outputPadding=2, bias=False))
    then_linear("convTranspose1d-dilation", [2, 3], transposed(1, 2, 3, padding=2, dilation=2))
    then_linear("convTranspose1d-groups", [4, 3], transposed(1, 6, 2, groups=2))
    then_linear("convTranspose1d-depthwise", [3, 3], transposed(1, 6, 3, stride=2, padding=1, groups=3))
    then_linear("convTranspose1d-one-position-left", [2, 2], transposed(1, 2, 3, stride=2, padding=2))
    then_linear("convTranspose1d-output-padding-by-dilation", [2, 3], transposed(1, 2, 2, dilation=3, outputPadding=2))
    add("convTranspose1d-to-the-end", [2, 2], TANH, transposed(1, 2, 2))
    then_linear("convTranspose1d-one-sample", [2, 3], transposed(1, 3, 3), samples=1)
    then_linear("convTranspose2d", [3, 2, 2], transposed(2, 2, 4, stride=2, padding=1))
    then_linear("convTranspose2d-per-axis", [2, 3, 2],
                transposed(2, 2, [2, 3], stride=[2, 1], padding=[0, 1], outputPadding=[1, 1], dilation=[1, 2]))
    then_linear("convTranspose2d-groups", [4, 2, 3], transposed(2, 2, [2, 3], groups=2, bias=False))
    then_linear("convTranspose3d", [1, 2, 1, 3], transposed(3, 2, 2))
    then_linear("convTranspose3d-per-axis", [2, 2, 1, 2],
                transposed(3, 2, [1, 2, 3], stride=[2, 1, 2], padding=[0, 0, 1], outputPadding=[1, 0, 1], groups=2))
    then_linear("convTranspose2d-after-batchNorm", [2, 2, 3], NORM, TANH, transposed(2, 2, 2, stride=2))


def add_resizings(add, then_linear):
    def adaptive(axes, size):
        return plain(f"adaptiveMaxPool{axes}d", outputSize=size)

    then_linear("adaptiveMaxPool1d", [2, 5], adaptive(1, 2))
    then_linear("adaptiveMaxPool1d-list-larger", [2, 3], adaptive(1, [5]))
    then_linear("adaptiveMaxPool2d", [2, 4, 3], adaptive(2, [3, 1]))
    then_linear("adaptiveMaxPool2d-one", [2, 3, 3], adaptive(2, 1))
    then_linear("adaptiveMaxPool3d", [1, 3, 2, 4], adaptive(3, 2))
    then_linear("adaptiveMaxPool3d-list", [2, 2, 2, 3], adaptive(3, [1, 2, 2]))

    def upsample(**options):
        return plain("upsample", **options)

    then_linear("upsample", [2, 3], upsample(scaleFactor=2))
    then_linear("upsample-nearest-1.6", [2, 7], upsample(scaleFactor=1.6))
    then_linear("upsample-nearest-size", [2, 7], upsample(size=11))
    then_linear("upsample-nearest-smaller", [2, 5], upsample(scaleFactor=[0.6]))
    then_linear("upsample-nearest-height-width", [1, 2, 3], upsample(scaleFactor=[2, 1.5]))
    then_linear("upsample-nearest-depth-height-width", [1, 2, 1, 2], upsample(size=[3, 2, 4]))
    for name, options in (("", {}), ("-aligned", {"alignCorners": True})):
        then_linear(f"upsample-linear-1.6{name}", [2, 7], upsample(scaleFactor=1.6, mode="linear", **options))
        then_linear(f"upsample-linear-size{name}", [2, 7], upsample(size=11, mode="linear", **options))
        then_linear(f"upsample-linear-smaller{name}", [2, 5], upsample(scaleFactor=0.6, mode="linear", **options))
        then_linear(f"upsample-linear-hardly{name}", [2, 4], upsample(scaleFactor=1.2, mode="linear", **options))
        then_linear(f"upsample-linear-one{name}", [2, 3], upsample(size=1, mode="linear", **options))
        then_linear(f"upsample-bilinear{name}", [1, 3, 2], upsample(scaleFactor=[1.6, 2], mode="bilinear", **options))
        then_linear(f"upsample-bilinear-size{name}", [1, 4, 3], upsample(size=[3, 5], mode="bilinear", **options))
        then_linear(f"upsample-bicubic{name}", [1, 3, 4], upsample(scaleFactor=1.7, mode="bicubic", **options))
        then_linear(f"upsample-bicubic-size{name}", [1, 3, 3], upsample(size=[2, 5], mode="bicubic", **options))
        then_linear(f"upsample-trilinear{name}", [1, 2, 2, 1], upsample(scaleFactor=1.6, mode="trilinear", **options))
        then_linear(f"upsample-trilinear-size{name}", [1, 2, 1, 3], upsample(size=[3, 2, 4], mode="trilinear", **options))
    add("upsample-to-the-end", [1, 2, 2], TANH, upsample(scaleFactor=2, mode="bilinear"))

    def pad(amounts, mode="zeros"):
        return plain("pad", padding=amounts, mode=mode)

    then_linear("pad", [2, 3], plain("pad", padding=1))
    then_linear("pad-zeros-list", [2, 2, 3], pad([1, 0, 2, 1]))
    then_linear("pad-zeros-crop", [2, 4, 3], pad([-1, 1, 1, -2]))
    then_linear("pad-zeros-channels", [2, 2, 2], pad([0, 0, 0, 0, 1, 1]))
    add("pad-zeros-features", [3], linear(2), pad([1, 2]), TANH, linear(2))
    then_linear("pad-zeros-depth-height-width", [1, 2, 1, 2], pad(1))
    for mode in ("reflect", "replicate", "circular"):
        then_linear(f"pad-{mode}-length", [2, 4], pad([3, 2], mode))
        then_linear(f"pad-{mode}-length-integer", [2, 3], pad(2, mode))
        then_linear(f"pad-{mode}-height-width", [1, 3, 2], pad([1, 0, 2, 1], mode))
        then_linear(f"pad-{mode}-width", [1, 2, 3], pad([1, 2], mode))
        then_linear(f"pad-{mode}-depth-height-width", [1, 2, 2, 2], pad([1, 1, 0, 1, 1, 0], mode))
        then_linear(f"pad-{mode}-before-conv2d", [1, 3, 3], pad(1, mode), conv(2, 2, 3))
    add("pad-to-the-end", [1, 3], TANH, pad(1, "circular"))

    then_linear("pixelShuffle", [4, 2, 3], plain("pixelShuffle", upscaleFactor=2))
    then_linear("pixelShuffle-channels", [8, 1, 2], NORM, TANH, plain("pixelShuffle", upscaleFactor=2), conv(2, 1, 2))
    add("pixelShuffle-to-the-end", [4, 1, 1], TANH, plain("pixelShuffle", upscaleFactor=2))
    then_linear("unflatten", [6], linear(8), plain("unflatten", shape=[2, 4]), conv(1, 2, 3))
    then_linear("unflatten-of-more-axes", [2, 3], plain("unflatten", shape=[3, 1, 2]))
    then_linear("permute", [2, 3], linear(4), plain("permute", dims=[1, 0]), conv(1, 2, 2))
    then_linear("permute-height-width-channels", [2, 3, 2], plain("permute", dims=[1, 2, 0]), NORM)
    add("permute-to-the-end", [2, 3], TANH, plain("permute", dims=[1, 0]))


# ---------------------------------------------------------------------------------------------------------------------
# Convolutional networks times modes


def network_cases():
    block = residual(conv(2, 3, 3, padding="same"), NORM, plain("silu"), conv(2, 2, 2, padding="same"), NORM,
                     shortcut=[conv(2, 2, 1, bias=False), NORM])
    networks = {
        "length": ([2, 6], 4, [conv(1, 3, 3, padding=1), NORM, plain("silu"), plain("maxPool1d", kernelSize=2),
                               conv(1, 2, 2), NORM, TANH, FLATTEN, linear(2)], {"1": 3, "5": 2}),
        "height-width": ([2, 4, 4], 3, [conv(2, 3, 3, padding=1, bias=False), NORM, plain("gelu"),
                                        plain("avgPool2d", kernelSize=2), conv(2, 2, [2, 1]), NORM, TANH, FLATTEN,
                                        linear(2)], {"1": 3, "5": 2}),
        "depth-height-width": ([1, 3, 2, 4], 3, [conv(3, 2, [2, 2, 3], padding=[0, 1, 1]), NORM, plain("sin"),
                                                 conv(3, 3, [2, 1, 2], stride=[1, 2, 1]), NORM, TANH,
                                                 plain("adaptiveAvgPool3d", outputSize=[1, 2, 1]), FLATTEN,
                                                 linear(2)], {"1": 2, "4": 3}),
        "several-axes-out": ([1, 4, 3], 3, [conv(2, 2, 2, padding="same"), NORM, plain("prelu"),
                                            conv(2, 2, [3, 2]), NORM], {"1": 2, "4": 2}),
        "residual": ([2, 3, 3], 3, [block, TANH, plain("maxPool2d", kernelSize=2, stride=1), FLATTEN, linear(2)],
                     {"0.layers.1": 3, "0.layers.4": 2, "0.shortcut.1": 2}),
        "other-norms": ([2, 3], 5, [plain("fourierFeatures", count=2, scale=0.3),
                                    conv(1, 4, 3, padding=1, groups=2), NORM, plain("groupNorm", groups=2),
                                    plain("softmax", dim=0), NORM, plain("instanceNorm", affine=True), plain("prelu"),
                                    FLATTEN, linear(3)], {"2": 4, "5": 4}),
        "decoder": ([3], 4, [linear(8, bias=False), plain("unflatten", shape=[4, 1, 2]), NORM, plain("leakyRelu"),
                             transposed(2, 2, [4, 2], stride=2, padding=[1, 0], bias=False), NORM, TANH,
                             plain("upsample", scaleFactor=1.5, mode="bilinear"),
                             plain("pad", padding=[1, 0], mode="reflect"), conv(2, 1, 3)], {"2": 4, "5": 2}),
    }
    cases = []

    def add(name, network, seed, batch_norm):
        shape, samples, layers, channels = networks[network]
        if "reference" in (batch_norm["mode"], *batch_norm.get("layers", {}).values()):
            batch_norm = {**batch_norm, "referenceInputs": random_inputs(4, shape, 500 + seed)}
        given = trained_parameters(channels.values(), channels)
        cases.extend(both_dtypes(name, lambda dtype: make_request(
            dtype, shape, layers, seed, samples=samples, parameters=given, batch_norm=batch_norm)))

    for seed, network in enumerate(networks, 441):  # at these seeds no maximum is nearly a tie
        for mode in MODES:
            add(f"{network}/{mode}", network, seed, {"mode": mode})
    for network, mode, overrides in [
        ("length", "train", {"1": "eval"}), ("length", "trainDetached", {"5": "train"}),
        ("depth-height-width", "movingAverage", {"1": "train"}), ("depth-height-width", "train", {"4": "reference"}),
        ("residual", "eval", {"0.shortcut.1": "train"}), ("residual", "train", {"0.layers.4": "trainDetached"}),
    ]:
        name = f"{network}/{mode}" + "".join(f"+{layer}-{other}" for layer, other in overrides.items())
        add(name, network, 411, {"mode": mode, "layers": overrides})

    check_batch_as_its_own_reference(cases)
    return cases


# ---------------------------------------------------------------------------------------------------------------------
# Cross-check


class Waves(nn.Module):
    """Fourier features by the complex exponential, the frequencies drawn here."""

    def __init__(self, inputs, count):
        super().__init__()
        self.frequencies = torch.randn(count, inputs)

    def forward(self, x):
        waves = torch.exp(2j * math.pi * F.linear(x, self.frequencies.to(x.dtype)))
        return torch.cat([waves.imag, waves.real], dim=-1)


def end(inputs):
    return nn.Tanh(), nn.Flatten(), nn.Linear(inputs, 2)


WRITTEN_OUT = {
    "conv1d-lists": lambda: (nn.Conv1d(2, 3, 3, stride=2, padding=1), *end(9)),
    "conv1d-no-bias": lambda: (nn.Conv1d(2, 3, 3, stride=2, padding=2, bias=False), *end(12)),
    "conv1d-depthwise": lambda: (nn.Conv1d(3, 6, 3, padding=1, groups=3), *end(24)),
    # "same" with an odd sum of padding: the zero too many is at the end.
    "conv1d-same-even": lambda: (nn.ConstantPad1d((1, 2), 0.0), nn.Conv1d(2, 2, 4), *end(10)),
    "conv1d-same-even-odd-dilation": lambda: (nn.ConstantPad1d((1, 2), 0.0), nn.Conv1d(2, 2, 2, dilation=3), *end(10)),
    "conv2d-per-axis": lambda: (nn.Conv2d(2, 3, (2, 3), stride=(2, 1), padding=(1, 0)), *end(18)),
    "conv2d-same-dilation": lambda: (nn.ZeroPad2d((2, 2, 1, 2)), nn.Conv2d(2, 2, (2, 3), dilation=(3, 2), groups=2),
                                     *end(24)),
    "conv3d-per-axis": lambda: (nn.Conv3d(1, 2, (2, 1, 3), stride=(1, 2, 1), padding=(1, 0, 1)), *end(32)),
    "conv3d-same-even": lambda: (nn.ConstantPad3d((0, 1, 0, 1, 0, 1), 0.0), nn.Conv3d(1, 2, 2), *end(24)),
    "groupNorm-2": lambda: (nn.GroupNorm(2, 4), *end(12)),
    "groupNorm-4-no-affine-eps": lambda: (nn.GroupNorm(4, 4, eps=0.01, affine=False), *end(12)),
    "instanceNorm-length": lambda: (nn.InstanceNorm1d(2), *end(8)),
    "instanceNorm-depth-height-width-affine": lambda: (nn.InstanceNorm3d(2, affine=True), *end(16)),
    "maxPool2d-per-axis": lambda: (nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0)), *end(8)),
    "maxPool3d": lambda: (nn.MaxPool3d(2), *end(2)),
    "avgPool1d-padding": lambda: (nn.AvgPool1d(2, padding=1, count_include_pad=True), *end(6)),
    "avgPool2d-stride-is-kernel": lambda: (nn.AvgPool2d((1, 3), padding=(0, 1)), *end(8)),
    "adaptiveAvgPool2d-larger": lambda: (nn.AdaptiveAvgPool2d((5, 6)), *end(30)),
    "softmax-3-axes-dim-0": lambda: (nn.Softmax(dim=1), *end(12)),
    "softmax-3-axes-dim--1": lambda: (nn.Softmax(dim=3), *end(12)),
    "prelu-init": lambda: (nn.Linear(3, 4), nn.PReLU(init=0.1), nn.Linear(4, 2)),
    "fourierFeatures": lambda: (Waves(2, 3), nn.Linear(6, 4), nn.Tanh(), nn.Linear(4, 2)),
    "convTranspose1d-lists": lambda: (nn.ConvTranspose1d(2, 3, 3, stride=2, padding=1, output_padding=1), *end(18)),
    "convTranspose2d": lambda: (nn.ConvTranspose2d(3, 2, 4, stride=2, padding=1), *end(32)),
    "convTranspose2d-groups": lambda: (nn.ConvTranspose2d(4, 2, (2, 3), groups=2, bias=False), *end(30)),
    "convTranspose3d": lambda: (nn.ConvTranspose3d(1, 2, 2), *end(48)),
    "adaptiveMaxPool2d": lambda: (nn.AdaptiveMaxPool2d((3, 1)), *end(6)),
    "upsample": lambda: (nn.Upsample(scale_factor=2), *end(12)),
    "upsample-bilinear-aligned": lambda: (nn.UpsamplingBilinear2d(scale_factor=(1.6, 2)), *end(16)),
    "upsample-trilinear-size": lambda: (nn.Upsample((3, 2, 4), mode="trilinear"), *end(24)),
    "pad-zeros-list": lambda: (nn.ZeroPad2d((1, 0, 2, 1)), *end(40)),
    "pad-reflect-height-width": lambda: (nn.ReflectionPad2d((1, 0, 2, 1)), *end(18)),
    "pad-replicate-depth-height-width": lambda: (nn.ReplicationPad3d((1, 1, 0, 1, 1, 0)), *end(36)),
    "pad-circular-before-conv2d": lambda: (nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), *end(18)),
    "residual-conv2d-shortcut": lambda: (
        Residual(nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.Tanh(), nn.Conv2d(2, 2, 3, padding=1)),
                 nn.Sequential(nn.Conv2d(1, 2, 1, bias=False))), *end(18)),
}


def check_written_out(cases):
    """Networks in torch.nn's own words: parameters drawn to the same bits, the same outputs and gradients."""
    by_name = {c["name"]: c for c in cases}
    for name, modules in WRITTEN_OUT.items():
        for dtype in DTYPES:
            c = by_name[f"{name}/{dtype}"]
            request, expected = c["request"], c["expected"]
            torch.manual_seed(request["network"]["seed"])
            network = nn.Sequential(*modules()).to(DTYPES[dtype])
            state = [values for key, values in c["stateDict"].items() if not key.endswith("frequencies")]
            assert [values.tolist() for values in network.parameters()] == state, f"{name}: parameters"
            x = tensor(request, request["inputs"]).requires_grad_()
            y = network(x)
            gradients = torch.autograd.grad(y, x, tensor(request, expected["vjp"]["cotangent"]).reshape(y.shape))[0]
            for actual, values in ((y, expected["outputs"]), (gradients, expected["vjp"]["gradients"])):
                values = tensor(request, values)
                assert_close(actual, values, values.abs().max().item(), f"{name}, written out")
