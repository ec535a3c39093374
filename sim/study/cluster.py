"""Replications on several machines: Dask's scheduler behind the same ``map``.

A worker that dies takes its chunk with it, and the scheduler gives the chunk to another one; the
figures do not depend on who computed them. Every worker needs the same TierSim, numpy and Python,
which is asked before anything is sent, and with every call (``sim.study.build``).
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import Any

from sim.errors import MissingExtraError, StudyError
from sim.study.build import build, check_build

LOCAL = "local"
CONNECT_S = 10
FAILURES_ALLOWED = 3
"""How often a chunk is given to another worker, after those that had it have died."""


class ClusterExecutor(Executor):
    """An executor whose workers are those of a Dask scheduler.

    Parameters
    ----------
    address : str
        Of the scheduler, as ``tcp://10.0.0.5:8786``; "local" starts one on this machine, reachable
        from this machine alone.
    jobs : int, optional
        Workers of a local cluster; one for each core if absent.
    """

    def __init__(self, address: str, jobs: int | None = None) -> None:
        try:
            distributed: Any = importlib.import_module("distributed")
        except ImportError:
            raise MissingExtraError("distributed", "cluster", "A cluster") from None
        self._local: Any = None
        if address == LOCAL:
            self._local = distributed.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                host="127.0.0.1",
                dashboard_address="127.0.0.1:0",
                silence_logs=logging.CRITICAL,
            )
        for name in [
            one for one in logging.root.manager.loggerDict if one.startswith("distributed")
        ]:
            # What goes wrong is said once, in a sentence of ours.
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
        try:
            self._client = distributed.Client(self._local or address, timeout=CONNECT_S)
        except (OSError, ValueError, TimeoutError) as error:
            raise StudyError(f"no Dask scheduler answers at {address!r}: {error}") from None
        self._executor = self._client.get_executor(pure=False, retries=FAILURES_ALLOWED)
        try:
            self._check_versions()
        except StudyError:
            self.close()
            raise

    def _check_versions(self) -> None:
        if not self.workers():
            raise StudyError("the cluster has no workers")
        # Those that come later are asked with every call (sim.study.sending).
        try:
            for worker, theirs in self._client.run(build).items():
                check_build(build(), theirs, f"worker {worker}")
        except (AttributeError, ImportError) as error:
            raise StudyError(f"a worker has another TierSim, or none ({error})") from None

    def workers(self) -> int:
        """Count the threads of all workers."""
        return sum(self._client.nthreads().values())

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Hand out a call."""
        future: Future[Any] = self._executor.submit(fn, *args, **kwargs)
        return future

    def lost(self, error: Exception) -> bool:
        """Tell whether an error says that the scheduler or its workers are gone."""
        gone = isinstance(error, CancelledError | OSError | TimeoutError)
        return gone or type(error).__module__.startswith("distributed")

    def close(self) -> None:
        """Cancel what is under way, and let go of the cluster."""
        self._executor.shutdown(wait=False)
        self._client.close()
        if self._local is not None:
            self._local.close()
