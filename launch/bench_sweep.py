"""How fast a sweep is, as a whole process and inside: the cases of `launch.bench sweep`."""

import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from typing import Any

from nsculpt import errors, timings

# The cell that the official code was timed on, and a large one.
_CASES = (
    ("--task=input_separable", "--hidden=24"),
    ("--task=hierarchy_use2", "--hidden=48,48,48"),
)
_POLL_S = 0.002
_EXPORTS = ("summary.json", "networks.npz")
# In a process of its own, so that what it leaves in memory is not counted. The least of many times,
# since other work on a shared machine only ever adds.
_MACHINE = """
import json, os, time, jax, jax.numpy as jnp
def least(work):
    seconds = []
    for _ in range(15):
        began = time.perf_counter()
        work().block_until_ready()
        seconds.append(time.perf_counter() - began)
    return min(seconds)
a, b = jnp.ones((2048, 2048)), jnp.ones(2**26)
with jax.default_matmul_precision("highest"):
    product = jax.jit(jnp.matmul)
    product(a, a).block_until_ready()
    flop_per_s = 2 * 2048**3 / least(lambda: product(a, a))
add = jax.jit(lambda x: x + 1)
add(b).block_until_ready()
byte_per_s = 2 * b.nbytes / least(lambda: add(b))
print(json.dumps({"device": jax.devices()[0].device_kind, "devices": jax.local_device_count(),
    "product_flop_per_s": flop_per_s, "stream_byte_per_s": byte_per_s, "jax": jax.__version__}))
"""


def measure(given: Sequence[str]) -> dict[str, Any]:
    """Times sweeps as whole processes, with the compilation cache empty and then full.

    Args:
      given: flags of `launch.main` that name a task, a network and a grid; empty: standard cases.

    Returns:
      `cases`: for each, `flags`, `layer_sizes`, `prunings`, and for `cold` and `warm` the figures
      of `_figures`; `machine`, with its rates a second; `versions`.

    Raises:
      InputError: what `launch.main` refuses.
    """
    found = json.loads(_process([sys.executable, "-c", _MACHINE]))
    versions = {"python": platform.python_version(), "jax": found.pop("jax")}
    found["cores"] = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    cases = [_case(case, found) for case in ([given] if given else _CASES)]
    return {"cases": cases, "machine": found, "versions": versions}


def _process(command: Sequence[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise errors.InputError(f"{command[1:3]}: {(done.stderr or 'failed').splitlines()[-1]}")
    return done.stdout


def _case(given: Sequence[str], machine: Mapping[str, Any]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder)
        environment = os.environ | {"JAX_COMPILATION_CACHE_DIR": str(path / "programs")}
        environment |= {"JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0"}
        found: dict[str, Any] = {"flags": " ".join(given)}
        for name in ("cold", "warm"):
            run_dir = path / name
            seconds = _timed([*given, f"--out_dir={run_dir}"], run_dir, environment)
            summary = json.loads((run_dir / "summary.json").read_text("utf-8"))
            found["layer_sizes"] = summary["layer_sizes"]
            found["prunings"] = len(summary["runs"])
            times = timings.read(run_dir / "timings.json")
            found[name] = seconds | _figures(times, found["prunings"], machine)
    return found


def _timed(
    given: Sequence[str], run_dir: pathlib.Path, environment: Mapping[str, str]
) -> dict[str, float]:
    """Seconds from the start of a process to its exports, and to its end; its peak memory."""
    command = [sys.executable, "-m", "launch.main", *given]
    exported = ended = None
    with tempfile.TemporaryFile("w+") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=said, env=dict(environment)
        )
        try:
            while ended is None:
                time.sleep(_POLL_S)
                done, status, usage = os.wait4(process.pid, os.WNOHANG)
                now = time.perf_counter() - began
                if exported is None and all((run_dir / name).exists() for name in _EXPORTS):
                    exported = now
                if done:
                    ended = now
                    process.returncode = os.waitstatus_to_exitcode(status)
        finally:
            if ended is None:  # this process is interrupted
                process.kill()
                process.wait()
        if process.returncode or exported is None:
            said.seek(0)
            *_, last = ["launch.main failed", *said.read().strip().splitlines()]
            raise errors.InputError(last.removeprefix("python -m launch.main: "))
    peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"exported_s": exported, "ended_s": ended, "peak_bytes": peak}


def _figures(
    times: Mapping[str, float], prunings: int, machine: Mapping[str, Any]
) -> dict[str, Any]:
    """What the timings of a run say.

    `step_s` is the time of one training step of one network; `share_of_peak` that of the rate of
    large matrix products which the products of the training reach while programs are at work.
    """
    at_work = machine["cores"] if machine["device"] == "cpu" else 1  # calls share the cores
    return {
        "prunings_per_s": prunings / times["sculpting_s"],
        "rounds": times["rounds"],
        "lane_use": times["rounds"] / times["lane_rounds"],
        "compiles": times["compiles"],
        "compile_s": times["compile_s"],
        "step_s": times["call_s"] / times["steps"],
        "share_of_peak": at_work
        * times["products_flop"]
        / times["call_s"]
        / machine["product_flop_per_s"],
        "sculpting_s": times["sculpting_s"],
        "analysis_s": times["analysis_s"],
        "drawings_s": times["drawings_s"],
    }


_ROWS = (
    ("seconds until exports are written", "exported_s", "{:.1f}", 1),
    ("seconds until the process ends", "ended_s", "{:.1f}", 1),
    ("  of which sculpting", "sculpting_s", "{:.1f}", 1),
    ("  of which analysis and exports", "analysis_s", "{:.2f}", 1),
    ("  of which drawings", "drawings_s", "{:.2f}", 1),
    ("prunings a second, while sculpting", "prunings_per_s", "{:.0f}", 1),
    ("trained rounds", "rounds", "{:.0f}", 1),
    ("lane use, percent", "lane_use", "{:.0f}", 100),
    ("round programs compiled or loaded", "compiles", "{:.0f}", 1),
    ("  seconds for that", "compile_s", "{:.1f}", 1),
    ("microseconds a step and network", "step_s", "{:.2f}", 1e6),
    ("products: percent of measured peak", "share_of_peak", "{:.1f}", 100),
    ("peak memory, MB", "peak_bytes", "{:.0f}", 1e-6),
)


def table(measured: Mapping[str, Any]) -> str:
    """What was measured, as text in 80 columns."""
    machine = measured["machine"]
    lines = [
        f"{machine['cores']} cores, {machine['devices']} x {machine['device']}: products of "
        f"2048 x 2048 {machine['product_flop_per_s'] / 1e9:.0f} GFLOP/s,",
        f"streaming {machine['stream_byte_per_s'] / 1e9:.1f} GB/s; Python "
        f"{measured['versions']['python']}, jax {measured['versions']['jax']}",
    ]
    for case in measured["cases"]:
        sizes = "-".join(map(str, case["layer_sizes"]))
        lines += ["", f"{case['flags']}", f"{sizes}, {case['prunings']} prunings"]
        lines.append(f"  {'compilation cache':<38}{'empty':>10}{'full':>10}")
        for text, name, form, factor in _ROWS:
            values = "".join(
                f"{form.format(case[on][name] * factor):>10}" for on in ("cold", "warm")
            )
            lines.append(f"  {text:<38}{values}")
    return "\n".join(lines)
