"""layers.json: every layer that needs no spatial axes, most between two linear ones."""

from goldens_requests import both_dtypes, linear, make_request, plain, random_inputs, residual, trained_parameters


def layer_cases():
    seed = iter(range(1, 1000))
    cases = []

    def add(name, shape, layers, **options):
        s = next(seed)
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, s, **options)))

    def between(name, *layers, **options):
        add(name, [3], [linear(4), *layers, linear(2)], **options)

    add("linear", [3], [linear(4), linear(2)])
    add("linear-no-bias", [3], [linear(4, bias=False), plain("tanh"), linear(2, bias=False)])
    add("linear-over-last-axis", [2, 3], [linear(4), plain("tanh"), linear(2, bias=False)])
    add("linear-over-last-axis-3d", [2, 2, 3], [linear(2, bias=False), plain("sin"), linear(2)], samples=4)
    add("linear-fan-in-1", [1], [linear(5), plain("tanh"), linear(3)])
    add("flatten", [2, 3], [linear(4), plain("tanh"), plain("flatten"), linear(2)])
    add("flatten-flat", [3], [plain("flatten"), linear(4), plain("flatten"), plain("sigmoid"), linear(2)])
    add("one-sample", [3], [linear(4), plain("tanh"), linear(2)], samples=1)

    weights = {"1.weight": [0.5, -1.25, 2.0, 0.75], "1.bias": [0.25, -0.5, 0.0, 1.5]}
    between("batchNorm", plain("batchNorm"), plain("tanh"))
    between("batchNorm-last-is-linear", plain("tanh"), plain("batchNorm"))
    between("batchNorm-affine-given", plain("batchNorm"), plain("tanh"), parameters=weights)
    between("batchNorm-no-affine", plain("batchNorm", affine=False), plain("tanh"))
    between("batchNorm-eps-momentum", plain("batchNorm", eps=0.01, momentum=0.3), plain("tanh"))
    between("batchNorm-momentum-null", plain("batchNorm", momentum=None), plain("tanh"))
    between("batchNorm-momentum-null-tracked", plain("batchNorm", momentum=None), plain("tanh"),
            parameters=trained_parameters([4], ["1"], affine=False))
    between("batchNorm-momentum-0", plain("batchNorm", momentum=0.0), plain("tanh"))
    between("batchNorm-momentum-1", plain("batchNorm", momentum=1.0), plain("tanh"))
    between("batchNorm-untracked", plain("batchNorm", trackRunningStats=False), plain("tanh"))
    between("batchNorm-untracked-eval", plain("batchNorm", trackRunningStats=False), plain("tanh"),
            batch_norm={"mode": "eval"})
    between("batchNorm-two-samples", plain("batchNorm", eps=0.1), plain("tanh"), samples=2)
    add("batchNorm-first-and-last", [3], [plain("batchNorm"), linear(4), plain("tanh"), linear(2), plain("batchNorm")])
    add("batchNorm-length", [2, 3], [linear(4), plain("batchNorm"), plain("tanh"), plain("flatten"), linear(2)],
        parameters={"1.weight": [1.5, -0.5], "1.bias": [0.25, 0.5]})
    add("batchNorm-height-width", [2, 2, 3],
        [linear(2), plain("batchNorm"), plain("sigmoid"), plain("flatten"), linear(2)],
        parameters={"1.weight": [1.5, -0.5], "1.bias": [0.25, 0.5]})
    add("batchNorm-depth-height-width", [2, 2, 2, 2],
        [plain("batchNorm", affine=False), plain("tanh"), plain("flatten"), linear(2)], samples=4)
    add("batchNorm-one-sample-many-positions", [2, 4],
        [linear(3), plain("batchNorm"), plain("tanh"), plain("flatten"), linear(2)], samples=1)
    add("batchNorm-to-the-end", [2, 3], [linear(2), plain("tanh"), plain("batchNorm", affine=False), plain("silu")])

    between("layerNorm", plain("layerNorm"), plain("tanh"))
    between("layerNorm-affine-given", plain("layerNorm"), plain("tanh"), parameters=weights)
    between("layerNorm-no-affine-eps", plain("layerNorm", affine=False, eps=0.01), plain("tanh"))
    add("layerNorm-2d", [2, 3], [linear(4), plain("layerNorm"), plain("tanh"), plain("flatten"), linear(2)])
    add("layerNorm-2d-no-affine", [2, 3], [linear(4), plain("layerNorm", affine=False), plain("flatten"), linear(2)])
    between("layerNorm-after-batchNorm", plain("batchNorm"), plain("tanh"), plain("layerNorm"))

    half, fifth = plain("dropout"), plain("dropout", p=0.2)
    between("dropout-identity", plain("tanh"), half)
    between("dropout-half", plain("tanh"), half, dropout=5)
    between("dropout-fifth", plain("tanh"), fifth, dropout=12)
    between("dropout-p0", plain("tanh"), plain("dropout", p=0.0), dropout=5)
    between("dropout-p1", plain("tanh"), plain("dropout", p=1.0), dropout=5)
    between("dropout-twice", half, plain("tanh"), linear(5), fifth, dropout=3)
    # p = 0 and p = 1 draw nothing, so the masks after them are as if they were not there.
    between("dropout-p0-then-half", plain("dropout", p=0.0), plain("tanh"), half, dropout=3)
    between("dropout-p1-in-branch-then-half", residual(linear(4), plain("dropout", p=1.0)), plain("tanh"), half,
            dropout=3)
    between("dropout-in-residual", residual(linear(4), half, shortcut=[linear(4), fifth]), half, dropout=2**40 + 3)
    between("dropout-before-batchNorm", fifth, plain("batchNorm"), plain("tanh"), dropout=9)
    between("dropout-before-batchNorm-detached", fifth, plain("batchNorm"), plain("tanh"), dropout=9,
            batch_norm={"mode": "trainDetached"})
    # The reference batch meets no dropout and takes nothing from its generator.
    between("dropout-with-reference", fifth, plain("batchNorm"), plain("tanh"), half, dropout=9,
            batch_norm={"mode": "reference", "referenceInputs": random_inputs(5, [3], 77)})
    add("dropout-spatial", [2, 3], [linear(4), half, plain("tanh"), plain("flatten"), linear(2)], dropout=0)

    activations = {
        "tanh": {}, "sigmoid": {}, "relu": {}, "leakyRelu": {}, "leakyRelu-0.2": {"negativeSlope": 0.2}, "elu": {},
        "elu-0.5": {"alpha": 0.5}, "selu": {}, "gelu": {}, "gelu-tanh": {"approximate": "tanh"}, "silu": {},
        "mish": {}, "softplus": {}, "softplus-beta-2-threshold-3": {"beta": 2, "threshold": 3}, "sin": {},
        "identity": {},
    }
    for name, options in activations.items():
        # Spread so far that both sides of every bend, and softplus' threshold, are reached.
        between(name, plain(name.split("-")[0], **options), spread=3.0)
        between(name + "-after-batchNorm", plain("batchNorm"), plain(name.split("-")[0], **options))

    norm, tanh = plain("batchNorm"), plain("tanh")
    between("residual", residual(linear(4), tanh))
    between("residual-shortcut", residual(linear(5), tanh, shortcut=[linear(5, bias=False)]))
    between("residual-nested", residual(linear(4), tanh, residual(linear(4), plain("sin")), linear(4)))
    between("residual-nested-batchNorm",
            residual(linear(5), norm, tanh, residual(linear(5), norm, tanh), linear(4), shortcut=[linear(4), norm]))
    between("residual-batchNorm-after-nested",
            residual(residual(norm, tanh, linear(4)), plain("batchNorm", affine=False), plain("silu")), norm, tanh)

    more_activations = {
        "relu6": {}, "hardtanh": {}, "hardtanh-bounds": {"minVal": -0.25, "maxVal": 2}, "hardswish": {}, "hardsigmoid": {},
        "celu": {}, "celu-0.5": {"alpha": 0.5}, "celu-1.8": {"alpha": 1.8}, "softsign": {}, "logSigmoid": {}, "tanhshrink": {},
        "softshrink": {}, "softshrink-0.2": {"lambda": 0.2}, "hardshrink": {}, "hardshrink-0.2": {"lambda": 0.2},
        "cos": {}, "exp": {}, "square": {}, "logSoftmax": {}, "glu": {}, "prelu-count": {"count": 4},
    }
    for name, options in more_activations.items():
        between(name, plain(name.split("-")[0], **options), spread=3.0)
        between(name + "-after-batchNorm", plain("batchNorm"), plain(name.split("-")[0], **options))
    between("prelu-count-given", plain("prelu", count=4), parameters={"1.weight": [-0.375, 0.5, 1.25, 0.0]})
    add("prelu-count-channels", [3, 2], [plain("prelu", count=3, init=0.1), tanh, plain("flatten"), linear(2)], parameters={"0.weight": [0.5, -0.25, 0.125]})
    for dim in (0, 1, -1):
        add(f"logSoftmax-dim-{dim}", [2, 4], [linear(4), plain("logSoftmax", dim=dim), tanh, plain("flatten"), linear(2)])
        add(f"glu-dim-{dim}", [2, 4], [linear(4), plain("glu", dim=dim), tanh, plain("flatten"), linear(2)])
    add("glu-middle-axis", [2, 4, 3], [plain("glu", dim=1), plain("batchNorm"), tanh, plain("flatten"), linear(2)])
    add("logSoftmax-to-the-end", [3], [linear(4), plain("logSoftmax")])

    between("scale", plain("scale"), tanh)
    between("scale-value", plain("scale", value=-0.5), tanh)
    between("scale-given", plain("scale", value=0.0), tanh, parameters={"1.weight": [1.5]})
    between("scale-fixed", plain("scale", value=2.5, learnable=False), tanh)
    between("scale-in-residual", residual(linear(4), plain("batchNorm"), tanh, plain("scale", value=0.1)))

    between("rmsNorm", plain("rmsNorm"), tanh)
    between("rmsNorm-given", plain("rmsNorm"), tanh, parameters={"1.weight": [0.5, -1.25, 2.0, 0.75]})
    between("rmsNorm-no-affine-eps", plain("rmsNorm", affine=False, eps=0.01), tanh)
    add("rmsNorm-2d", [2, 3], [linear(4), plain("rmsNorm"), tanh, plain("flatten"), linear(2)])
    between("rmsNorm-after-batchNorm", plain("batchNorm"), tanh, plain("rmsNorm", eps=1e-5))
    return cases
