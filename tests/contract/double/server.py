"""The double as a real HTTP server on loopback, in a thread of its own."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from double.answers import Answer
from double.service import Service

SLOW = 2.0  # seconds


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, service: Service, port: int, slow: float) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.service, self.slow, self.turn = service, slow, threading.Lock()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {name.lower(): value for name, value in self.headers.items()}
        with self.server.turn:
            found = self.server.service.answer(self.command, self.path, headers, body)
        self._deliver(found)

    do_GET = do_POST = _handle  # noqa: N815  # http.server's names

    def _deliver(self, found: Answer) -> None:
        if found.delivery == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
            return
        if found.delivery == "slow":
            time.sleep(self.server.slow)
        self.send_response_only(found.status)
        torn = found.delivery == "torn"  # a torn body without a length is only recognised by what it says
        for name, value in found.headers.items():
            self.send_header(name, value)
        if torn:
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(len(found.body)))
        self.end_headers()
        self._send(found)

    def _send(self, found: Answer) -> None:
        try:
            if found.delivery == "drip":
                for place in range(len(found.body)):
                    self.wfile.write(found.body[place : place + 1])
                    time.sleep(self.server.slow / 20)
                return
            self.wfile.write(found.body[:-2] if found.delivery == "cut" else found.body)
            self.close_connection = self.close_connection or found.delivery in {"cut", "torn"}
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing: tests read what the client says."""


@contextmanager
def serving(service: Service, *, port: int = 0, slow: float = SLOW) -> Iterator[str]:
    """The address of the double while the context lasts."""
    with _Server(service, port, slow) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
