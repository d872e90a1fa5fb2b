#!/usr/bin/python3
"""
More than the service can do: requests of about 50 ms, first as many as it sustains, then ten times as many, sent at their times
whether or not others have been answered (open loop). Goodput should stay near the peak, what is accepted should be answered
before the deadline, the rest be told 429 at once, and memory stay flat. Python's standard library alone.

    dotnet run --project GradService.Api -c Release &
    /usr/bin/python3 GradService.Benchmarks/overload.py --pid $(pgrep -f -n GradService.Api)

    --url http://127.0.0.1:5080  --seconds 120  --times 10  --workers 400  --samples: sized to 50 ms unless given

Two cores, 2 threads, 512 samples (38 ms alone): 51.5 answers a second where callers asked without a pause; of 515 a second for 120 s
51.1 were answered (99%), p50 1.29 s and p99 1.43 s (deadline 30 s); 55,665 were told 429, p50 1.1 ms, p99 18.5 ms; no other status; memory
by tenths of the time 316, 320, 324, 320, 324, 324, 324, 320, 325, 326 MiB.
"""

import argparse
import asyncio
import json
import time
import urllib.parse


class Connection:
    """One connection of HTTP/1.1, opened again where it was closed."""

    def __init__(self, host, port):
        self.host, self.port, self.streams = host, port, None

    async def post(self, body):
        for attempt in (0, 1):
            fresh = self.streams is None
            if fresh:
                self.streams = await asyncio.open_connection(self.host, self.port)
            try:
                return await self.exchange(body)
            except (OSError, asyncio.IncompleteReadError):
                # A connection that was kept may have been closed meanwhile: that is no refusal, and is tried once more.
                self.close()
                if fresh or attempt:
                    raise

    async def exchange(self, body):
        reader, writer = self.streams
        writer.write(b"POST /v1/gradients HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        if b"transfer-encoding: chunked" in head:
            while size := int(await reader.readuntil(b"\r\n"), 16):
                await reader.readexactly(size + 2)
            await reader.readexactly(2)
        else:
            length = [line for line in head.split(b"\r\n") if line.startswith(b"content-length:")]
            await reader.readexactly(int(length[0].split(b":")[1]) if length else 0)
        if b"connection: close" in head:
            self.close()
        return int(head.split()[1])

    def close(self):
        if self.streams:
            self.streams[1].close()
            self.streams = None


def request(samples):
    return json.dumps({
        "network": {
            "inputShape": [1],
            "layers": [{"type": "linear", "outFeatures": 10}, {"type": "tanh"}, {"type": "batchNorm"}, {"type": "linear", "outFeatures": 1}],
        },
        "inputs": [[sample / samples] for sample in range(samples)],
        "gradient": {"kind": "perSample", "strategy": "rowByRow"},
    }).encode()


async def sized(host, port):
    """How many samples make a request of about 50 ms, alone."""
    connection, samples = Connection(host, port), 32
    while True:
        body, took = request(samples), []
        for _ in range(5):
            began = time.perf_counter()
            await connection.post(body)
            took.append(time.perf_counter() - began)
        if (median := sorted(took)[2]) > 0.035:
            connection.close()
            return samples, median
        samples = int(samples * min(2.0, max(1.1, 0.05 / median)))


async def sustained(host, port, body, at_once, seconds):
    """Answers a second where as many are asked for as are computed at once, and one more each: the peak."""
    ends, answered = time.perf_counter() + seconds, 0

    async def ask():
        nonlocal answered
        connection = Connection(host, port)
        while time.perf_counter() < ends:
            status = await connection.post(body)
            answered += status == 200
        connection.close()

    await asyncio.gather(*[ask() for _ in range(2 * at_once)])
    return answered / seconds


async def paced(host, port, body, rate, seconds, workers, pid):
    """(status, latency from the time when it was due) of all, and the resident memory by seconds."""
    idle, results, memory, late = [Connection(host, port) for _ in range(workers)], [], [], 0
    began, sending = time.perf_counter(), set()

    async def send(connection, due):
        try:
            status = await connection.post(body)
        except (OSError, asyncio.IncompleteReadError) as failure:
            status = type(failure).__name__
        results.append((status, time.perf_counter() - due))
        idle.append(connection)

    for number in range(int(rate * seconds)):
        due = began + number / rate
        if (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait)
        if len(memory) <= due - began:
            memory.append(resident(pid))
        if idle:
            task = asyncio.ensure_future(send(idle.pop(), due))
            sending.add(task)
            task.add_done_callback(sending.discard)
        else:
            late += 1
        if number % 50 == 0:
            await asyncio.sleep(0)
    took = time.perf_counter() - began
    await asyncio.gather(*sending)
    return results, memory, late, took


def resident(pid):
    if not pid:
        return 0
    with open(f"/proc/{pid}/statm") as statm:
        return int(statm.read().split()[1]) * 4096 / 2**20


def quantile(values, share):
    return sorted(values)[min(len(values) - 1, int(share * len(values)))] if values else float("nan")


async def main():
    options = argparse.ArgumentParser()
    options.add_argument("--url", default="http://127.0.0.1:5080")
    options.add_argument("--seconds", type=float, default=120)
    options.add_argument("--times", type=float, default=10)
    options.add_argument("--workers", type=int, default=400)
    options.add_argument("--samples", type=int)
    options.add_argument("--at-once", type=int, default=2, help="the service's ComputeThreads")
    options.add_argument("--pid", type=int)
    asked = options.parse_args()
    address = urllib.parse.urlparse(asked.url)
    host, port = address.hostname, address.port

    samples, alone = (asked.samples, float("nan")) if asked.samples else await sized(host, port)
    body = request(samples)
    peak = await sustained(host, port, body, asked.at_once, min(20, asked.seconds))
    print(f"{samples} samples row by row: {1000 * alone:.0f} ms alone, {peak:.1f} answers a second at most")
    results, memory, late, took = await paced(host, port, body, asked.times * peak, asked.seconds, asked.workers, asked.pid)
    accepted = [latency for status, latency in results if status == 200]
    refused = [latency for status, latency in results if status == 429]
    other = {status: sum(1 for each, _ in results if each == status) for status, _ in results if status not in (200, 429)}
    print(f"{asked.times * peak:.0f} requests a second for {took:.0f} s; {late} not sent, as all {asked.workers} connections were waiting")
    print(f"goodput {len(accepted) / took:.1f} a second, {len(accepted) / took / peak:.0%} of the peak")
    print(f"accepted: p50 {quantile(accepted, 0.5):.2f} s, p99 {quantile(accepted, 0.99):.2f} s, longest {max(accepted, default=0):.2f} s")
    print(f"429: {len(refused)}, p50 {1000 * quantile(refused, 0.5):.1f} ms, p99 {1000 * quantile(refused, 0.99):.1f} ms; others: {other or 'none'}")
    if asked.pid:
        tenth = max(1, len(memory) // 10)
        print("resident memory, MiB, by tenths of the time: " + ", ".join(f"{value:.0f}" for value in memory[::tenth]))


asyncio.run(main())
