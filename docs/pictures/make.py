#!/usr/bin/env python3
"""Draws the pictures of the documentation: each request of this folder, as the service answers it.

    docs/pictures/make.py [--url http://127.0.0.1:5080] [--to FOLDER]

Requests are in float64, so that the pictures are the same on every processor.
"""
import argparse
import pathlib
import urllib.request

here = pathlib.Path(__file__).parent
arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
arguments.add_argument("--url", default="http://127.0.0.1:5080", help="where the service is")
arguments.add_argument("--to", type=pathlib.Path, default=here, help="where to write the pictures; this folder by default")
options = arguments.parse_args()

for request in sorted(here.glob("*.json")):
    headers = {"Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(options.url + "/v1/figures", request.read_bytes(), headers)) as answer:
        (options.to / request.name).with_suffix(".svg").write_bytes(answer.read())
    print(request.stem)
