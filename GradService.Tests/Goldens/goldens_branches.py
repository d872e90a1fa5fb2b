"""branches.json: branches that are added, multiplied or laid side by side, in every mode."""

from goldens_networks import MODES
from goldens_requests import both_dtypes, branches, conv, linear, make_request, plain, random_inputs, residual, trained_parameters

NORM, TANH, SIGMOID, FLATTEN = plain("batchNorm"), plain("tanh"), plain("sigmoid"), plain("flatten")


def branch_cases():
    return plain_cases() + mode_cases()


def plain_cases():
    seed, cases = iter(range(1, 1000)), []

    def add(name, shape, layers, **options):
        s = next(seed)
        cases.extend(both_dtypes(name, lambda dtype: make_request(dtype, shape, layers, s, **options)))

    add("add", [3], [branches("add", [linear(4), TANH], [linear(4)], [linear(4), plain("sin")]), linear(2)])
    add("add-identity", [3], [branches("add", [], [linear(3), TANH], []), linear(2)])
    add("add-broadcast", [2, 3], [branches("add", [], [linear(1)]), TANH, FLATTEN, linear(2)])
    add("multiply", [3], [branches("multiply", [linear(4), TANH], [linear(4), SIGMOID], [linear(4)]), linear(2)])
    add("multiply-square", [3], [branches("multiply", [], []), linear(2)])
    add("multiply-broadcast", [2, 3, 2],
        [branches("multiply", [], [plain("adaptiveAvgPool2d", outputSize=1), SIGMOID]), FLATTEN, linear(2)])
    add("concat", [3], [branches("concat", [], [linear(2), TANH], [linear(1), plain("sin")]), linear(2)])
    add("concat-last-axis", [2, 3], [branches("concat", [linear(2)], [TANH], axis=-1), FLATTEN, linear(2)])
    add("concat-second-axis", [2, 3, 2], [branches("concat", [], [TANH], axis=1), FLATTEN, linear(2)])
    add("one", [3], [branches("concat", [linear(4), TANH]), linear(2)])
    add("nested", [3], [branches("add", [branches("concat", [linear(2)], [residual(TANH)])], [linear(5), branches("multiply", [], [SIGMOID])]), linear(2)])
    add("dropout", [3], [branches("add", [linear(4), plain("dropout")], [plain("dropout", p=0.2), linear(4)]), TANH, plain("dropout"), linear(2)],
        dropout=5)
    return cases


def mode_cases():
    """Parallel BatchNorms, one within a branch within a branch, and one that all branches feed."""
    networks = {
        "parallel": ([3], [branches("concat", [linear(3), NORM, TANH], [TANH, NORM], [NORM, linear(2)]), linear(4), NORM, TANH, linear(2)],
                     [3, 3, 3, 4], ["0.branches.0.1", "0.branches.1.1", "0.branches.2.0", "2"]),
        "gates": ([3], [branches("multiply", [linear(4), NORM, SIGMOID], [linear(4), NORM]), TANH, linear(2)],
                  [4, 4], ["0.branches.0.1", "0.branches.1.1"]),
        "skips": ([2, 4], [conv(1, 2, 3, padding="same"), NORM, TANH,
                           branches("concat", [], [conv(1, 3, 3, padding="same"), NORM, plain("silu"),
                                                   branches("concat", [], [conv(1, 2, 1), NORM, TANH])]),
                           conv(1, 1, 1), FLATTEN, linear(2)],
                  [2, 3, 2], ["1", "3.branches.1.1", "3.branches.1.3.branches.1.1"]),
    }
    cases = []
    for seed, (network, (shape, layers, channels, names)) in enumerate(networks.items(), 51):
        parameters = trained_parameters(channels, names)
        for mode in MODES:
            batch_norm = {"mode": mode}
            if mode == "reference":
                batch_norm["referenceInputs"] = random_inputs(5, shape, 500 + seed)
            cases.extend(both_dtypes(f"{network}/{mode}", lambda dtype: make_request(
                dtype, shape, layers, seed, parameters=parameters, batch_norm=batch_norm)))
        mixed = {"mode": "train", "layers": {names[0]: "eval", names[-1]: "trainDetached"}}
        cases.extend(both_dtypes(f"{network}/mixed", lambda dtype: make_request(
            dtype, shape, layers, seed, parameters=parameters, batch_norm=mixed)))
    return cases
