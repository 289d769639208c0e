"""The HTTP server: loopback only, kept alive, quiet, able to reset a connection."""

import socket
import struct
import sys
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from kiwi_sandbox.kiwi.routes import IncomingCall, read_json
from kiwi_sandbox.kiwi.service import Reply, Service

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_STOP_SECONDS = 5.0


class Handler(BaseHTTPRequestHandler):
    """Reads a request, has it answered, and writes the answer in one piece."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: "Server"
    _closed = False

    def handle_call(self) -> None:
        """Answer the request that has been parsed so far."""
        if self._closed:
            # KIWI silently closes the connection after an error 500.
            self._reset()
            return
        url = urlsplit(self.path)
        body, is_text = read_json(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
        reply = self.server.service.answer(
            IncomingCall(
                method=self.command,
                path=url.path,
                query=dict(parse_qsl(url.query, keep_blank_values=True)),
                headers=self.headers,
                body=body,
                is_text=is_text,
            )
        )
        if reply is None or self.server.service.stopping.is_set():
            self._reset()
        else:
            self._write(reply)
            self._closed = reply.status == 500

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_call  # noqa: N815 - names that the base class looks up

    def log_message(self, *_args: Any, **_kwargs: Any) -> None:
        """Say nothing."""

    def _write(self, reply: Reply) -> None:
        self.send_response(reply.status)
        if reply.body:
            self.send_header("Content-Type", "application/json; charset=utf-8")
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def _reset(self) -> None:
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
        self.close_connection = True


class Server(ThreadingHTTPServer):
    """One thread for each connection; all of them end with the server."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, service: Service) -> None:
        self.service = service
        self._connections: set[socket.socket] = set()
        self._changed = threading.Condition()
        super().__init__(("127.0.0.1", 0), Handler)

    def server_bind(self) -> None:
        """Bind without asking a name server for the host's name."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = "127.0.0.1", self.server_address[1]

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember the connection, then serve it in a thread of its own."""
        with self._changed:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Close the connection; one that is to be reset gets no farewell first."""
        linger = request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE))
        if linger == _RESET_ON_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)
        with self._changed:
            self._connections.discard(request)
            self._changed.notify_all()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Show an error, unless a client has hung up."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def stop(self) -> None:
        """Close all connections and wait for the threads to end."""
        self.service.stopping.set()
        self.shutdown()
        with self._changed:
            for connection in self._connections:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            self._changed.wait_for(lambda: not self._connections, _STOP_SECONDS)
        self.server_close()
