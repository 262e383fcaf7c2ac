"""A legacy TCP/IP client, written from docs/protocol.md part 1 with nothing but the standard library.

    legacy_client.py IP PORT '{"action": "Status", "value": 1}' '{"garbage": "474554"}' ...

Each argument is one exchange on a connection of its own, done one after the other. With --parallel all of them are done at
once. Prints one JSON line per exchange, in the order of the arguments:

    {"header": {...}, "text": "...", "extra": 0, "end": "fin"}    a reply; "base64" in place of "text" when it is raw
    {"header": null, "extra": 0, "end": "fin"}                     closed without an answer
    {"error": "BrokenPipeError: ..."}                              what a script would die of

Keys of an exchange: action, value (any JSON, NaN too), value_length (a string of so many letters as value), encoding,
raw (a string as raw content), raw_length (so many zero bytes as raw content, one blocking sendall), content (the JSON text
as it is), garbage (bytes in hex instead of a frame), pieces and delay_ms (write so many bytes at a time), half_close,
only (write so many bytes of the frame, then leave), follow_length (so many bytes more, after the frame), header (keys to
add or overwrite; null removes one).
"""

import argparse
import base64
import json
import socket
import struct
import sys
import threading
import time

TIMEOUT_SECONDS = 20


def content_of(exchange):
    encoding = exchange.get("encoding", "utf-8")
    if "raw" in exchange:
        return exchange["raw"].encode("utf-8"), "binary/custom-client-binary-type", "binary"
    if "raw_length" in exchange:
        return bytes(exchange["raw_length"]), "binary/custom-client-binary-type", "binary"
    if "content" in exchange:
        return exchange["content"].encode(encoding), "text/json", encoding
    value = "v" * exchange["value_length"] if "value_length" in exchange else exchange.get("value")
    request = {"action": exchange.get("action"), "value": value}
    return json.dumps(request, ensure_ascii=False).encode(encoding), "text/json", encoding


def frame_of(exchange):
    if "garbage" in exchange:
        return bytes.fromhex(exchange["garbage"])
    content, content_type, encoding = content_of(exchange)
    header = {
        "byteorder": sys.byteorder,
        "content-type": content_type,
        "content-encoding": encoding,
        "content-length": len(content),
    }
    header.update(exchange.get("header", {}))
    encoded = json.dumps({key: value for key, value in header.items() if value is not None}).encode("utf-8")
    return struct.pack(">H", len(encoded)) + encoded + content


def write(sock, exchange):
    frame = frame_of(exchange)
    if "only" in exchange:
        frame = frame[: exchange["only"]]
    frame += bytes(exchange.get("follow_length", 0))
    step = exchange.get("pieces") or max(1, len(frame))
    for start in range(0, len(frame), step):
        sock.sendall(frame[start : start + step])
        if "delay_ms" in exchange:
            time.sleep(exchange["delay_ms"] / 1000)
    if exchange.get("half_close"):
        sock.shutdown(socket.SHUT_WR)


def read_to_end(sock):
    """All bytes until the peer ends its side, and how it did."""
    received = []
    while True:
        try:
            data = sock.recv(4096)
        except ConnectionResetError:
            return b"".join(received), "reset"
        if not data:
            return b"".join(received), "fin"
        received.append(data)


def reply_of(received, end):
    if len(received) < 2:
        return {"header": None, "extra": len(received), "end": end}
    (header_length,) = struct.unpack(">H", received[:2])
    header = json.loads(received[2 : 2 + header_length].decode("utf-8"))
    start = 2 + header_length
    content = received[start : start + header["content-length"]]
    if len(content) < header["content-length"]:
        return {"error": "the reply is cut"}
    result = {"header": header, "extra": len(received) - start - len(content), "end": end}
    if header["content-type"] == "text/json":
        result["text"] = content.decode(header["content-encoding"])
    else:
        result["base64"] = base64.b64encode(content).decode("ascii")
    return result


def exchange_with(address, exchange):
    try:
        with socket.create_connection(address, TIMEOUT_SECONDS) as sock:
            write(sock, exchange)
            if "only" in exchange:
                return {"left": True}
            return reply_of(*read_to_end(sock))
    except (OSError, ValueError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("ip")
    parser.add_argument("port", type=int)
    parser.add_argument("exchange", nargs="+", type=json.loads)
    parser.add_argument("--parallel", action="store_true")
    options = parser.parse_args()
    address = (options.ip, options.port)

    results = [None] * len(options.exchange)

    def run(index):
        results[index] = exchange_with(address, options.exchange[index])

    if options.parallel:
        threads = [threading.Thread(target=run, args=(index,)) for index in range(len(results))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    else:
        for index in range(len(results)):
            run(index)
    for result in results:
        print(json.dumps(result))


if __name__ == "__main__":
    main()
