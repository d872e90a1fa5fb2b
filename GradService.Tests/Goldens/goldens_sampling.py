"""Cases of sampling.json: points that are drawn in a box or on its boundary.

Direction numbers are SciPy's, and PyTorch's SobolEngine draws the same points. Random bits are those of numpy.random.Philox. What is
made of them (the digital shift, the permutation behind a Latin hypercube, a boundary's shares and grid) is written out here.
"""

import itertools
import math
from fractions import Fraction

import numpy as np
import torch
from scipy.stats import qmc

AXES, BITS = 101, 32
POINTS, SHIFT, PERMUTATION = range(3)  # what random bits are for


def sampling_cases():
    return [direction_numbers()] + [case(name, sample) for name, sample in samples().items()]


def direction_numbers():
    engine = torch.quasirandom.SobolEngine(AXES)
    assert (engine.draw(4096, dtype=torch.float64).numpy() == qmc.Sobol(AXES, scramble=False).random(4096)).all()
    return {"name": "sobol/direction numbers", "numbers": SOBOL._sv.tolist()}


SOBOL = qmc.Sobol(AXES, scramble=False, bits=BITS)
UNSHIFTED = SOBOL.random(1024)


def samples():
    square, flat, bar = [[0, 1], [-1, 3]], [[0.1, 0.7], [2.5, 2.5], [-1e3, 1e-3]], [[0, 1], [0, 2], [-0.5, 0]]
    grids = {
        "grid/box": {"box": square, "count": 16},
        "grid/box by axis": {"box": square, "count": [3, 5]},
        "grid/box without width": {"box": flat, "count": [4, 1, 3]},
        "grid/boundary": {"boundaryOf": square, "count": 12},
        "grid/boundary by axis": {"boundaryOf": bar, "count": [4, 3, 2]},
        "grid/boundary in three dimensions": {"boundaryOf": bar, "count": 56},
        "grid/ends": {"boundaryOf": [[-2, 5]], "count": 2},
    }
    drawn = {f"{method}/{place}/seed {seed}": {**where, "seed": seed}
             for method in ("uniform", "sobol", "latinHypercube")
             for place, where in {
                 "box": {"box": square, "count": 25}, "box without width": {"box": flat, "count": 16},
                 "boundary": {"boundaryOf": bar, "count": 45}, "ends": {"boundaryOf": [[-2, 5]], "count": 2},
             }.items()
             for seed in (0, 7, 2**40 + 3, -1)}
    return {name: {**sample, "method": name.split("/")[0]} for name, sample in {**grids, **drawn}.items()}


def case(name, sample):
    points = np.concatenate(list(places(sample)))
    assert not isinstance(sample["count"], int) or len(points) == sample["count"]
    return {"name": name, "sample": sample, "expected": points.tolist()}


def places(sample):
    if sample["method"] == "grid":
        yield grid(sample)
    elif "box" in sample:
        yield piece(sample, 0, sample["box"], sample["count"])
    else:
        box = sample["boundaryOf"]
        for face, count in enumerate(shares(box, sample["count"])):
            end = [[box[face // 2][face % 2]] * 2]
            yield piece(sample, face, box[:face // 2] + end + box[face // 2 + 1:], count)


def grid(sample):
    """All points of the grid; on a boundary those on a face, in the order of the first face that each is on."""
    box = sample.get("box") or sample["boundaryOf"]
    count = sample["count"]
    if isinstance(count, int):
        of = (lambda k: k**len(box)) if "box" in sample else (lambda k: k**len(box) - (k - 2)**len(box))
        count = [next(k for k in itertools.count(2) if of(k) == count)] * len(box)
    axes = [[at(low, high, i / (k - 1)) for i in range(k)] if k > 1 else [low] for (low, high), k in zip(box, count)]
    points = list(itertools.product(*axes))
    if "boundaryOf" in sample:
        faces = [[2 * axis + end for axis in range(len(box)) for end in (0, 1) if point[axis] == box[axis][end]] for point in points]
        points = [point for _, point in sorted((on[0], point) for on, point in zip(faces, points) if on)]
    return np.array(points)


def shares(box, count):
    """By area, in exact arithmetic; what is left goes to the largest remainders."""
    sizes = [Fraction(high) - Fraction(low) for low, high in box]
    areas = [math.prod(sizes) / size for size in sizes for _ in range(2)]
    exact = [count * area / sum(areas) for area in areas]
    whole = [math.floor(share) for share in exact]
    most = sorted(range(len(exact)), key=lambda face: whole[face] - exact[face])
    for face in most[:count - sum(whole)]:
        whole[face] += 1
    return whole


def piece(sample, number, box, count):
    points, free = np.empty((count, len(box))), 0
    for axis, (low, high) in enumerate(box):
        if low == high:
            points[:, axis] = low
        else:
            parts = METHODS[sample["method"]](sample["seed"], number, free, count)
            points[:, axis] = [at(low, high, part) for part in parts]
            free += 1
    return points


def at(low, high, part):
    return high if part == 1 else min(low + (high - low) * float(part), high)


def philox(seed, number, axis, use):
    return np.random.Philox(key=np.array([seed % 2**64, 0], np.uint64), counter=[0, axis, number, use])


def uniform(seed, number, axis, count):
    return np.random.Generator(philox(seed, number, axis, POINTS)).random(count)


def sobol(seed, number, axis, count):
    shift = int(philox(seed, number, axis, SHIFT).random_raw())
    return [((int(point * 2**BITS) << 64 - BITS ^ shift) >> 11) * 2.0**-53 for point in UNSHIFTED[:count, axis]]


def latin_hypercube(seed, number, axis, count):
    keys = philox(seed, number, axis, PERMUTATION).random_raw(10).tolist() if count else []
    strata = [permuted(place, count, keys) for place in range(count)]
    assert sorted(strata) == list(range(count))
    return [(stratum + part) / count for stratum, part in zip(strata, uniform(seed, number, axis, count))]


def permuted(place, count, keys):
    half = max(1, ((count - 1).bit_length() + 1) // 2)
    while True:
        left, right = place >> half, place % 2**half
        for key in keys:
            left, right = right, left ^ mixed(right ^ key) % 2**half
        place = left << half | right
        if place < count:
            return place


def mixed(bits):
    """The finaliser of SplitMix64."""
    bits = (bits ^ bits >> 30) * 0xBF58476D1CE4E5B9 % 2**64
    bits = (bits ^ bits >> 27) * 0x94D049BB133111EB % 2**64
    return bits ^ bits >> 31


METHODS = {"uniform": uniform, "sobol": sobol, "latinHypercube": latin_hypercube}
