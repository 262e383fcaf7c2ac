"""A legacy TCP/IP server, written from docs/protocol.md part 1 with nothing but the standard library.

It shares no code with rxcomet, so that an agreement between the two says something about the protocol. Prints
"listening IP PORT", then one JSON line per event: request, answered, closed, hang. Ends when its standard input ends.

The answering rules are those of protocol 1.4, the bad ones included: a request whose decoded content is falsy hangs the
whole server for good. Here it does so without burning the processor, and says so in an event.
"""

import argparse
import base64
import json
import os
import selectors
import socket
import struct
import sys
import time

REQUIRED_KEYS = ("byteorder", "content-length", "content-type", "content-encoding")
PIECE = 4096


def report(**event):
    print(json.dumps(event), flush=True)


class Connection:
    """One client: reads one request, writes one reply, closes (protocol 1.3)."""

    def __init__(self, sock, peer, options):
        self.sock = sock
        self.peer = peer
        self.options = options
        self.buffer = b""
        self.header_length = None
        self.header = None

    def read(self):
        """Takes one piece. Returns the decoded request as (content,) once it is whole, else None."""
        data = self.sock.recv(PIECE)
        if not data:
            raise EOFError("peer closed before its request was whole")
        self.buffer += data
        if self.header_length is None and len(self.buffer) >= 2:
            (self.header_length,) = struct.unpack(">H", self.buffer[:2])
            self.buffer = self.buffer[2:]
        if self.header_length is not None and self.header is None and len(self.buffer) >= self.header_length:
            self.header = json.loads(self.buffer[: self.header_length].decode("utf-8"))
            self.buffer = self.buffer[self.header_length :]
            for key in REQUIRED_KEYS:
                if key not in self.header:
                    raise ValueError(f"Missing required header '{key}'.")
        if self.header is not None and len(self.buffer) >= self.header["content-length"]:
            length = self.header["content-length"]
            content, self.buffer = self.buffer[:length], self.buffer[length:]
            if self.header["content-type"] != "text/json":
                return (content,)
            return (json.loads(content.decode(self.header["content-encoding"])),)
        return None

    def bytes_follow(self):
        """Whether the client wrote more than its one request."""
        if self.buffer:
            return True
        try:
            return len(self.sock.recv(1, socket.MSG_PEEK)) > 0
        except (BlockingIOError, ConnectionError):
            return False

    def answer(self, request):
        reset = self.bytes_follow()
        reply = self.reply_to(request)
        self.sock.setblocking(True)
        step = self.options.pieces or len(reply)
        for start in range(0, len(reply), step):
            self.sock.sendall(reply[start : start + step])
            if self.options.pieces:
                time.sleep(self.options.delay_ms / 1000)
        if reset:
            # What is unread makes the system reset the connection once it is closed.
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        report(event="answered", peer=self.peer, reset=reset)

    def reply_to(self, request):
        options = self.options
        if options.reply_hex is not None:
            return bytes.fromhex(options.reply_hex)
        if isinstance(request, bytes):
            content = b"First 10 bytes of request: " + request[:10]
            return frame(content, "binary/custom-server-binary-type", "binary")
        if options.raw_reply is not None:
            return frame(options.raw_reply.encode(), "binary/custom-server-binary-type", "binary")
        encoded = json.dumps({"result": self.result_of(request)}, ensure_ascii=False).encode("utf-8")
        return frame(encoded, "text/json", "utf-8")

    def result_of(self, request):
        action, value = request.get("action"), request.get("value")
        if not (action and value):
            return f"Error: invalid action and or value {action}, {value}"
        if self.options.no_responder:
            return "No responder function defined for TCP/IP server... Returning empty message"
        if self.options.echo:
            return {"action": action, "value": value}
        return self.options.answers.get(action)


def frame(content, content_type, encoding):
    header = json.dumps(
        {
            "byteorder": sys.byteorder,
            "content-type": content_type,
            "content-encoding": encoding,
            "content-length": len(content),
        },
        ensure_ascii=False,
    ).encode("utf-8")
    return struct.pack(">H", len(header)) + header + content


class Server:
    def __init__(self, options):
        self.options = options
        self.left_to_die = options.die_before_answering
        self.selector = selectors.DefaultSelector()
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((options.ip, options.port))
        self.listener.listen(128)
        self.listener.setblocking(False)
        self.selector.register(self.listener, selectors.EVENT_READ, None)
        self.selector.register(sys.stdin, selectors.EVENT_READ, "stdin")

    def run(self):
        ip, port = self.listener.getsockname()
        print(f"listening {ip} {port}", flush=True)
        while True:
            for key, _ in self.selector.select():
                if key.data == "stdin":
                    if not os.read(sys.stdin.fileno(), PIECE):
                        return
                elif key.data is None:
                    self.accept()
                else:
                    self.serve(key.data)

    def accept(self):
        sock, address = self.listener.accept()
        sock.setblocking(False)
        connection = Connection(sock, f"{address[0]}:{address[1]}", self.options)
        self.selector.register(sock, selectors.EVENT_READ, connection)

    def serve(self, connection):
        try:
            read = connection.read()
            if read is None:
                return
            (request,) = read
            self.tell_request(connection, request)
            if self.left_to_die > 0:
                self.left_to_die -= 1
                if self.options.exit:
                    os._exit(1)
                raise ConnectionAbortedError("dies before answering")
            if not request:
                self.hang()
            if not isinstance(request, (dict, bytes)):
                raise ValueError("request is no object")
            connection.answer(request)
        except (OSError, EOFError, ValueError, LookupError) as error:
            # COMET has no error frame: on an exception it closes without an answer.
            report(event="closed", peer=connection.peer, why=f"{type(error).__name__}: {error}")
        self.selector.unregister(connection.sock)
        connection.sock.close()

    def tell_request(self, connection, request):
        event = {"event": "request", "peer": connection.peer, "header": connection.header}
        if isinstance(request, bytes):
            event["base64"] = base64.b64encode(request).decode("ascii")
        else:
            # As text, since NaN has no place in strict JSON.
            event["text"] = json.dumps(request)
        report(**event)

    def hang(self):
        report(event="hang")
        while os.read(sys.stdin.fileno(), PIECE):
            pass
        os._exit(0)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ip", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--answers", type=json.loads, default={}, help="JSON object: action -> result")
    parser.add_argument("--echo", action="store_true", help="answer with action and value")
    parser.add_argument("--no-responder", action="store_true")
    parser.add_argument("--pieces", type=int, default=0, help="write the reply so many bytes at a time")
    parser.add_argument("--delay-ms", type=float, default=0, help="between the pieces")
    parser.add_argument("--die-before-answering", type=int, default=0, metavar="N", help="drop the first N requests")
    parser.add_argument("--exit", action="store_true", help="with the above: the whole process dies")
    parser.add_argument("--raw-reply", help="answer with these characters as raw bytes")
    parser.add_argument("--reply-hex", help="write these bytes instead of a reply")
    Server(parser.parse_args()).run()


if __name__ == "__main__":
    main()
