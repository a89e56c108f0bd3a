"""A small data set with the names of MNIST's files, and servers that are good and bad mirrors."""

import gzip
import hashlib
import http.server
import socketserver
import threading

import numpy as np

from nsculpt.tasks import mnist_files
from tests import idx_files

# 7 and 3 images of 5 x 4 pixels, and what they show.
ARRAYS = [
    np.arange(140, dtype=np.uint8).reshape(7, 5, 4),
    np.array([3, 1, 4, 1, 5, 9, 2], np.uint8),
    np.arange(60, dtype=np.uint8).reshape(3, 5, 4)[::-1],
    np.array([6, 5, 3], np.uint8),
]
NAMES = [file.name for file in mnist_files.FILES]
CONTENTS = {name: idx_files.content(array) for name, array in zip(NAMES, ARRAYS, strict=True)}
TABLE = tuple(
    mnist_files.File(name, array.shape, hashlib.sha256(CONTENTS[name]).hexdigest())
    for name, array in zip(NAMES, ARRAYS, strict=True)
)
TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS = NAMES
LOGIN = b"<html>Please log in to the network of this hotel</html>"
FOUR = (
    "train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte, "
    "t10k-labels-idx1-ubyte, each as it is or .gz"
)


def same(found):
    """Whether these are the arrays of the data set."""
    return [array.tolist() for array in found] == [array.tolist() for array in ARRAYS]


class Server(http.server.ThreadingHTTPServer):
    """Mirrors of the data set: the first part of an address says how good they are."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # addresses
        self.stop = threading.Event()  # of those that are silent
        self.silent = threading.Event()  # one is
        self.two = threading.Barrier(2)

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # the usual one looks up the name of the host
        self.server_name, self.server_port = self.server_address

    def mirror(self, manner):
        return f"http://127.0.0.1:{self.server_port}/{manner}/"

    def handle_error(self, request, client_address):
        pass  # who has enough of an answer hangs up


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.server.asked.append(self.path)
        _, manner, name = self.path.split("/")
        getattr(self, manner)(gzip.compress(CONTENTS.get(name.removesuffix(".gz"), b"")))

    def answer(self, content, length=None, status=200, **headers):
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def good(self, content):
        self.answer(content, len(content))

    def without_length(self, content):
        self.answer(content)

    def not_packed(self, content):
        self.good(gzip.decompress(content))

    def moved(self, content):
        self.answer(b"", 0, 302, Location=self.path.replace("moved", "good"))

    def login(self, content):
        self.answer(b"", 0, 302, Location="/login_page/login")

    def login_page(self, content):
        self.answer(LOGIN, len(LOGIN))

    def astray(self, content):
        self.answer(b"", 0, 302, Location="file:///etc/hostname")

    def nowhere(self, content):
        self.answer(b"", 0, 302, Location="http://[::1/")

    def around(self, content):
        self.answer(b"", 0, 302, Location=self.path)

    def other_data(self, content):
        content = bytearray(gzip.decompress(content))
        content[-1] ^= 1
        self.good(gzip.compress(bytes(content)))

    def cut_off(self, content):
        self.answer(content[:-8], len(content))

    def cut_off_unnoticed(self, content):
        self.answer(content[:-8])

    def cut_off_chunk(self, content):
        self.protocol_version = "HTTP/1.1"
        self.answer(b"ff\r\nabc", Connection="close", **{"Transfer-Encoding": "chunked"})

    def endless(self, content):
        self.answer(content)
        while True:
            self.wfile.write(bytes(1 << 16))

    def missing(self, content):
        self.answer(b"none", 4, 404)

    def overloaded(self, content):
        self.send_response(503, "Come\ttomorrow \x1b[31m")
        self.end_headers()

    def no_http(self, content):
        self.wfile.write(b"220 mail.example.org ESMTP\r\n")

    def empty(self, content):
        self.good(b"")

    def both(self, content):
        self.server.two.wait(60)
        self.good(content)

    def mute(self, content):
        pass  # hangs up

    def silent(self, content):
        self.answer(content[:20], len(content))
        self.wfile.flush()
        self.server.silent.set()
        self.server.stop.wait(60)
