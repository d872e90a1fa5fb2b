"""renorm.json: networks times the fields of mode renorm."""

from goldens_requests import both_dtypes, linear, make_request, plain, random_inputs, residual, trained_parameters


def renorm_cases():
    norm, tanh = plain("batchNorm"), plain("tanh")
    block = residual(linear(6), norm, plain("silu"), linear(4), shortcut=[linear(4), norm])
    three = [linear(6), norm, tanh, linear(5), norm, plain("sin"), linear(4), plain("batchNorm", momentum=0.3), tanh,
             linear(2)]
    networks = {
        "one": ([3], [linear(5), tanh, norm, linear(4), plain("gelu"), linear(2)], [5], ["2"]),
        "three": ([3], three, [6, 5, 4], ["1", "4", "7"]),
        "residual": ([3], [linear(4), tanh, block, tanh, linear(2)], [6, 4], ["2.layers.1", "2.shortcut.1"]),
        "spatial": ([2, 3], [linear(4), norm, tanh, linear(3), norm, plain("sigmoid"), plain("flatten"), linear(2)],
                    [2, 2], ["1", "4"]),
        "cumulative": ([3], [linear(5), plain("batchNorm", momentum=None), tanh, linear(2)], [5], ["1"]),
    }
    fields = {
        "defaults": {},
        "train": {"rMax": 1, "dMax": 0},
        "narrow": {"rMax": 1.1, "dMax": 0.2},
        "wide": {"rMax": "Infinity", "dMax": "Infinity"},
    }
    cases = []

    def add(name, shape, layers, seed, parameters, batch_norm):
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, seed, parameters=parameters,
                                                                  batch_norm=batch_norm)))

    for seed, (network, (shape, layers, channels, names)) in enumerate(networks.items(), 41):
        for name, given in fields.items():
            add(f"{network}/{name}", shape, layers, seed, trained_parameters(channels, names),
                {"mode": {"type": "renorm", **given}})

    untracked = [linear(5), plain("batchNorm", trackRunningStats=False), tanh, linear(2)]
    add("untracked/defaults", [3], untracked, 51, trained_parameters([5], ["1"], tracked=False), {"mode": {"type": "renorm"}})
    trained, renorm = trained_parameters([6, 5, 4], ["1", "4", "7"]), {"type": "renorm", "rMax": 1.5}
    add("mixed/train+4-renorm", [3], three, 52, trained, {"mode": "train", "layers": {"4": renorm}})
    add("mixed/eval+1-renorm", [3], three, 52, trained, {"mode": "eval", "layers": {"1": renorm}})
    add("mixed/renorm+7-trainDetached", [3], three, 52, trained, {"mode": renorm, "layers": {"7": "trainDetached"}})
    add("mixed/reference+1-renorm", [3], three, 52, trained,
        {"mode": "reference", "layers": {"1": renorm}, "referenceInputs": random_inputs(5, [3], 552)})

    check_train(cases)
    return cases


def check_train(cases):
    """With rMax 1 and dMax 0 nothing is corrected: the answers are mode train's."""
    from goldens_answers import case
    for c in cases:
        if "/train/" in c["name"]:
            other = case(c["name"], {**c["request"], "batchNorm": {"mode": "train"}})["expected"]
            assert other == c["expected"], c["name"]
