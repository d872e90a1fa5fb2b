#!/usr/bin/python3
"""
Ends under load. kill -9, again and again: after each the service is started anew, and it is measured how long it takes to be
ready; the same request must have the same answer. SIGTERM under load: whatever was sent before it is answered; what is sent
later has 503, or no connection, or one that is closed without a byte, and goes elsewhere. Python's standard library alone.

    dotnet build GradService.Api -c Release
    /usr/bin/python3 GradService.Benchmarks/restart.py GradService.Api/bin/Release/net10.0/linux-x64/GradService.Api.dll

    --port 5099  --times 5  --seconds 3  --clients 8

Two cores, 5 times each: ready after 0.5 s at first, 0.5 to 0.6 s after a kill -9, the same answer afterwards; after SIGTERM ended within
0.21 to 0.23 s with code 0, none of the 1,399 requests sent before it lost.
"""

import argparse
import http.client
import json
import signal
import subprocess
import threading
import time

BODY = json.dumps({
    "network": {
        "inputShape": [1],
        "layers": [{"type": "linear", "outFeatures": 10}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": 1}],
    },
    "inputs": [[sample / 200] for sample in range(200)],
    "gradient": {"kind": "perSample", "strategy": "rowByRow"},
}).encode()


class Load:
    """Clients that ask without a pause, each on connections of its own, and tell what became of every request."""

    def __init__(self, port, clients):
        self.port, self.going, self.sent, self.lock = port, True, [], threading.Lock()
        self.threads = [threading.Thread(target=self.ask) for _ in range(clients)]
        for thread in self.threads:
            thread.start()

    def ask(self):
        while self.going:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            began, outcome = time.perf_counter(), "no connection"
            try:
                connection.connect()
                outcome = "closed without a byte"
                connection.request("POST", "/v1/gradients", BODY, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                outcome = "closed in an answer"
                answer.read()
                outcome = answer.status
            except (OSError, http.client.HTTPException):
                pass
            finally:
                connection.close()
            with self.lock:
                self.sent.append((began, outcome))
            if outcome == "no connection":
                time.sleep(0.01)

    def end(self):
        self.going = False
        for thread in self.threads:
            thread.join()
        return self.sent


def counted(sent):
    outcomes = [outcome for _, outcome in sent]
    return ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in sorted(set(outcomes), key=str)) or "none"


def start(service, port):
    return subprocess.Popen(["dotnet", service, f"--urls=http://127.0.0.1:{port}"], stdout=subprocess.DEVNULL)


def get(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except OSError:
        return None, b""
    finally:
        connection.close()


def ready(process, port):
    began = time.perf_counter()
    while get(port, "GET", "/health/ready")[0] != 200:
        if process.poll() is not None:
            raise SystemExit(f"the service ended with {process.returncode}")
        time.sleep(0.01)
    return time.perf_counter() - began


def gradients(port):
    status, body = get(port, "POST", "/v1/gradients", BODY)
    return json.loads(body)["gradients"] if status == 200 else status


def main():
    options = argparse.ArgumentParser()
    options.add_argument("service")
    options.add_argument("--port", type=int, default=5099)
    options.add_argument("--times", type=int, default=5)
    options.add_argument("--seconds", type=float, default=3)
    options.add_argument("--clients", type=int, default=8)
    asked = options.parse_args()

    process = start(asked.service, asked.port)
    try:
        first = ready(process, asked.port)
        expected = gradients(asked.port)
        load, times = Load(asked.port, asked.clients), []
        for _ in range(asked.times):
            time.sleep(asked.seconds)
            process.kill()
            process.wait()
            process = start(asked.service, asked.port)
            times.append(ready(process, asked.port))
        same = gradients(asked.port) == expected
        print(f"kill -9, {asked.times} times under the load of {asked.clients} clients: {counted(load.end())}")
        print(f"ready after {first:.1f} s at first, then {', '.join(f'{took:.1f}' for took in times)} s; the same answer afterwards: {same}")

        lost = 0
        for _ in range(asked.times):
            load = Load(asked.port, asked.clients)
            time.sleep(asked.seconds)
            signalled = time.perf_counter()
            process.send_signal(signal.SIGTERM)
            code = process.wait()
            took = time.perf_counter() - signalled
            sent = load.end()
            before = [each for each in sent if each[0] < signalled]
            lost += sum(1 for _, outcome in before if outcome not in (200, 429, 503)) + sum(1 for _, outcome in sent if outcome == "closed in an answer")
            later = counted([each for each in sent if each[0] >= signalled])
            print(f"SIGTERM: ended after {took:.2f} s with code {code}; sent before: {counted(before)}; later: {later}")
            process = start(asked.service, asked.port)
            ready(process, asked.port)
        print(f"requests lost by SIGTERM, of those sent before it and those answered in part: {lost}")
        if lost or not same:
            raise SystemExit(1)
    finally:
        process.kill()
        process.wait()


main()
