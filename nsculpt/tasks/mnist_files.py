"""The four files of MNIST: from a folder, from the user's cache, or from the web.

MNIST is by Y. LeCun, C. Cortes and C. J. C. Burges, "The MNIST database of handwritten digits",
http://yann.lecun.com/exdb/mnist; published under CC BY-SA 3.0
(https://creativecommons.org/licenses/by-sa/3.0). The files are used as they are; what is made of
them is in `nsculpt.tasks.mnist`.
"""

import dataclasses
import hashlib
import logging
import math
import os
import pathlib
from collections.abc import Sequence

import numpy as np
import platformdirs

from nsculpt import atomic, errors, text
from nsculpt.tasks import files, idx

_log = logging.getLogger("nsculpt")

VARIABLE = "NSCULPT_MNIST_DIR"


@dataclasses.dataclass(frozen=True)
class File:
    """One file of a data set of digits.

    Args:
      name: as published, without .gz.
      shape: of its array.
      sha256: of its content without compression.
    """

    name: str
    shape: tuple[int, ...]
    sha256: str

    @property
    def names(self) -> tuple[str, ...]:
        """Names under which it is found in the wild."""
        dotted = self.name.replace("-idx", ".idx")
        return (self.name, f"{self.name}.gz", dotted, f"{dotted}.gz")


# In the order of the fields of `Digits`.
FILES = (
    File(
        "train-images-idx3-ubyte",
        (60_000, 28, 28),
        "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    ),
    File(
        "train-labels-idx1-ubyte",
        (60_000,),
        "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    ),
    File(
        "t10k-images-idx3-ubyte",
        (10_000, 28, 28),
        "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    ),
    File(
        "t10k-labels-idx1-ubyte",
        (10_000,),
        "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
    ),
)
MIRRORS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)


@dataclasses.dataclass(frozen=True, eq=False)
class Digits:
    """MNIST: images of handwritten digits, 0 black to 255 white, and which digits they are."""

    train_images: np.ndarray  # [60000, 28, 28] uint8
    train_labels: np.ndarray  # [60000] uint8, 0 to 9
    test_images: np.ndarray  # [10000, 28, 28] uint8
    test_labels: np.ndarray  # [10000] uint8, 0 to 9


def load(folder: files.Path | None = None) -> Digits:
    """Loads MNIST: from a folder, else from the user's cache, where it is downloaded to if need be.

    Args:
      folder: of the four files, plain or gzip, under their published names with or without .gz;
        by default the environment's NSCULPT_MNIST_DIR, if that is set.

    Returns:
      Digits, of files whose SHA-256 is that of MNIST. The arrays are read-only.

    Raises:
      InputError: one line that names the file, or what to put where. Its field is "mnist_dir" where
        `folder` is at fault.

    Source: DESIGN 3.
    """
    cache = platformdirs.user_cache_path("nsculpt", appauthor=False) / "mnist"
    return Digits(*load_files(FILES, MIRRORS, cache, folder))


def load_files(
    table: Sequence[File],
    mirrors: Sequence[str],
    cache: pathlib.Path,
    folder: files.Path | None = None,
) -> list[np.ndarray]:
    """`load` for any table of files.

    Args:
      table: the files.
      mirrors: addresses before the files' names, asked in turn.
      cache: folder where downloaded files are kept.
      folder: of the files; see `load`.

    Returns:
      An array for each file.
    """
    if folder is not None:
        try:
            return _from_folder(table, folder)
        except errors.InputError as error:
            raise errors.InputError(f"mnist_dir: {error}", "mnist_dir") from error
    if os.environ.get(VARIABLE):
        try:
            return _from_folder(table, os.environ[VARIABLE])
        except errors.InputError as error:
            raise errors.InputError(f"{VARIABLE}: {error}") from error
    cached = {file: _from_cache(table, file, cache) for file in table}
    found = {file: array for file, array in cached.items() if array is not None}
    wanted = [file for file in table if file not in found]
    if wanted:
        found |= _download(table, wanted, mirrors, cache)
    return [found[file] for file in table]


def _from_folder(table: Sequence[File], folder: files.Path) -> list[np.ndarray]:
    place = text.printable(folder)
    try:
        there = set(os.listdir(folder))
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL byte
        reason = getattr(error, "strerror", None) or error
        raise errors.InputError(f"{place}: cannot be read: {reason}; {_wanted(table)}") from error
    paths = []
    missing = []
    for file in table:
        names = [name for name in file.names if name in there]
        # Some archives unpack into folders of the files' own names.
        names.sort(key=lambda name: os.path.isdir(os.path.join(folder, name)))
        if names:
            paths.append(pathlib.Path(folder, names[0]))
        else:
            missing.append(file.name)
    if missing:
        found = f"no {', no '.join(missing)}" if paths else "holds none of the files"
        raise errors.InputError(f"{place}: {found}; {_wanted(table)}")
    return [
        _checked(table, file, idx.content_of(path), text.printable(path))
        for file, path in zip(table, paths, strict=True)
    ]


def _wanted(table: Sequence[File]) -> str:
    names = ", ".join(file.name for file in table)
    return f"expected a folder of {names}, each as it is or .gz"


def _checked(table: Sequence[File], file: File, content: bytes, place: str) -> np.ndarray:
    """The array of a file, whose content must be that of the table."""
    shape = idx.shape_of(content, place)
    if shape != file.shape:
        meant = [each.name for each in table if each.shape == shape]
        hint = ""
        if meant:
            hint = f"; these are the sizes of {meant[0]}: are the files swapped?"
        raise errors.InputError(
            f"{place}: {_kind(shape)} {list(shape)}; expected {_kind(file.shape)} "
            f"{list(file.shape)}{hint}"
        )
    plain = idx.unpacked(content, place)
    found = hashlib.sha256(plain).hexdigest()
    if found != file.sha256:
        raise errors.InputError(
            f"{place}: SHA-256 {found} without compression; expected {file.sha256}: damaged, or "
            "other data of the same sizes"
        )
    return idx.array_of(plain)


def _kind(shape: tuple[int, ...]) -> str:
    return {1: "labels", 3: "images"}.get(len(shape), "an array")


def _from_cache(table: Sequence[File], file: File, cache: pathlib.Path) -> np.ndarray | None:
    for path in (cache / name for name in file.names):
        if os.path.isfile(path):
            try:
                return _checked(table, file, idx.content_of(path), text.printable(path))
            except errors.InputError as error:
                _log.warning("not used: %s", error)
    return None


def _download(
    table: Sequence[File], wanted: Sequence[File], mirrors: Sequence[str], cache: pathlib.Path
) -> dict[File, np.ndarray]:
    from nsculpt.tasks import download  # loads http and ssl, which few runs need

    _log.info("downloading %s of MNIST to %s", text.counted(len(wanted), "file"), cache)
    found = {}
    order = list(mirrors)
    kept = True
    for file in wanted:
        # Data that do not shrink grow by 5 bytes in 16,000.
        most_bytes = 1000 + math.prod(file.shape) * 1001 // 1000
        failures = []
        for mirror in tuple(order):
            address = f"{mirror}{file.name}.gz"
            try:
                content = download.fetch(address, most_bytes)
                found[file] = _checked(table, file, content, address)
            except (download.DownloadError, errors.InputError) as error:
                failures.append(str(error))
                if len(failures) < len(order):
                    _log.info("not downloaded: %s", error)
                order.append(order.pop(0))  # the next file is asked for elsewhere first
            else:
                kept = kept and _keep(content, cache / f"{file.name}.gz")
                break
        else:
            names = ", ".join(each.name for each in table)
            raise errors.InputError(
                f"MNIST is not here and cannot be downloaded: put the {len(table)} files {names}, "
                f"each as it is or .gz, into a folder and name it by --mnist_dir or {VARIABLE} "
                f"({'; '.join(failures)})"
            )
    return found


def _keep(content: bytes, path: pathlib.Path) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(path) as file:
            file.write(content)
    except OSError as error:
        _log.warning(
            "what is downloaded is not kept, every start will download it: %s: %s",
            error.filename,
            error.strerror,
        )
        return False
    return True
