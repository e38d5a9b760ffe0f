"""A proxy that leads clients to the served cloud under the services' real names."""

import socket
import threading
from urllib.parse import urlsplit


def port_of(address):
    return urlsplit(address).port


class Led:
    """Listens; `where` says which port of this machine a host has. What has none is refused."""

    def __init__(self, where):
        self._where = where
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.refused = set()
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client):
        try:
            head = b""
            while b"\r\n\r\n" not in head:
                more = client.recv(4096)
                if not more:
                    return
                head += more
            method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
            host = target.rsplit(":", 1)[0]
            port = self._where(host) if method == "CONNECT" else None
            if port is None:
                self.refused.add(host)
                client.sendall(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n")
                return
            with socket.create_connection(("127.0.0.1", port)) as service:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                back = threading.Thread(target=copy, args=(service, client), daemon=True)
                back.start()
                copy(client, service)
                back.join()
        except OSError:
            pass
        finally:
            client.close()


def copy(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
