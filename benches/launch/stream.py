"""One TCP connection: how many bytes a second, and how many round trips of one byte.

    listen PORT
    talk ADDRESS PORT SECONDS    prints Gbit/s and round trips/s
"""

import socket
import sys
import time


def serve(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while data := connection.recv(1 << 20):
        if len(data) == 1:
            connection.sendall(data)


def flood(address, seconds):
    block, sent = bytes(1 << 18), 0
    with socket.create_connection(address, 5) as connection:
        began = time.perf_counter()
        while time.perf_counter() - began < seconds:
            connection.sendall(block)
            sent += len(block)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1)
        return sent * 8 / (time.perf_counter() - began) / 1e9


def trips(address, seconds):
    with socket.create_connection(address, 5) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        began, count = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            connection.sendall(b"x")
            connection.recv(1)
            count += 1
        return count / (time.perf_counter() - began)


if sys.argv[1] == "listen":
    listener = socket.create_server(("", int(sys.argv[2])))
    print("listening", flush=True)
    while True:
        with listener.accept()[0] as one:
            try:
                serve(one)
            except ConnectionError:
                pass
else:
    where, length = (sys.argv[2], int(sys.argv[3])), float(sys.argv[4])
    print(flood(where, length), trips(where, length))
