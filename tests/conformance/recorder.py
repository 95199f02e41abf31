"""A proxy on the loopback interface that writes down what passes: method, path, query, headers, body."""

import http.client
import http.server
import threading
import urllib.parse

HOP = {"connection", "transfer-encoding", "keep-alive"}


class Recorder:
    """Passes requests on to `upstream` (http://host:port) and keeps them in `requests`, oldest first."""

    def __init__(self, upstream):
        self.requests = []
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.server.server_port

    def taken(self):
        """What was written down since the last call."""
        taken, self.requests = self.requests, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def _handler(self):
        recorder = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                recorder.requests.append({
                    "method": self.command, "target": self.path, "body": body,
                    "headers": {name.lower(): value for name, value in self.headers.items()}})
                connection = http.client.HTTPConnection(recorder.upstream, timeout=30)
                try:
                    connection.request(self.command, self.path, body,
                                       {name: value for name, value in self.headers.items()
                                        if name.lower() not in HOP})
                    answer = connection.getresponse()
                    content = answer.read()
                finally:
                    connection.close()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP | {"content-length"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _pass_on

            def log_message(self, *_):
                pass

        return Handler
