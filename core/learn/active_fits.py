"""What was learned and is used, by collection: one small file for each kind of it."""

from __future__ import annotations

from pathlib import Path
from typing import Generic, Protocol, TypeVar

from core.errors import InputError, StoreError
from core.home.files import keep_text
from core.serialize import from_json, to_json


class Learnable(Protocol):
    """Something fitted that may be refused, with the reason in words."""

    @property
    def accepted(self) -> bool:
        """Whether it may be used."""
        ...

    @property
    def verdict(self) -> str:
        """Why, in one sentence."""
        ...


Fit = TypeVar("Fit", bound=Learnable)


class Adopted(Generic[Fit]):
    """The fits of one kind that are used.

    Args:
        path: of the file; a missing one holds nothing.
        kind: what it holds, collection id -> fit.
        refused: what is said to who wants to use one that was refused.
    """

    def __init__(self, path: Path, kind: type[dict[str, Fit]], refused: str) -> None:
        self._path = path
        self._kind = kind
        self._refused = refused

    def all(self) -> dict[str, Fit]:
        """Collection id -> what is used there.

        Raises:
            StoreError: the file cannot be read.
        """
        try:
            return from_json(self._kind, self._path.read_bytes())
        except FileNotFoundError:
            return {}
        except (OSError, InputError) as exc:
            raise StoreError(
                f"The file {self._path.name} of the home folder cannot be read.",
                "Remove it: then what was learned is not used.",
            ) from exc

    def of(self, collection_id: str) -> Fit | None:
        """What is used for a collection.

        Raises:
            StoreError: the file cannot be read.
        """
        return self.all().get(collection_id)

    def adopt(self, collection_id: str, fit: Fit) -> None:
        """Use it for a collection from now on.

        Raises:
            InputError: it was refused.
            StoreError: the choice cannot be kept.
        """
        if not fit.accepted:
            raise InputError(self._refused, fit.verdict)
        self._keep(self.all() | {collection_id: fit})

    def revert(self, collection_id: str) -> None:
        """Use nothing learned of this kind for a collection any more."""
        self._keep({key: fit for key, fit in self.all().items() if key != collection_id})

    def _keep(self, adopted: dict[str, Fit]) -> None:
        keep_text(self._path, to_json(adopted, indent=1))
