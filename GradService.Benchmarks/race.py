"""Races the service beside PyTorch behind FastAPI and beside an endpoint that only parses and writes the same arrays.

Needs wrk and, for requests in npz, numpy (Debian: wrk python3-numpy). The peer is named by its folder, which holds a
module fastapi_peer with an application app (Debian: python3-torch python3-fastapi python3-uvicorn python3-httptools
python3-uvloop); without one it is left out.

    dotnet publish GradService.Api -c Release -p:PublishReadyToRun=true -o /tmp/race/api
    dotnet publish GradService.Benchmarks -c Release -o /tmp/race/floor
    python3 GradService.Benchmarks/race.py --api /tmp/race/api --floor /tmp/race/floor --peer ../shared/peers

Contenders take turns, each measurement beside the others' of the same size; absolute figures drift, ratios hold.
"""

import argparse
import base64
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

HERE = Path(__file__).parent
PORTS = {"service": 8711, "floor": 8712, "peer": 8713}
NETWORK = {
    "inputShape": [1],
    "layers": [{"type": "linear", "outFeatures": 10}, {"type": "tanh"}, {"type": "batchNorm", "affine": False}, {"type": "linear", "outFeatures": 1}],
    "seed": 7,
}


def command(name, options):
    url = f"http://127.0.0.1:{PORTS[name]}"
    if name == "service":
        return ["dotnet", "GradService.Api.dll", "--urls", url, "--Logging:LogLevel:Default=Warning"], options.api
    if name == "floor":
        return ["dotnet", "GradService.Benchmarks.dll", "floor", url], options.floor
    return ["/usr/bin/python3", "-m", "uvicorn", "fastapi_peer:app", "--port", str(PORTS["peer"]), "--workers", "2",
            "--http", "httptools", "--loop", "uvloop", "--log-level", "warning"], options.peer


def body(form, kind, samples):
    xs = [i / samples for i in range(samples)]
    request = {"network": NETWORK, "batchNorm": {"mode": "train"}, "gradient": {"kind": kind}}
    if form == "json":
        return json.dumps({**request, "inputs": [[x] for x in xs]}).encode(), "application/json"
    import numpy as np
    values = np.array(xs, np.float32)[:, None]
    if form == "base64":
        encoded = {"shape": [samples, 1], "dtype": "float32", "base64": base64.b64encode(values.tobytes()).decode()}
        return json.dumps({**request, "inputs": encoded, "encoding": "base64"}).encode(), "application/json"
    archive = io.BytesIO()
    np.savez(archive, request=np.frombuffer(json.dumps(request).encode(), np.uint8), inputs=values)
    return archive.getvalue(), "application/x-npz"


def start(name, options):
    """Starts a contender; returns it with the seconds until its first answer."""
    arguments, folder = command(name, options)
    began = time.monotonic()
    process = subprocess.Popen(arguments, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    first, kind = body("json", "sum", 100)
    while True:
        try:
            request = urllib.request.Request(f"http://127.0.0.1:{PORTS[name]}/v1/gradients", first, {"Content-Type": kind})
            urllib.request.urlopen(request, timeout=10).read()
            return process, time.monotonic() - began
        except (urllib.error.URLError, ConnectionError):
            if process.poll() is not None:
                sys.exit(f"{name} ended at its start: {' '.join(arguments)}")
            time.sleep(0.005)


def memory(process, field):
    """MiB of a process and its children: VmRSS, or VmHWM, the highest so far."""
    pids = [process.pid] + [int(pid) for pid in subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True).stdout.split()]
    return sum(int(re.search(rf"{field}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text()).group(1)) for pid in pids) / 1024


def measure(name, file, content_type, connections, seconds):
    """Requests per second, p50 and p99 in milliseconds; None where an answer was not 200, or none came."""
    printed = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(HERE / "post.lua"), "--latency",
                              f"http://127.0.0.1:{PORTS[name]}/v1/gradients"],
                             env={**os.environ, "BODY": file, "CONTENT_TYPE": content_type}, capture_output=True, text=True).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", printed)
    if rate is None or float(rate.group(1)) == 0 or "Non-2xx" in printed:
        return None
    return [float(rate.group(1))] + [milliseconds(re.search(rf"^ +{percent}% +(\S+)", printed, re.MULTILINE).group(1)) for percent in (50, 99)]


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s|m)", text).groups()
    return float(number) * {"us": 1e-3, "ms": 1, "s": 1e3, "m": 6e4}[unit]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", required=True, help="folder of the published service")
    parser.add_argument("--floor", required=True, help="folder of the published benchmarks")
    parser.add_argument("--peer", help="folder of the FastAPI peer")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--samples", type=int, nargs="*", default=[10, 100, 1000, 10_000, 100_000])
    parser.add_argument("--connections", type=int, nargs="*", default=[1, 8, 64])
    parser.add_argument("--forms", nargs="*", default=["json", "base64", "npz"])
    parser.add_argument("--kinds", nargs="*", default=["sum", "perSample"])
    options = parser.parse_args()
    names = ["service", "floor"] + (["peer"] if options.peer else [])
    running = {}
    try:
        print("| Contender | Start to first answer, ms | Memory then, MiB |\n| --- | --- | --- |")
        for name in names:
            running[name], seconds = start(name, options)
            print(f"| {name} | {1000 * seconds:.0f} | {memory(running[name], 'VmRSS'):.0f} |", flush=True)
        print("\n| Kind | Samples | Connections | Form | Contender | Requests/s | p50, ms | p99, ms | Times the peer | Of the floor |\n|" + " --- |" * 10)
        with tempfile.TemporaryDirectory() as folder:
            for kind, samples, connections in [(k, s, c) for k in options.kinds for s in options.samples for c in options.connections if s * c <= 800_000]:
                found = {}
                for form in options.forms:
                    content, content_type = body(form, kind, samples)
                    file = f"{folder}/{form}-{kind}-{samples}"
                    Path(file).write_bytes(content)
                    for name in names:
                        # The peer and the floor speak JSON; the peer's perSample takes the whole Jacobian.
                        if name == "service" or (form == "json" and (name == "floor" or samples <= (10_000 if kind == "sum" else 1000))):
                            measure(name, file, content_type, connections, 1)
                            found[form, name] = measure(name, file, content_type, connections, options.seconds)
                for (form, name), figures in found.items():
                    if figures is None:
                        print(f"| {kind} | {samples} | {connections} | {form} | {name} | none | | | | |", flush=True)
                        continue
                    beside = [f"{figures[0] / found['json', other][0]:.2f}" if found.get(("json", other)) and name == "service" else ""
                              for other in ("peer", "floor")]
                    print(f"| {kind} | {samples} | {connections} | {form} | {name} | {figures[0]:,.1f} | {figures[1]:.2f} | "
                          f"{figures[2]:.2f} | {beside[0]} | {beside[1]} |", flush=True)
        print("\n| Contender | Memory at the end, MiB | At the peak, MiB |\n| --- | --- | --- |")
        for name in names:
            print(f"| {name} | {memory(running[name], 'VmRSS'):.0f} | {memory(running[name], 'VmHWM'):.0f} |")
    finally:
        for process in running.values():
            process.terminate()


if __name__ == "__main__":
    main()
