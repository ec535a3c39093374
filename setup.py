"""Builds the kernel, and writes into it from which sources; all else stands in ``pyproject.toml``."""

import runpy
from pathlib import Path

from setuptools import Extension, setup

ENGINE = Path("sim/engine")
fingerprint = runpy.run_path(str(ENGINE / "kernel_sources.py"))["fingerprint"]

kernel = Extension(
    "sim.engine.kernel",
    [str(ENGINE / "kernel.pyx")],
    depends=[str(path) for path in sorted(ENGINE.glob("kernel*.pxd"))],
    define_macros=[("KERNEL_SOURCES", f"{fingerprint(ENGINE)}LL")],
    optional=True,  # without a compiler, what is left is the SimPy engine
)
# Always anew: files may be of another commit and older than what was built from others.
setup(ext_modules=[kernel], options={"build_ext": {"force": True}})
