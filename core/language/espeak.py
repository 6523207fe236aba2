"""espeak-ng, a program that reads more than a hundred languages aloud, asked only for the sounds of words.

The library and its data are those of the package `espeakng-loader`; the library holds one voice at a time, so that a
lock keeps two threads from changing it for each other.
"""

import ctypes
import threading
from functools import lru_cache

from ..errors import GestureError

# Values of espeak-ng's header speak_lib.h.
_SYNCHRONOUS = 2
_UTF8 = 1
_IPA = 0x02
_DO_NOT_EXIT = 0x8000
SEPARATOR = "_"

_lock = threading.Lock()


class _Voice(ctypes.Structure):
    """`espeak_VOICE` of the header."""

    _fields_ = [
        ("name", ctypes.c_char_p),
        ("languages", ctypes.c_char_p),
        ("identifier", ctypes.c_char_p),
        ("gender", ctypes.c_ubyte),
        ("age", ctypes.c_ubyte),
        ("variant", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte),
        ("score", ctypes.c_int),
        ("spare", ctypes.c_void_p),
    ]


class Espeak:
    """The library, with its data loaded.

    Raises:
        GestureError: the package is missing, or its library does not load on this computer.
    """

    def __init__(self):
        try:
            import espeakng_loader

            self._library = ctypes.CDLL(espeakng_loader.get_library_path())
            data = espeakng_loader.get_data_path()
        except (ImportError, OSError, RuntimeError) as error:
            raise GestureError(
                "Languages other than English need the package espeakng-loader, and it does not load.",
                remedy="Install the extension's zip again, or set Transcript to None.",
                detail=str(error),
            ) from error
        self._library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._library.espeak_TextToPhonemes.argtypes = (ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
        self._library.espeak_ListVoices.restype = ctypes.POINTER(ctypes.POINTER(_Voice))
        if self._library.espeak_Initialize(_SYNCHRONOUS, 0, data.encode(), _DO_NOT_EXIT) <= 0:
            raise GestureError(
                "The data of espeak-ng could not be read.", remedy="Install the extension's zip again.", detail=data
            )
        self._voice = ""

    def voices(self) -> dict[str, str]:
        """Return the identifiers of all voices: name → identifier, such as "German" → "gmw/de"."""
        found = {}
        listed = self._library.espeak_ListVoices(None)
        place = 0
        while listed[place]:
            voice = listed[place].contents
            found[voice.name.decode().strip()] = voice.identifier.decode()
            place += 1
        return found

    def sounds(self, text: str, voice: str) -> str:
        """Return the sounds of a text in IPA: sounds are separated by underscores, words by spaces.

        Args:
            text: one word or several.
            voice: a voice's identifier, such as "gmw/de".

        Raises:
            GestureError: there is no such voice.
        """
        with _lock:
            if voice != self._voice:
                if self._library.espeak_SetVoiceByName(voice.encode()) != 0:
                    raise GestureError(
                        f"espeak-ng does not speak {voice}.", remedy="Choose another language for the transcript."
                    )
                self._voice = voice
            # A zero would end the text for the library.
            rest = ctypes.c_char_p(text.replace("\0", " ").encode())
            place = ctypes.pointer(rest)
            clauses = []
            while place.contents.value is not None:
                said = self._library.espeak_TextToPhonemes(place, _UTF8, _IPA | ord(SEPARATOR) << 8)
                clauses.append((said or b"").decode())
        return " ".join(clauses)


@lru_cache(maxsize=1)
def espeak() -> Espeak:
    """Return the library; it is loaded by the first call.

    Raises:
        GestureError: as `Espeak`.
    """
    return Espeak()
