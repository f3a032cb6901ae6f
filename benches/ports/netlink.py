"""Just enough of nf_tables to time the two places where published ports could live."""

import os
import socket
import struct
import time

NETFILTER, INET = 12, 1
OWNER = 2


def attribute(number, value):
    if isinstance(value, list):
        number, value = number | 0x8000, b"".join(value)
    elif isinstance(value, int):
        value = struct.pack("!I", value & 0xFFFFFFFF)
    elif isinstance(value, str):
        value = value.encode() + b"\0"
    length = 4 + len(value)
    return struct.pack("=HH", length, number) + value + b"\0" * (-length % 4)


def expression(name, *attributes):
    return attribute(1, [attribute(1, name), attribute(2, list(attributes))])


def message(kind, flags, attributes, family=INET, res_id=0):
    body = struct.pack("!BBH", family, 0, res_id) + b"".join(attributes)
    return struct.pack("=IHHII", 16 + len(body), kind, flags | 1, 0, 0) + body


def change(number, *attributes, flags=0x400):
    return message(NETFILTER_TABLES | number, flags, list(attributes))


NETFILTER_TABLES = 10 << 8


class Connection:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETFILTER)
        self.socket.bind((0, 0))

    def commit(self, *changes):
        """Carries out changes; how many microseconds that took."""
        last = bytearray(changes[-1])
        last[6] |= 4
        batch = [message(0x10, 0, [], 0, 10), *changes[:-1], bytes(last), message(0x11, 0, [], 0, 10)]
        begin = time.monotonic()
        self.socket.send(b"".join(batch))
        answer = self.socket.recv(65536)
        took = (time.monotonic() - begin) * 1e6
        code = struct.unpack_from("=i", answer, 16)[0]
        if code:
            raise OSError(-code, os.strerror(-code))
        return took

    def close(self):
        """Closes it; how many microseconds that took."""
        begin = time.monotonic()
        self.socket.close()
        return (time.monotonic() - begin) * 1e6


def owned_table(name, port, to):
    """A table of one run, which vanishes with its connection: one published port."""
    own = attribute(1, name)
    chain = change(3, own, attribute(3, "in"), attribute(7, "nat"),
                   attribute(4, [attribute(1, 0), attribute(2, -100)]))
    rule = change(6, own, attribute(2, "in"), attribute(4, [
        expression("meta", attribute(2, 16), attribute(1, 1)),
        expression("cmp", attribute(1, 1), attribute(2, 0), attribute(3, [attribute(1, b"\6")])),
        expression("payload", attribute(1, 1), attribute(2, 2), attribute(3, 2), attribute(4, 2)),
        expression("cmp", attribute(1, 1), attribute(2, 0), attribute(3, [attribute(1, struct.pack("!H", port))])),
        expression("immediate", attribute(1, 1), attribute(2, [attribute(1, socket.inet_aton(to))])),
        expression("immediate", attribute(1, 2), attribute(2, [attribute(1, struct.pack("!H", 80))])),
        expression("nat", attribute(1, 1), attribute(2, 2), attribute(3, 1), attribute(5, 2)),
    ]), flags=0xC00)
    return [change(0, own, attribute(2, OWNER)), chain, rule]


def element(number, port, to):
    """Adds (12) or removes (14) an element of nsrun's map of ports."""
    key = attribute(1, [attribute(1, struct.pack("!B3xH2x", 6, port))])
    data = attribute(2, [attribute(1, socket.inet_aton(to) + struct.pack("!H2x", 80))])
    parts = [key, data] if number == 12 else [key]
    return change(number, attribute(1, "nsrun"), attribute(2, "ports4"), attribute(3, [attribute(1, parts)]))
