"""A file from the web, into memory: so that a transfer that is broken off leaves nothing behind."""

import http.client
import logging
import sys
import urllib.error
import urllib.request

import tqdm

from nsculpt import text

_CHUNK = 1 << 16


class DownloadError(Exception):
    """A file that did not come. The message is one line, the address and the reason."""


def fetch(address: str, most_bytes: int, timeout_s: float = 10.0) -> bytes:
    """Downloads a file; on a terminal, standard error shows a bar meanwhile.

    Args:
      address: of the file, http or https.
      most_bytes: what sends more is given up.
      timeout_s: how long to wait for a connection, and for the next bytes; seconds, above 0.

    Returns:
      The content, as long as the server said, if it did; whether it is the right one is not known.

    Raises:
      DownloadError: no connection, no such file, silence, cut off, too long.
    """
    try:
        with urllib.request.urlopen(address, timeout=timeout_s) as response:
            if not isinstance(response, http.client.HTTPResponse):  # redirects may lead to ftp
                raise urllib.error.URLError(f"leads to {response.url}; expected http or https")
            return _read(response, most_bytes, address.rpartition("/")[2])
    except urllib.error.HTTPError as error:
        with error:  # it is the open answer too
            raise _failure(address, f"HTTP {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _failure(address, error.reason) from error
    except http.client.IncompleteRead as error:
        raise _failure(address, "cut off") from error
    except OSError as error:
        raise _failure(address, error) from error
    except (http.client.HTTPException, ValueError) as error:  # ValueError: an odd redirect
        raise _failure(address, f"no proper answer: {error}") from error


def _read(response: http.client.HTTPResponse, most_bytes: int, name: str) -> bytes:
    length = response.length  # None where the server does not say
    content = bytearray()
    with tqdm.tqdm(
        desc=name,
        total=length,
        unit="B",
        unit_scale=True,
        file=sys.stderr,
        disable=sys.stderr is None  # closed
        or not sys.stderr.isatty()
        # Whoever wants to hear of nothing but warnings wants no bar either.
        or logging.getLogger("nsculpt").level > logging.INFO,
        leave=False,
    ) as bar:
        # As it comes: `read` would wait for a whole chunk, and the bar with it.
        while chunk := response.read1(_CHUNK):
            content += chunk
            bar.update(len(chunk))
            if len(content) > most_bytes:
                raise urllib.error.URLError(f"more than {most_bytes} bytes")
    if length is not None and len(content) != length:
        raise urllib.error.URLError(f"cut off after {len(content)} of {length} bytes")
    return bytes(content)


def _failure(address: str, reason: object) -> DownloadError:
    if isinstance(reason, OSError) and reason.strerror:
        reason = reason.strerror
    return DownloadError(f"{address}: {text.printable(' '.join(str(reason).split()))}")
