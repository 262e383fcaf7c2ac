"""A legacy peer in plain Python: the frame of protocol part 1, one connection per message, one thread.

Spoken to by the benchmark over descriptor 3, a JSON object a line (see harness/Control.js).
"""

import gc
import json
import resource
import selectors
import socket
import struct
import sys
import time

DEVICE = {"device": "Keithley 2410", "unit": 4, "volts": -100.25, "amps": 3.125e-9, "status": "ok"}


def encode(content):
    body = json.dumps(content).encode("utf-8")
    header = json.dumps({
        "byteorder": sys.byteorder,
        "content-type": "text/json",
        "content-encoding": "utf-8",
        "content-length": len(body),
    }).encode("utf-8")
    return struct.pack(">H", len(header)) + header + body


def decode(data):
    """The content of one whole frame, or None while it is not whole."""
    if len(data) < 2:
        return None
    body_at = 2 + struct.unpack(">H", data[:2])[0]
    if len(data) < body_at:
        return None
    header = json.loads(data[2:body_at])
    end = body_at + header["content-length"]
    if len(data) < end:
        return None
    return json.loads(data[body_at:end].decode(header["content-encoding"]))


def exchange(port, action, value):
    """One message as a COMET client sends it: connect, write, read the reply, close."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as link:
        link.sendall(encode({"action": action, "value": value}))
        data = b""
        while True:
            piece = link.recv(4096)
            if not piece:
                raise ConnectionError("closed without a reply")
            data += piece
            reply = decode(data)
            if reply is not None:
                return reply["result"]


def usage():
    used = resource.getrusage(resource.RUSAGE_SELF)
    with open("/proc/self/statm") as statm:
        rss = int(statm.read().split()[1]) * resource.getpagesize()
    return {"cpuUs": round((used.ru_utime + used.ru_stime) * 1e6), "rss": rss, "heapUsed": 0}


class Peer:
    def __init__(self):
        self.control = socket.socket(fileno=3)
        self.selector = selectors.DefaultSelector()
        self.selector.register(self.control, selectors.EVENT_READ, self.read_control)
        self.commands = b""
        self.port = 0
        self.received = {}

    def loop(self):
        while True:
            for key, _ in self.selector.select():
                key.data(key.fileobj)

    def read_control(self, control):
        data = control.recv(65536)
        if not data:
            sys.exit(0)
        *lines, self.commands = (self.commands + data).split(b"\n")
        for line in lines:
            question = json.loads(line)
            answer = {"id": question["id"]}
            try:
                answer["result"] = getattr(self, "do_" + question["method"])(question["params"])
            except Exception as error:
                answer["error"] = f"{type(error).__name__}: {error}"
            control.sendall(json.dumps(answer).encode() + b"\n")
            if question["method"] == "stop":
                sys.exit(0)

    def do_start(self, _):
        listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.selector.register(listener, selectors.EVENT_READ, self.accept)
        return {"port": listener.getsockname()[1]}

    def accept(self, listener):
        link, _ = listener.accept()
        self.received[link] = b""
        self.selector.register(link, selectors.EVENT_READ, self.serve)

    def serve(self, link):
        piece = link.recv(4096)
        data = self.received[link] + piece
        request = decode(data)
        if request is None and piece:
            self.received[link] = data
            return
        if request is not None:
            link.sendall(encode({"result": request["value"]}))
        self.selector.unregister(link)
        del self.received[link]
        link.close()

    def do_open(self, params):
        self.port = params["port"]

    def do_run(self, params):
        cpu, started = usage()["cpuUs"], time.perf_counter()
        for number in range(params["count"]):
            value = {"id": number, **DEVICE}
            answer = exchange(self.port, params["action"], value)
            if answer != value:
                raise ValueError(f"wrong answer to message {number}: {answer}")
        wall = (time.perf_counter() - started) * 1e6
        return {"wallUs": wall, "cpuUs": usage()["cpuUs"] - cpu}

    def do_usage(self, _):
        return usage()

    def do_settle(self, _):
        gc.collect()
        return usage()

    def do_stop(self, _):
        return None


Peer().loop()
