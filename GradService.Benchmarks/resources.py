"""Stored networks: many of them, by name beside by spec, moved by many, uploaded while the service is killed, and large.

    dotnet publish GradService.Api -c Release -o /tmp/race/api
    python3 GradService.Benchmarks/resources.py --api /tmp/race/api

Needs python3 with numpy. It starts the service itself, on a port and with a folder of its own, and ends with 1 where a promise is not
kept:

 - with 10,000 networks stored, a gradient by name takes at most 1.2 times as long as one by a spec whose network is kept (medians of
   alternating calls from one connection);
 - 8 clients that move one name with If-Match lose no update;
 - kill -9 during 100 uploads leaves no half network and no orphan after the start, and everything that was answered;
 - a network of 10 million parameters is uploaded as a safetensors file and answers with at most three copies of it in memory beyond what
   the service takes before (a gradient of a smaller network having been asked for, so that libtorch is loaded).

Last figures, two cores: 10,000 networks stored in 19 s; 302 us by spec and 275 by name, 0.91 times; 200 moves, 914 refused, none lost;
12 kills in 108 uploads, 60 answered, 66 there and whole; 40 MB uploaded at 1.14 copies, a gradient at 2.37.
"""

import argparse
import atexit
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time

import numpy as np

JSON = {"Content-Type": "application/json"}
BOUNDARY = "resources"


class Service:
    """The service as a process of its own."""

    def __init__(self, api, folder, port):
        self.port = port
        environment = {**os.environ, "ASPNETCORE_URLS": f"http://127.0.0.1:{port}", "Storage__Folder": folder,
                       "Logging__LogLevel__Default": "Warning", "MALLOC_ARENA_MAX": "2"}
        self.process = subprocess.Popen(["dotnet", "GradService.Api.dll"], cwd=api, env=environment)
        atexit.register(self.process.kill)
        for _ in range(600):
            if self.process.poll() is not None:
                break
            try:
                if self.ask("GET", "/health/ready")[0] == 200 and self.ask("GET", "/v1/networks?limit=1")[0] == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("The service did not start.")

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)

    def ask(self, method, path, body=None, headers=JSON, connection=None):
        """Status, JSON (or bytes where it is none) and headers of an answer."""
        connection = connection or self.connect()
        connection.request(method, path, body if body is None or isinstance(body, bytes) else json.dumps(body), headers)
        answer = connection.getresponse()
        content = answer.read()
        return answer.status, json.loads(content) if "json" in (answer.headers.get_content_type() or "") and content else content, answer.headers

    def memory(self, field="VmRSS"):
        """Resident memory in bytes: now, or by VmHWM the most since it was reset."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(field):
                return int(line.split()[1]) * 1024
        raise KeyError(field)

    def forget_peak(self):
        pathlib.Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait()


def network(seed, width=10):
    return {"inputShape": [1], "seed": seed,
            "layers": [{"type": "linear", "outFeatures": width}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": 1}]}


def store_many(service, count):
    def store(seeds):
        connection = service.connect()
        for seed in seeds:
            status, answer, _ = service.ask("POST", "/v1/networks", {"name": f"n{seed}", "network": network(seed)}, connection=connection)
            assert status in (200, 201), answer

    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(store, [range(part, count, 4) for part in range(4)]))
    seconds = time.monotonic() - began
    listed, after = 0, ""
    while True:
        _, page, _ = service.ask("GET", f"/v1/networks?limit=1000{after}")
        listed += len(page["items"])
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    print(f"{count} networks stored in {seconds:.1f} s ({count / seconds:.0f} a second), {listed} listed")
    return listed == count


def by_name(service, rounds):
    connection = service.connect()
    inputs = [[i / 100] for i in range(100)]
    bodies = {
        "spec": json.dumps({"network": network(7), "inputs": inputs, "gradient": {"kind": "perSample"}}).encode(),
        "name": json.dumps({"network": {"name": "n7"}, "inputs": inputs, "gradient": {"kind": "perSample"}}).encode(),
    }
    times = {"spec": [], "name": []}
    for turn in range(rounds):
        for kind, body in bodies.items():
            began = time.perf_counter()
            status, answer, _ = service.ask("POST", "/v1/gradients", body, connection=connection)
            times[kind].append(time.perf_counter() - began)
            assert status == 200, answer
    medians = {kind: statistics.median(each[rounds // 10:]) * 1e6 for kind, each in times.items()}
    ratio = medians["name"] / medians["spec"]
    print(f"a gradient by spec {medians['spec']:.0f} us, by name {medians['name']:.0f} us: {ratio:.2f} times")
    return ratio <= 1.2


def move_one(service, clients, each):
    """Each move goes from the network that the name points to to the next; every one of them must be there at the end."""
    ids = [service.ask("POST", "/v1/networks", {"network": network(seed)})[1]["id"] for seed in range(clients * each + 1)]
    service.ask("PUT", "/v1/names/moved", {"id": ids[0]})
    refused = [0] * clients

    def move(client):
        connection = service.connect()
        done = 0
        while done < each:
            _, name, headers = service.ask("GET", "/v1/names/moved", connection=connection)
            status, answer, _ = service.ask("PUT", "/v1/names/moved", {"id": ids[ids.index(name["id"]) + 1]}, {**JSON, "If-Match": headers["ETag"]}, connection)
            assert status in (200, 412), answer
            done += status == 200
            refused[client] += status == 412

    with concurrent.futures.ThreadPoolExecutor(clients) as pool:
        list(pool.map(move, range(clients)))
    end = ids.index(service.ask("GET", "/v1/names/moved")[1]["id"])
    print(f"{clients} clients moved one name {clients * each} times, {sum(refused)} moves were refused; the name is at {end}")
    return end == clients * each


def kill_during_uploads(api, folder, port, uploads):
    """Kills the service in the middle of uploads again and again, until as many have been sent."""
    answered, sent, kills, lock = set(), 0, 0, threading.Lock()
    while sent < uploads:
        service = Service(api, folder, port)

        def upload(client, start=sent):
            nonlocal sent
            connection = service.connect()
            for number in range(1000):
                spec = {"inputShape": [200], "layers": [{"type": "linear", "outFeatures": 1000}], "seed": 1_000_000 + start + 1000 * client + number}
                try:
                    with lock:
                        sent += 1
                    status, answer, _ = service.ask("POST", "/v1/networks", {"network": spec}, connection=connection)
                    assert status in (200, 201), answer
                    with lock:
                        answered.add(answer["id"])
                except (OSError, http.client.HTTPException):
                    return

        threads = [threading.Thread(target=upload, args=(client,)) for client in range(4)]
        for thread in threads:
            thread.start()
        before = len(answered)
        while len(answered) < before + 5:
            time.sleep(0.001)
        service.stop(signal.SIGKILL)
        kills += 1
        for thread in threads:
            thread.join()

    service = Service(api, folder, port)
    there, after = [], ""
    while True:
        _, page, _ = service.ask("GET", f"/v1/networks?limit=1000{after}")
        there += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    files = sorted(path.stem for path in pathlib.Path(folder, "parameters").glob("*/*"))
    left = [path for path in pathlib.Path(folder, "incoming").iterdir()]
    whole = sum(service.ask("GET", f"/v1/networks/{id}/parameters", headers={"Accept": "application/vnd.safetensors"})[0] == 200 for id in there)
    service.stop()
    lost = answered - set(there)
    print(f"{sent} uploads, {kills} kills: {len(answered)} answered, {len(there)} there, {whole} of them whole, {len(lost)} lost, "
          f"{len(set(files) ^ set(there))} files without network or the other way round, {len(left)} unfinished")
    return not lost and whole == len(there) and files == sorted(there) and not left


def safetensors(arrays):
    header, at = {}, 0
    for name, array in arrays.items():
        header[name] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in arrays.values())


def large(api, folder, port, millions):
    service = Service(api, folder, port)
    width = int((millions * 1e6 / 2) ** 0.5)
    layers = [{"type": "linear", "outFeatures": width}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": width},
              {"type": "linear", "outFeatures": 1}]
    rng = np.random.default_rng(7)
    draw = lambda *shape: rng.normal(0, 0.02, shape).astype(np.float32)
    arrays = {"0.weight": draw(width, width), "0.bias": draw(width), "2.weight": draw(width), "2.bias": draw(width),
              "3.weight": draw(width, width), "3.bias": draw(width), "4.weight": draw(1, width), "4.bias": draw(1)}
    one = sum(array.nbytes for array in arrays.values())
    parts = [("network", json.dumps({"inputShape": [width], "layers": layers}).encode()), ("parameters", safetensors(arrays)), ("name", b"large")]
    body = b"".join(f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + content + b"\r\n" for name, content in parts)
    body += f"--{BOUNDARY}--\r\n".encode()

    ask = lambda name: service.ask("POST", "/v1/gradients", {"network": name, "inputs": draw(3, width).tolist(), "gradient": {"kind": "sum"}})
    small = {"inputShape": [width], "layers": [{"type": "linear", "outFeatures": 1}, {"type": "batchNorm"}], "seed": 1}
    assert ask(small)[0] == 200
    before = service.memory()
    service.forget_peak()
    began = time.monotonic()
    status, answer, _ = service.ask("POST", "/v1/networks", body, {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"})
    assert status == 201, answer
    uploaded, upload = time.monotonic() - began, service.memory("VmHWM") - before
    service.forget_peak()
    began = time.monotonic()
    status, answer, _ = ask({"name": "large"})
    assert status == 200, answer
    computed, compute = time.monotonic() - began, service.memory("VmHWM") - before
    again = time.monotonic()
    assert ask({"name": "large"})[0] == 200
    again = time.monotonic() - again
    print(f"{sum(array.size for array in arrays.values()):,} parameters, {one / 1e6:.1f} MB: "
          f"uploaded in {uploaded:.2f} s at {upload / one:.2f} copies beyond before; "
          f"a gradient of 3 samples in {computed:.2f} s (again {again:.2f}) at {compute / one:.2f} copies; {(service.memory() - before) / one:.2f} stay")
    service.stop()
    return upload <= 3 * one and compute <= 3 * one


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--api", default="/tmp/race/api", help="the published service")
    parser.add_argument("--port", type=int, default=5098)
    parser.add_argument("--networks", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3000)
    parser.add_argument("--uploads", type=int, default=100)
    parser.add_argument("--millions", type=float, default=10)
    arguments = parser.parse_args()
    folder = tempfile.mkdtemp(prefix="resources-")
    kept = {}
    try:
        service = Service(arguments.api, os.path.join(folder, "many"), arguments.port)
        kept["all networks are listed"] = store_many(service, arguments.networks)
        kept["by name at most 1.2 times by spec"] = by_name(service, arguments.rounds)
        kept["no update is lost"] = move_one(service, 8, 25)
        service.stop()
        kept["a kill leaves nothing half"] = kill_during_uploads(arguments.api, os.path.join(folder, "killed"), arguments.port, arguments.uploads)
        kept["at most three copies"] = large(arguments.api, os.path.join(folder, "large"), arguments.port, arguments.millions)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    for promise, is_kept in kept.items():
        print(f"{'kept' if is_kept else 'NOT KEPT'}: {promise}")
    return 0 if all(kept.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
