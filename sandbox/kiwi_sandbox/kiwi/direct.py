"""The embedded KIWI without sockets between: for thousands of requests."""

from email.message import Message

import httpx

from kiwi_sandbox.kiwi.routes import IncomingCall, read_json
from kiwi_sandbox.kiwi.service import Service


class DirectWire(httpx.BaseTransport):
    """Brings requests to the embedded KIWI by a call."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """KIWI's answer. Raises httpx.ReadError where the real one would reset the connection."""
        headers = Message()
        for name, value in request.headers.items():
            headers[name] = value
        body, is_text = read_json(request.read())
        url = request.url
        path = url.raw_path.decode("ascii").partition("?")[0]
        reply = self._service.answer(
            IncomingCall(request.method, path, dict(url.params), headers, body, is_text)
        )
        if reply is None:
            raise httpx.ReadError("reset", request=request)
        return httpx.Response(reply.status, headers=dict(reply.headers), content=reply.body)
