"""The languages that a transcript can be in: their codes, names, and espeak-ng's voices for them.

The add-on lists them in a panel, so this module needs only the standard library and `core.errors`.
"""

from dataclasses import dataclass

from ..errors import GestureError

ENGLISH = "en"
# The language is found from the text.
AUTO = "auto"


@dataclass(frozen=True)
class Language:
    """A language.

    Attributes:
        code: ISO 639, such as "de"; "pt-br" for a variety.
        name: its English name.
        voice: espeak-ng's name of its voice.
    """

    code: str
    name: str
    voice: str


# code=name, and =voice where the voice has another name than the code.
_ROWS = (
    "af=Afrikaans, sq=Albanian, am=Amharic, ar=Arabic, an=Aragonese, hy=Armenian, as=Assamese, az=Azerbaijani, "
    "ba=Bashkir, eu=Basque, be=Belarusian, bn=Bengali, bpy=Bishnupriya Manipuri, bs=Bosnian, bg=Bulgarian, my=Burmese, "
    "yue=Cantonese, ca=Catalan, chr=Cherokee, zh=Chinese=cmn, cv=Chuvash, hr=Croatian, cs=Czech, da=Danish, nl=Dutch, "
    "en=English=en-US, eo=Esperanto, et=Estonian, fi=Finnish, fr=French, gd=Gaelic, ka=Georgian, de=German, el=Greek, "
    "kl=Greenlandic, gn=Guarani, gu=Gujarati, ht=Haitian Creole, hak=Hakka, haw=Hawaiian, he=Hebrew, hi=Hindi, "
    "hu=Hungarian, is=Icelandic, id=Indonesian, ga=Irish, it=Italian, ja=Japanese, quc=K'iche', kn=Kannada, kk=Kazakh, "
    "kok=Konkani, ko=Korean, ku=Kurdish, ky=Kyrgyz, ltg=Latgalian, lv=Latvian, lt=Lithuanian, smj=Lule Saami, "
    "lb=Luxembourgish, mk=Macedonian, ms=Malay, ml=Malayalam, mt=Maltese, mr=Marathi, mto=Mixe, mi=Māori, ne=Nepali, "
    "nog=Nogai, no=Norwegian=nb, or=Odia, om=Oromo, pap=Papiamento, fa=Persian, pl=Polish, pt=Portuguese, "
    "pt-br=Portuguese (Brazil)=pt-BR, pa=Punjabi, qu=Quechua, ro=Romanian, ru=Russian, sr=Serbian, shn=Shan, "
    "sd=Sindhi, si=Sinhala, sk=Slovak, sl=Slovenian, es=Spanish, es-419=Spanish (Latin America), sw=Swahili, "
    "sv=Swedish, ta=Tamil, tt=Tatar, te=Telugu, th=Thai, ti=Tigrinya, tn=Tswana, tr=Turkish, tk=Turkmen, uk=Ukrainian, "
    "ur=Urdu, ug=Uyghur, uz=Uzbek, vi=Vietnamese, cy=Welsh"
)
LANGUAGES: dict[str, Language] = {}
for _row in _ROWS.split(", "):
    _code, _name, *_voice = _row.split("=")
    LANGUAGES[_code] = Language(_code, _name, _voice[0] if _voice else _code)


def name_of(code: str) -> str:
    """Return the English name of a language, or its code where it has none here."""
    return LANGUAGES[code].name if code in LANGUAGES else code


def code_of(text: str) -> str:
    """Return the code of a language that is given as a code or as a name; "auto" stays.

    Raises:
        GestureError: there is no such language.

    >>> code_of("German"), code_of("DE"), code_of("de-AT"), code_of("auto")
    ('de', 'de', 'de', 'auto')
    """
    wanted = text.strip().lower().replace("_", "-")
    if wanted == AUTO or wanted in LANGUAGES:
        return wanted
    named = {language.name.lower(): language.code for language in LANGUAGES.values()}
    code = named.get(wanted) or wanted.partition("-")[0]
    if code not in LANGUAGES:
        raise _no_language(text)
    return code


def check_code(code: str) -> None:
    """Make sure that a code of a request, such as "de" or "auto", is that of a language.

    Raises:
        GestureError: it is not.
    """
    if code != AUTO and code not in LANGUAGES:
        raise _no_language(code)


def _no_language(asked: str) -> GestureError:
    return GestureError(
        f"There is no language {asked[:40]!r}.",
        remedy="Write auto, or a code such as de, fr, es, it, pt-br, zh, ja (docs/languages.md lists all).",
    )
