"""Kafka's protocol by hand, as far as a client needs it that sends what no library would send."""

import socket
import struct
import time

TIMEOUT = 20


def _table():
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0x82F63B78 if number & 1 else 0)
        yield number


TABLE = list(_table())


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def varint(number):
    """Zigzag, as in records."""
    number, out = (number << 1) ^ (number >> 63), bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def counted(data):
    return varint(-1) if data is None else varint(len(data)) + data


def record(delta, key, value, headers=(), timestamp=0):
    body = b"\0" + varint(timestamp) + varint(delta) + counted(key) + counted(value) + varint(len(headers))
    body += b"".join(counted(name) + counted(content) for name, content in headers)
    return varint(len(body)) + body


def batch(payload, count=1, attributes=0, timestamp=None, greatest=None, last=None, magic=2, crc=None, producer=(-1, -1, -1)):
    """A record batch around a payload, right in all that is not asked to be wrong. Times are milliseconds."""
    first = int(time.time() * 1000) if timestamp is None else timestamp
    body = struct.pack(
        ">hiqqqhii", attributes, count - 1 if last is None else last, first, first if greatest is None else greatest,
        *producer, count) + payload
    tail = struct.pack(">ibI", 0, magic, crc32c(body) if crc is None else crc) + body
    return struct.pack(">qi", 0, len(tail)) + tail


def text(value):
    return struct.pack(">h", len(value)) + value.encode()


def connect(address):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), timeout=TIMEOUT)


def take(connection, count):
    data = b""
    while len(data) < count:
        more = connection.recv(min(count - len(data), 1 << 20))
        if not more:
            raise EOFError("the broker closed the connection")
        data += more
    return data


def ask(address, key, version, body):
    """The answer to one request, behind its correlation id."""
    head = struct.pack(">hhih", key, version, 1, -1)
    with connect(address) as connection:
        connection.sendall(struct.pack(">i", len(head) + len(body)) + head + body)
        return take(connection, struct.unpack(">i", take(connection, 4))[0])[4:]


def produce(address, topic, stored, partition=0):
    """The error code of a Produce with acks=all."""
    body = struct.pack(">hhii", -1, -1, 10_000, 1) + text(topic) + struct.pack(">iii", 1, partition, len(stored)) + stored
    return struct.unpack_from(">h", ask(address, 0, 7, body), 4 + 2 + len(topic) + 4 + 4)[0]


def commit(address, group, topic, offset):
    """The error code of an OffsetCommit by nobody's member."""
    body = text(group) + struct.pack(">i", -1) + text("") + struct.pack(">qi", -1, 1) + text(topic)
    body += struct.pack(">iiqh", 1, 0, offset, -1)
    return struct.unpack_from(">h", ask(address, 8, 2, body), 4 + 2 + len(topic) + 4 + 4)[0]
