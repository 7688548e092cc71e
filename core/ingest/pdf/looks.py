"""Whether letters are bold or monospaced, by the weight, the flags and the name of their font."""

from __future__ import annotations

import re
from ctypes import byref, c_int, c_size_t, create_string_buffer
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.ingest.pdf.pdfium import address_of, by_address

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|cmbx|cmssbx", re.IGNORECASE)
_MONO_NAME = re.compile(r"mono|courier|typewriter|cmtt|cmsltt|consol|menlo|fixed", re.IGNORECASE)
_FIXED_PITCH = 1
_BOLD_WEIGHT = 600


class Looks:
    """The fonts of one page, read from PDFium's text page ``handle``."""

    def __init__(self, raw: Any, handle: Any) -> None:
        self._raw = raw
        self._handle = handle
        self._address = address_of(handle)
        self._name = create_string_buffer(128)
        self._flags = c_int()
        self._object_of = by_address(raw.FPDFText_GetTextObject, c_size_t, c_size_t, c_int)
        self._font_of = by_address(raw.FPDFTextObj_GetFont, c_size_t, c_size_t)
        self._known: dict[int, tuple[int, bool, bool]] = {}

    def of(self, index: int) -> tuple[int, bool, bool]:
        """Weight, and whether a character is bold and monospaced; asked once of a font."""
        font = self._font_of(self._object_of(self._address, index))
        if font not in self._known:
            weight = int(self._raw.FPDFText_GetFontWeight(self._handle, index))
            length = self._raw.FPDFText_GetFontInfo(
                self._handle, index, self._name, len(self._name), byref(self._flags)
            )
            name = self._name.value.decode("latin-1") if length else ""
            bold = weight >= _BOLD_WEIGHT or bool(_BOLD_NAME.search(name))
            fixed = bool(length and self._flags.value & _FIXED_PITCH)
            self._known[font] = weight, bold, fixed or bool(_MONO_NAME.search(name))
        return self._known[font]

    def unmapped(self, characters: NDArray[np.int64]) -> float:
        """The part of these for which the font has no letter."""
        error_of = self._raw.FPDFText_HasUnicodeMapError
        errors = sum(error_of(self._handle, index) == 1 for index in characters.tolist())
        return float(errors / max(len(characters), 1))
