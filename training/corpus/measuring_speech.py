"""Two fixed recordings to measure motion on, "triggers" and "pauses", in voices and words that no training clip uses.

    python -m training.corpus.measuring_speech --out cache/measure

Writes NAME.wav (16 kHz), NAME.txt, NAME.words.json and NAME.json for both. The texts are in
`measuring_speech.toml`. Pauses and level come from a fixed seed, so that anybody can make the same recordings again.
"""

import argparse
import json
import sys
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.clock import SAMPLE_RATE
from core.errors import GestureError
from core.files import whole_file
from core.text.align import align
from core.text.timing import Word, save_words
from training.corpus.command_line import log, run_command
from training.corpus.speech_clips import Clip, assemble, check_confidence, trim, write_clip
from training.corpus.texts import Utterance
from training.corpus.voices import ENGINES, HELD_OUT, Speak

TEXTS = Path(__file__).with_name("measuring_speech.toml")
SEED = 1
# Sound that is quieter than the loudest frame by more than this is a voice's breath after a sentence. It is cut, so
# that pauses are as long as planned.
TAIL_DB = -36.0
AROUND_S = 0.3  # a sentence is aligned together with so much of the pauses on both sides


@dataclass(frozen=True)
class Sentence:
    """One sentence of a measuring recording.

    Attributes:
        text: the sentence as the voice reads it.
        voice: the voice that reads it.
        trigger_class: kind of the word that calls for a gesture, "" in a recording without such words.
        trigger_index: index of this word in the sentence, from 0.
    """

    text: str
    voice: str
    trigger_class: str = ""
    trigger_index: int = 0


@dataclass(frozen=True)
class Script:
    """A measuring recording before it is spoken; `pauses_s[i]` is the silence after sentence i."""

    name: str
    sentences: tuple[Sentence, ...]
    pauses_s: tuple[float, ...]


def scripts() -> tuple[Script, ...]:
    """Read the recordings that `measuring_speech.toml` describes: "triggers" and "pauses"."""
    return tuple(_script(name, part) for name, part in tomllib.loads(TEXTS.read_text(encoding="utf-8")).items())


def _script(name: str, part: dict) -> Script:
    count = len(part["sentences"])
    sentences = []
    for number, row in enumerate(part["sentences"]):
        marked = [index for index, word in enumerate(row["text"].split()) if "{" in word]
        text = row["text"].replace("{", "").replace("}", "")
        voice = HELD_OUT[number * len(HELD_OUT) // count]
        sentences.append(Sentence(text, voice, row.get("class", ""), *marked))
    shortest_s, longest_s = part["pauses_s"]
    # Evenly spread over the range, in a random order; the last one is the end of the recording.
    pauses_s = np.random.default_rng(SEED).permutation(np.linspace(shortest_s, longest_s, count - 1))
    return Script(name, tuple(sentences), (*(round(float(pause_s), 3) for pause_s in pauses_s), 1.0))


def make_recording(speak: Speak, script: Script, folder: Path) -> dict:
    """Speak and align a script, and write its four files.

    Every sentence is aligned by itself in the stretch where it was put, so that no word can slip over a pause.

    Returns:
        The content of NAME.json: for every sentence its text, voice, first word and times in seconds, and for
        "triggers" the trigger's class, word, index in words.json and times.

    Raises:
        GestureError: the aligner lost words, or found too few of them surely.
    """
    clip = Clip(
        name=script.name,
        voice=script.sentences[0].voice,
        split="measure",
        utterance=Utterance(tuple(sentence.text for sentence in script.sentences), "measure"),
        speed=1.0,
        lead_s=1.0,
        pauses_s=script.pauses_s,
        level_db=-22.0,
        noise_db=-74.0,
        room=0.0,
        tilt_db=0.0,
    )
    spoken = [speak(sentence.voice, sentence.text, clip.speed) for sentence in script.sentences]
    spoken = [trim(samples, SAMPLE_RATE, TAIL_DB) for samples in spoken]
    samples = assemble(clip, spoken, SEED)
    write_clip(clip.name, clip.utterance.sentences, samples, folder)
    words, start_s = [], clip.lead_s
    for sentence, sound, pause_s in zip(script.sentences, spoken, script.pauses_s, strict=True):
        end_s = start_s + len(sound) / SAMPLE_RATE
        words += align_part(samples, start_s - AROUND_S, end_s + AROUND_S, sentence.text)
        start_s = end_s + pause_s
    facts = describe(script, tuple(words))
    check_confidence(script.name, words)
    save_words(words, folder / f"{script.name}.words.json")
    with whole_file(folder / f"{script.name}.json") as path:
        path.write_text(json.dumps(facts, indent=1), encoding="utf-8")
    return facts


def align_part(samples: np.ndarray, start_s: float, end_s: float, text: str) -> list[Word]:
    """Align a text with one part of a recording; return its words, timed from the recording's start."""
    first = round(start_s * SAMPLE_RATE)
    found = align(samples[first : round(end_s * SAMPLE_RATE)], text, language_check=False).words
    return [_later(word, first / SAMPLE_RATE) for word in found]


def _later(word: Word, by_s: float) -> Word:
    phones = tuple(replace(phone, start_s=phone.start_s + by_s, end_s=phone.end_s + by_s) for phone in word.phones)
    return replace(word, start_s=word.start_s + by_s, end_s=word.end_s + by_s, phones=phones)


def describe(script: Script, words: tuple[Word, ...]) -> dict:
    """Find the sentences and their triggers among the aligned words.

    Raises:
        GestureError: words are missing.
    """
    count = sum(len(sentence.text.split()) for sentence in script.sentences)
    if len(words) != count:
        raise GestureError(
            f"{script.name} has {count} words, but {len(words)} were aligned.",
            remedy="Correct the sentences in training/corpus/measuring_speech.toml: voices must be able to say them.",
        )
    rows, first = [], 0
    for sentence in script.sentences:
        last = first + len(sentence.text.split()) - 1
        row = {
            "text": sentence.text,
            "voice": sentence.voice,
            "first_word": first,
            "start_s": words[first].start_s,
            "end_s": words[last].end_s,
        }
        if sentence.trigger_class:
            word = words[first + sentence.trigger_index]
            row |= {
                "class": sentence.trigger_class,
                "trigger": word.word,
                "trigger_word": first + sentence.trigger_index,
                "trigger_start_s": word.start_s,
                "trigger_end_s": word.end_s,
            }
        rows.append(row)
        first = last + 1
    return {"name": script.name, "sentences": rows}


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, default=Path("cache/measure"))
    options = parser.parse_args(arguments)
    options.out.mkdir(parents=True, exist_ok=True)

    def make() -> None:
        speak = ENGINES["kokoro"].load(1)
        for script in scripts():
            facts = make_recording(speak, script, options.out)
            end_s = facts["sentences"][-1]["end_s"]
            log.info("%s: %d sentences, %.0f s, in %s", script.name, len(script.sentences), end_s, options.out)

    return run_command(make)


if __name__ == "__main__":
    sys.exit(main())
