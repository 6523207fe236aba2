"""Languages: found from texts, divided into words, and read with sounds that the acoustic model knows."""

import tomllib
import unicodedata

import pytest

from core.errors import GestureError
from core.language.detection import detect, language_of
from core.language.espeak import espeak
from core.language.ipa import english_phones, english_ways
from core.language.languages import LANGUAGES, code_of
from core.language.segmentation import pieces, read_aloud
from core.text.pronounce import dictionary
from core.text.reading import PHONES, read_text
from devtools.bench.languages import TEXTS, text_of
from tests.conftest import ROOT

TEXTS_OF = tuple(tomllib.loads(TEXTS.read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", TEXTS_OF)
def test_the_language_of_a_text_is_found(language):
    assert detect(text_of(language)) == language.removesuffix("-br")
    assert language_of(text_of(language), "fi") == "fi"


@pytest.mark.parametrize("text", ["Yes.", "no no no", "okay so um yeah", "I paid $5.50 in the 1990s.", "", "42"])
def test_a_text_that_says_little_is_english(text):
    assert detect(text) == "en"


def test_every_voice_speaks_and_every_sound_of_it_has_an_image():
    """Numbers are said in every language; letters are those of its own texts, where there is one."""
    for code, language in LANGUAGES.items():
        said = text_of(code) if code in TEXTS_OF else "1 2 3 4 5 6 7 8 9 10 20 100 1000"
        sounds = espeak().sounds(said, language.voice)
        for sound in sounds.replace("(en)", "").split("_"):
            letters = [c for c in unicodedata.normalize("NFC", sound) if unicodedata.category(c) == "Ll" and c != "ʔ"]
            assert english_phones("".join(letters)) or not letters, (code, sound)
        assert set(english_phones(sounds).split()) <= PHONES


def test_the_phones_are_those_of_the_acoustic_model():
    known = {phone for ways in dictionary().values() for way in ways[:1] for phone in way.split()}
    assert known >= PHONES


@pytest.mark.parametrize(
    ("sounds", "phones"),
    [
        ("ʃ_t_ɾ_ˈɑː_s_ə", "SH T R AA S AH"),
        ("b_ɔ̃_ʒ_ˈu_ʁ", "B AO ZH UW R"),
        ("t_ʃ", "CH"),
        ("tʃ_aʊ", "CH AW"),
        ("ç", "SH"),
    ],
)
def test_sounds_become_the_nearest_english_phones(sounds, phones):
    assert english_phones(sounds) == phones


def test_a_sound_between_two_english_ones_has_two_images():
    assert english_ways("p_e") == ("P EY", "P EH")
    assert english_ways("p_a") == ("P AA",)
    assert english_ways("m_ˈei2_", tones=True) == ("M EY", "M EH IY")
    assert english_ways("tɕh_ˈɑɜ", tones=True) == ("CH HH AA",)


def test_scripts_without_spaces_are_divided_into_words():
    assert pieces("今日は天気がいいです。", "ja") == ["今日は", "天気が", "いいです"]
    assert len(pieces("大家早上好，欢迎来到我们的小店。", "zh")) >= 4
    assert len(pieces("วันนี้อากาศดีมาก", "th")) >= 2
    assert pieces("नमस्ते, दुनिया!", "hi") == ["नमस्ते", "दुनिया"]
    assert read_aloud("学校へ", "ja") == "がっこうえ"


def test_users_pronounce_names_as_words_or_as_phones():
    own = {"Siobhan": "shivawn", "Nguyen": "W IH N"}
    words = read_text("Siobhan's friend Nguyen", own=own)
    assert [word.display for word in words] == ["Siobhan's", "friend", "Nguyen"]
    assert words[0].tokens[0][0].startswith("SH IH V")
    assert words[0].tokens[0][0].endswith("Z")
    assert words[2].tokens == (("W IH N",),)
    assert read_text("Łódź", "de", {"łódź": "Wutsch"})[0].tokens == (("V UH CH",),)


def test_the_page_lists_every_language():
    page = " ".join((ROOT / "docs" / "languages.md").read_text(encoding="utf-8").split())
    assert all(f"{language.name} `{code}`" in page for code, language in LANGUAGES.items())


def test_codes_and_names_of_languages_are_understood():
    assert (code_of("German"), code_of("PT_BR"), code_of("de-AT"), code_of("auto")) == ("de", "pt-br", "de", "auto")
    with pytest.raises(GestureError, match="Klingon"):
        code_of("Klingon")
