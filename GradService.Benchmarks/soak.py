"""Keeps the service busy with requests of many kinds, sizes and networks, and prints its resident memory as it goes.

    dotnet publish GradService.Api -c Release -o /tmp/race/api
    python3 GradService.Benchmarks/soak.py --api /tmp/race/api --minutes 60

What is asked goes by libtorch and by the dense engine, in networks more than the cache holds, from four callers at once; a tenth of it is
refused. Memory should rise at first, as threads, pools and caches fill, and then stay.
"""

import argparse
import http.client
import json
import random
import subprocess
import sys
import threading
import time

import race

KINDS = ["sum", "perSample", "hessian", "derivatives", "jacobian"]


def request(rng):
    """The path and body of a request."""
    width = rng.choice([8, 16, 64])
    network = {
        "inputShape": [1],
        "layers": [{"type": "linear", "outFeatures": width}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": 1}],
        "seed": rng.randrange(200),
    }
    if rng.random() < 0.1:
        return "/v1/gradients", {"network": network, "inputs": [[0]], "gradient": {"kind": "sum"}}
    samples = rng.choice([10, 100, 1000])
    inputs = [[rng.random()] for _ in range(samples)]
    if rng.random() < 0.2:
        return "/v1/objectives", {"network": network, "points": [{"name": "interior", "inputs": inputs}],
                                  "terms": [{"name": "pde", "on": "interior", "residual": "u_xx + sin(x)"}]}
    kind = rng.choice(KINDS)
    return "/v1/gradients", {"network": network, "inputs": inputs[:100] if kind == "jacobian" else inputs,
                             "gradient": {"kind": kind, **({"order": 3} if kind == "derivatives" else {})}}


def call(seed, until, counts):
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", race.PORTS["service"], timeout=60)
    while time.monotonic() < until:
        path, body = request(rng)
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        counts[answer.status] = counts.get(answer.status, 0) + 1


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", required=True, help="folder of the published service")
    parser.add_argument("--minutes", type=float, default=60)
    options = parser.parse_args()
    options.floor = options.peer = None
    process, _ = race.start("service", options)
    try:
        counts, until = {}, time.monotonic() + 60 * options.minutes
        callers = [threading.Thread(target=call, args=(seed, until, counts), daemon=True) for seed in range(4)]
        for caller in callers:
            caller.start()
        print("| Minutes | Answers | Resident, MiB |\n| --- | --- | --- |")
        began = time.monotonic()
        while time.monotonic() < until:
            time.sleep(60 * options.minutes / 12)
            print(f"| {(time.monotonic() - began) / 60:.1f} | {sum(counts.values())} | {race.memory(process, 'VmRSS'):.0f} |", flush=True)
        print("Answers by status:", dict(sorted(counts.items())))
        if set(counts) - {200, 422}:
            sys.exit("Something else than 200 and 422 came.")
    finally:
        process.terminate()


if __name__ == "__main__":
    main()
