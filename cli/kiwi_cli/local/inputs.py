"""Checks a user's input and makes it ready for the commands."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import typer
from kiwi_extract.feldmapping.faults import FeldmappingError
from kiwi_extract.feldmapping.feldmapping import Feldmapping
from kiwi_extract.inbox.feldmappings import parse_file
from kiwi_sync.connections import CONNECTION_ID, TOKEN_PATH, ConnectionSettings
from pydantic import ValidationError

from kiwi_cli.local.exports import LocalExport, is_sample, read_export, redate
from kiwi_cli.local.kiwi import Kiwi, embedded_kiwi


def read_exports(paths: Sequence[Path], place: str = "", mapping: bytes | None = None) -> list[LocalExport]:
    """The exports in the files. Raises typer.BadParameter if one cannot be read, or mapped.

    `place`: connection and scope of those that do not say them. `mapping`: their Feldmapping.
    """
    known = parse_file(mapping) if mapping is not None else None
    try:
        exports = [read_export(path, place, known) for path in paths]
    except OSError as error:
        raise typer.BadParameter(f"{error.filename}: {error.strerror}", param_hint="EXPORT") from error
    nameless = [export.path.name for export in exports if not export.connection]
    if known is not None and nameless:
        message = f"{', '.join(nameless)}: does not say of which connection it is, as a mapping has to be"
        raise typer.BadParameter(message, param_hint="--connection")
    return exports


def select_mandanten(exports: Sequence[LocalExport], named: Sequence[str]) -> dict[str, list[str]]:
    """The selected Mandanten of every connection that the exports name.

    Raises typer.BadParameter if there is a connection with none.
    """
    selected: dict[str, list[str]] = {}
    for export in exports:
        if export.connection:
            mandanten = selected.setdefault(export.connection, list(named))
            mandanten += [mandant for mandant in export.mandanten if not named and mandant not in mandanten]
    for connection, mandanten in selected.items():
        if not mandanten:
            raise typer.BadParameter(
                f"no export of {connection} lists its Mandanten: name them", param_hint="--mandant"
            )
    return selected


def redate_samples(
    exports: Sequence[LocalExport], wanted: bool | None, say: Callable[[str], None]
) -> list[LocalExport]:
    """The exports, those re-dated that are to be: all, none or (`None`) only the project's own samples."""
    chosen = [export for export in exports if (is_sample(export.path) if wanted is None else wanted)]
    if not any(export.exported_at for export in chosen):
        return list(exports)
    # The same file may be given twice.
    redated = {id(old): new for old, new in zip(chosen, redate(chosen, datetime.now(UTC)), strict=True)}
    names = ", ".join(dict.fromkeys(export.path.name for export in chosen))
    say(f"Re-dated, so that the newest is a minute old: {names} (--no-redate leaves dates as they are)")
    return [redated.get(id(export), export) for export in exports]


@contextmanager
def choose_kiwi(
    api_url: str, erp_api_url: str, username: str, password: str, *, fault_rate: float, fault_seed: int
) -> Iterator[Kiwi]:
    """The KIWI of the URLs or, without, an embedded one that runs within the block."""
    if not api_url:
        with embedded_kiwi((username, password) if username else None, fault_rate, fault_seed) as kiwi:
            yield kiwi
    else:
        yield Kiwi(api_url, erp_api_url, username, password)


def check_kiwi(api_url: str, erp_api_url: str, username: str, password: str, fault_rate: float) -> None:
    """Raises typer.BadParameter if the options do not say completely which KIWI is meant."""
    if bool(api_url) != bool(erp_api_url):
        raise typer.BadParameter("KIWI has two services: give both URLs or none", param_hint="--kiwi-api-url")
    if bool(username) != bool(password) or (api_url and not username):
        raise typer.BadParameter("an account is a user name and a password", param_hint="--username")
    if api_url and fault_rate:
        raise typer.BadParameter("only the embedded KIWI has faults on purpose", param_hint="--fault-rate")


def place_of(connection: str | None, scope: str) -> str:
    """Where in the bucket an export lies that does not say whose it is; "" if nobody has said it.

    Raises typer.BadParameter if there can be no such connection.
    """
    if connection is None:
        return ""
    if not re.fullmatch(CONNECTION_ID, connection):
        raise typer.BadParameter(
            "1 to 63 of A-Z a-z 0-9 _ . -, a letter or digit in front", param_hint="--connection"
        )
    return f"{connection}/{scope}"


def read_mapping(path: Path | None) -> bytes | None:
    """The content of a mapping's file. Raises typer.BadParameter with all that is wrong with it."""
    return path.read_bytes() if path and parsed_mapping(path) else None


def parsed_mapping(path: Path | None) -> Feldmapping | None:
    """The mapping in a file. Raises typer.BadParameter with all that is wrong with it."""
    if path is None:
        return None
    try:
        return parse_file(path.read_bytes())
    except FeldmappingError as error:
        told = "\n".join(f"{path.name}, {fault}" for fault in error.faults)
        raise typer.BadParameter(told, param_hint="--mapping") from None


_URL = "give a whole URL without blanks, such as https://api.kiwi.ki"
_OPTIONS = {
    "mandanten": ("--mandant", "give a number as it stands in the exports, of 1 to 64 characters"),
    "token_path": ("--kiwi-token-path", f"it begins with a slash, as {TOKEN_PATH} does"),
    "kiwi_api_url": ("--kiwi-api-url", _URL),
    "kiwi_erp_api_url": ("--kiwi-erp-api-url", _URL),
}
"""The options that become settings of a connection, and what they should be."""


def check_settings(mandanten: Sequence[str], token_path: str, api_url: str, erp_api_url: str) -> None:
    """Raises typer.BadParameter if an option cannot be a connection's setting: which, and how to mend it."""
    given = {
        "mandanten": list(mandanten) or ["any"],
        "token_path": token_path,
        "kiwi_api_url": api_url or "http://embedded",
        "kiwi_erp_api_url": erp_api_url or "http://embedded",
        "secret": "any",
    }
    try:
        ConnectionSettings.model_validate(given)
    except ValidationError as error:
        name, *place = error.errors(include_url=False)[0]["loc"]
        option, mend = _OPTIONS[str(name)]
        value = given[str(name)]
        wrong = value[int(place[0])] if place else value
        raise typer.BadParameter(f"{wrong!r} will not do: {mend}", param_hint=option) from None


def check_writable(path: str, option: str = "--json") -> None:
    """Raises typer.BadParameter if a file cannot be written; better said before the work than after it."""
    if path in {"", "-"}:
        return
    file = Path(path)
    is_new = not (file.exists() or file.is_symlink())
    try:
        with file.open("a"):
            pass
        if is_new:
            file.unlink()
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint=option) from error
