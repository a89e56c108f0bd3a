"""What has to be settled before anything is compiled: the devices, and what is kept of programs."""

import os

from launch import flags
from nsculpt import errors

FLAG = flags.Flag("no_compilation_cache", None, "", """Compile everything anew, and keep nothing.
    Otherwise compiled programs are kept in the user's cache folder; results are
    the same.""")  # fmt: skip


def prepare(parser: flags.Parser) -> None:
    """Turns the compilation cache on, unless the flag says otherwise.

    Raises:
      InputError: the devices that JAX_PLATFORMS asks for are not there.
    """
    import jax  # late, since it takes long

    try:
        jax.local_devices()
    except (RuntimeError, AssertionError) as error:  # jax raises the latter without a word
        asked = os.environ.get("JAX_PLATFORMS", "")
        raise errors.InputError(
            f"JAX_PLATFORMS={asked}: jax finds no such devices; expected cpu, or nothing"
        ) from error
    if not parser[FLAG.name]:
        from nsculpt import compilation_cache

        compilation_cache.turn_on()
