"""modes.json: networks times modes."""

import copy

from goldens_answers import assert_close, case, norm_specs
from goldens_networks import DTYPES, MODES, tensor
from goldens_requests import both_dtypes, linear, make_request, plain, random_inputs, residual, trained_parameters


def mode_cases():
    norm, tanh = plain("batchNorm"), plain("tanh")
    block = residual(linear(6), norm, plain("silu"), linear(4), shortcut=[linear(4), norm])
    three = [linear(6), norm, tanh, linear(5), norm, plain("sin"), linear(4), plain("batchNorm", momentum=0.3), tanh,
             linear(2)]
    cumulative, untracked = plain("batchNorm", momentum=None), plain("batchNorm", trackRunningStats=False)
    untracked_cumulative = plain("batchNorm", trackRunningStats=False, momentum=None)
    networks = {
        "none": ([3], [linear(5), tanh, linear(2)], [], []),
        "one": ([3], [linear(5), tanh, norm, linear(4), plain("gelu"), linear(2)], [5], ["2"]),
        "three": ([3], three, [6, 5, 4], ["1", "4", "7"]),
        "residual": ([3], [linear(4), tanh, block, tanh, linear(2)], [6, 4], ["2.layers.1", "2.shortcut.1"]),
        "cumulative": ([3], [linear(5), cumulative, tanh, linear(4), cumulative, tanh, linear(2)], [5, 4], ["1", "4"]),
        "untracked": ([3], [linear(5), untracked, tanh, linear(4), untracked_cumulative, tanh, linear(2)], [5, 4],
                      ["1", "4"]),
        "spatial": ([2, 3], [linear(4), norm, tanh, linear(3), norm, plain("sigmoid"), plain("flatten"), linear(2)],
                    [2, 2], ["1", "4"]),
    }
    cases = []

    def add(name, shape, layers, seed, parameters, batch_norm):
        if batch_norm["mode"] == "reference" or "reference" in batch_norm.get("layers", {}).values():
            if any(norm_specs(layers)):
                batch_norm = {**batch_norm, "referenceInputs": random_inputs(5, shape, 500 + seed)}
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, seed, parameters=parameters,
                                                                  batch_norm=batch_norm)))

    for seed, (network, (shape, layers, channels, names)) in enumerate(networks.items(), 21):
        for mode in MODES:
            add(f"{network}/{mode}", shape, layers, seed, None, {"mode": mode})
            if names:
                given = trained_parameters(channels, names, tracked=network != "untracked")
                add(f"{network}/{mode}/parameters", shape, layers, seed, given, {"mode": mode})

    trained = trained_parameters([6, 5, 4], ["1", "4", "7"])
    mixes = [
        ("train", {"4": "eval"}),
        ("train", {"1": "trainDetached"}),
        ("train", {"1": "movingAverage", "7": "trainDetached"}),
        ("train", {"4": "reference"}),
        ("trainDetached", {"1": "train"}),
        ("trainDetached", {"7": "train"}),
        ("eval", {"4": "train", "7": "trainDetached"}),
        ("eval", {"7": "reference"}),
        ("movingAverage", {"1": "train", "4": "eval"}),
        ("movingAverage", {"4": "train"}),
        ("reference", {"1": "train", "7": "eval"}),
        ("reference", {"4": "trainDetached"}),
        ("reference", {"7": "train"}),
    ]
    for mode, overrides in mixes:
        name = "mixed/" + mode + "".join(f"+{layer}-{other}" for layer, other in overrides.items())
        add(name, [3], three, 31, trained, {"mode": mode, "layers": overrides})
    in_block = trained_parameters([6, 4], ["2.layers.1", "2.shortcut.1"])
    for mode, overrides in [("train", {"2.layers.1": "eval"}), ("eval", {"2.shortcut.1": "train"}),
                            ("trainDetached", {"2.layers.1": "train"}), ("train", {"2.shortcut.1": "reference"})]:
        name = "mixed-residual/" + mode + "".join(f"+{layer}-{other}" for layer, other in overrides.items())
        add(name, [3], networks["residual"][1], 24, in_block, {"mode": mode, "layers": overrides})

    check_modes_agree_without_batch_norm(cases)
    check_batch_as_its_own_reference(cases)
    check_cumulative_moving_average(cases)
    return cases


def check_modes_agree_without_batch_norm(cases):
    for dtype in DTYPES:
        answers = [c["expected"] for c in cases if c["name"].startswith("none/") and c["name"].endswith(dtype)]
        assert len(answers) == len(MODES) and all(answer == answers[0] for answer in answers)


def check_batch_as_its_own_reference(cases):
    """With the batch as its own reference, mode reference is trainDetached, but for the running statistics."""
    for c in cases:
        options = c["request"]["batchNorm"]
        if options != {"mode": "trainDetached"} or c["name"].startswith("none/"):
            continue
        request = copy.deepcopy(c["request"])
        request["batchNorm"] = {"mode": "reference", "referenceInputs": request["inputs"]}
        other = case(c["name"], request)["expected"]
        for key in ("outputs", "jacobian", "sum", "perSample", "vjp", "jvp"):
            assert other[key] == c["expected"][key], f"{c['name']}: {key}"


def check_cumulative_moving_average(cases):
    """With momentum null there is no old value to weigh: in a first layer the moving average is PyTorch's own."""
    by_name = {c["name"]: c for c in cases}
    for dtype in DTYPES:
        for given in ("", "parameters/"):
            moving, trained = (by_name[f"cumulative/{mode}/{given}{dtype}"] for mode in ("movingAverage", "train"))
            for key in ("runningMean", "runningVariance", "batchesTracked"):
                a, b = (tensor(c["request"], c["expected"]["batchNorm"]["1"][key]) for c in (moving, trained))
                assert_close(a, b, b.abs().max().item(), f"cumulative average, {key}")
