"""Prints what Python makes of one text codec, as JSON: `python3 codec_table.py NAME`. Text that Python refuses is null."""

import json
import random
import sys

name = sys.argv[1]
draw = random.Random(26)


def decoded(data):
    try:
        return data.decode(name)
    except (UnicodeDecodeError, ValueError):
        return None


def encoded(point):
    try:
        return chr(point).encode(name)
    except UnicodeEncodeError:
        return None


encodings = [data for data in map(encoded, range(0x10000)) if data is not None]
single = [bytes([first]) for first in range(256)]
# Behind a byte that is a character by itself the next one starts anew.
leads = [data for data in single if decoded(data) is None]
pairs = [first + second for first in leads for second in single]


def drawn():
    """Three to eight bytes: pieces of encodings put together, and some bytes changed."""
    data = b"".join(draw.choice(encodings) for _ in range(draw.randint(1, 3)))
    data = bytearray(data[draw.randint(0, 1) :][: draw.randint(3, 8)])
    for _ in range(draw.randint(0, 2)):
        if data:
            data[draw.randrange(len(data))] = draw.randrange(256)
    return bytes(data)


sequences = encodings + single + pairs
if any(len(data) > 1 for data in encodings):
    sequences += [drawn() for _ in range(5000)]
if name.startswith("iso2022"):
    # Escape sequences, with a character behind them.
    parts = [b"$", b"(", b")", b"&", b".", b"@", b"A", b"B", b"I", b"J", b"a"]
    escapes = [first + second + third for first in parts for second in parts for third in [b"", *parts]]
    sequences += [b"\x1b" + escape + b"!!" for escape in escapes]
json.dump([[data.hex(), decoded(data)] for data in sequences], sys.stdout)
