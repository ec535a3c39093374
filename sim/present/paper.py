"""The report on paper: a PDF, made by WeasyPrint from the same page."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from sim.errors import MissingExtraError, OutputError
from sim.present.report import page

if TYPE_CHECKING:
    from sim.present.report import Asked
    from sim.study.study import Study


def pdf(study: Study, asked: Asked) -> bytes:
    """Return the report as PDF.

    Raises
    ------
    MissingExtraError
        If WeasyPrint is not installed.
    OutputError
        If it is, and a library of the system that it needs is not there.
    """
    try:
        import weasyprint  # noqa: PLC0415 - an extra
    except ImportError:
        raise MissingExtraError("weasyprint", "pdf", "A PDF report") from None
    except OSError as error:
        raise OutputError(
            f"WeasyPrint does not find a library of the system that it draws with: {error}. "
            "Install Pango, or write the report as .html and print it"
        ) from None
    # Its own remarks on style sheets are no news for a reader.
    logging.getLogger("weasyprint").setLevel(logging.ERROR)
    text = page(study, asked, paper=True)
    made: bytes = weasyprint.HTML(string=text, url_fetcher=_only_what_is_inside()).write_pdf()
    return made


def _only_what_is_inside() -> Any:
    """Return what fetches ``data:`` addresses alone: a report asks no host and reads no file."""
    from weasyprint import urls  # noqa: PLC0415 - an extra

    fetcher = getattr(urls, "URLFetcher", None)
    if fetcher is not None:
        return fetcher(allowed_protocols={"data"}, fail_on_errors=True)

    def fetch(url: str, *arguments: Any, **options: Any) -> Any:  # WeasyPrint before 68
        if not url.startswith("data:"):
            raise OutputError(f"a report holds everything it shows; it asked for {url[:80]!r}")
        return urls.default_url_fetcher(url, *arguments, **options)

    return fetch
