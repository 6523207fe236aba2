"""Stage two of a run: the generator, exported to the model folder as it learns."""

import json
import shutil
from functools import partial

import numpy as np

from core.body.motion import Motion
from core.body.parts import Part
from core.direct.mood_figures import LEAST_CHANGES
from core.errors import GestureError
from core.files import whole_file
from core.generate.chance_curves import CHANNELS
from core.generate.decode import decode_take
from core.generate.manners import is_manners
from core.generate.speech_features import CUES_CHANCE
from core.generate.window_inputs import Speech
from core.generate.windows import run_windows
from core.model.card import read_card
from core.model.torch_engine.checkpoint import LoadedModel, load_part, save_model
from core.model.torch_engine.network import TorchNetwork
from core.weights_folder import CARD, note_files
from training.data.dataset import WINDOW, Clip, Corpus, Take
from training.data.recordings import OWN_CORPUS
from training.gesture import STYLES
from training.loop.interface import Periodic, Step
from training.loop.journal import shown
from training.loop.training_loop import fit
from training.stages.ablation import shut_branches
from training.stages.generator import GeneratorTraining
from training.stages.generator_windows import SEED_FRAMES, WindowSet
from training.stages.log_metrics import accuracy, free_run
from training.stages.neutral_pose import neutral_of
from training.stages.samples import write_sample
from training.stages.training_plan import TrainingPlan, note_report, prepare, read_data

EXPORT_S = 480.0
# Entries of model.json that people set after training, besides `manners`; no data says them.
SET_AFTERWARDS = (
    "even_chance",
    "own_arms",
    "stroke_gains",
    "stress_s",
    "settled",
    "pause_hold",
    "jaw_gain",
    "head_gains",
    "quick_turns",
    "hips_share",
    "stride_m",
)


def run_generator(plan: TrainingPlan) -> None:
    """Run stage two; write the model folder every few minutes and at the end.

    Raises:
        GestureError: stage one has not been trained, the data cannot be used, or the folder's model.json is broken.
    """
    for name in (*(part.value for part in Part), "root"):
        if not (plan.out / f"{name}.safetensors").exists():
            raise GestureError(
                f"{plan.out} lacks {name}.safetensors.", remedy="Train stage one first: core train autoencoders, root."
            )
    corpus, held_out = read_data(plan, sound=True)
    weights = prepare(plan, corpus)
    for part in Part:
        load_part(plan.out, part.value, weights.autoencoders[part])
    load_part(plan.out, "root", weights.root)
    for module in (*weights.autoencoders.values(), weights.root):
        module.eval().requires_grad_(False)
    recipe = plan.recipe
    windows, unseen = (
        WindowSet(data, weights.autoencoders, recipe.stride, recipe.context) for data in (corpus, held_out)
    )
    training = GeneratorTraining(weights.generator, weights.autoencoders, windows, recipe.generator)
    shut_branches(weights.generator, weights.config, recipe.ablate)
    journal = plan.journal("generator")
    count = sum(p.numel() for p in weights.generator.parameters())
    journal.note(f"{len(windows)} windows, {count / 1e6:.2f} M parameters")
    checkpoint = plan.checkpoints / "generator.pt"
    if not checkpoint.exists():
        training.prepare(plan.seed)
    neutral, card = neutral_of(corpus), partial(_card, plan, corpus, _kept_entries(plan))

    def export(step: Step) -> None:
        at = f"step {step.index + 1}"
        report = accuracy(training, unseen)
        generate = _generate_with(plan, LoadedModel(weights, card(), neutral, plan.out))
        report |= free_run(generate, held_out)
        journal.note(f"held out, {at}: {shown(report)}")
        journal.curves(step.index + 1, report, "generated")
        note_report(plan, "generator", report | {"at": at})
        save_model(plan.out, weights, card(), neutral)
        _copy_words(plan)
        note_files(plan.out)

    def sample(step: Step) -> None:
        generate = _generate_with(plan, LoadedModel(weights, card(), neutral, plan.out))
        take = held_out.takes[0]
        made = generate(held_out.clips[take.clip], take)
        write_sample(plan.work / "samples" / "generator", step.index + 1, held_out, 0, made)

    fitting = plan.fit(recipe.generator_fit(len(windows)), plan.minutes)
    # the first export comes early, so that a loadable model exists soon
    periodic = (Periodic(export, every_s=EXPORT_S, first_s=EXPORT_S / 2), Periodic(sample, plan.sample_every))
    fit(training, fitting, checkpoint, journal, plan.team, lambda: training.held_out(unseen), periodic)
    if plan.team.leads:
        end = Step(fitting.steps - 1)
        export(end)
        sample(end)
    journal.close()
    plan.team.wait()


def _card(plan: TrainingPlan, corpus: Corpus, kept: dict) -> dict:
    """Return model.json without the sizes: inputs, speakers, licence, and the origin of the weights."""
    notes = plan.checkpoints / "report.json"
    return {
        "name": plan.out.name,
        "audio": plan.source.audio,
        "words": {"kind": "fasttext", "file": plan.words.name},
        "face_basis": corpus.face_basis,
        "fps": 30,
        "window": WINDOW,
        "seed_frames": SEED_FRAMES,
        "variation": 1.0 if plan.source.audio == CUES_CHANCE else 0.0,  # these weights have learned to use chance
        **(_chance(corpus) if plan.source.audio == CUES_CHANCE else {}),
        "by_latent": [] if plan.recipe.generator.face_seeded else ["face"],
        "speakers": list(corpus.speakers),
        "moods": {name: dict(figures) for name, figures in LEAST_CHANGES.items()},
        **{key: value for key, value in plan.card.items() if key != "provenance"},
        "provenance": {
            **plan.card.get("provenance", {}),
            **corpus.facts,
            "seed": plan.seed,
            "ablated": list(plan.recipe.ablate),
            "held_out": json.loads(notes.read_text()) if notes.exists() else {},
        },
        **kept,
    }


def _chance(corpus: Corpus) -> dict:
    """Return the entries of model.json about curves of chance; the grammar's own corpus has manners of its styles."""
    entries = {"chance": list(CHANNELS), "chance_by_style": True}
    if corpus.facts.get("data") != OWN_CORPUS:
        return entries
    manners = {name: {channel: list(pair) for channel, pair in STYLES[name].manner.items()} for name in corpus.speakers}
    return {**entries, "manners": manners}


def _kept_entries(plan: TrainingPlan) -> dict:
    """Return the entries that were set in the model.json of the folder to write; they stay when training goes on.

    Raises:
        GestureError: that model.json is broken.
    """
    if not (plan.out / CARD).exists():
        return {}
    card = read_card(plan.out)
    kept = {key: card[key] for key in SET_AFTERWARDS if key in card}
    if plan.source.audio == CUES_CHANCE and "manners" in card and is_manners(card["manners"], CHANNELS):
        kept["manners"] = card["manners"]
    return kept


def _generate_with(plan: TrainingPlan, model: LoadedModel):
    network = TorchNetwork(model, plan.team.device.type)

    def generate(clip: Clip, take: Take) -> Motion:
        audio, words, chance = (np.asarray(values, np.float32) for values in (clip.audio, clip.words, take.chance))
        frames = min(take.frames, clip.frames)
        if network.info.context is not None:
            audio = np.concatenate([audio[:frames], chance[:frames]], 1)
        codes = run_windows(network, Speech(audio, words[:frames], take.speaker), model.neutral)
        return decode_take(network, codes, np.zeros(3))

    return generate


def _copy_words(plan: TrainingPlan) -> None:
    """Copy the word vectors, which belong to the weights, into the model folder."""
    target = plan.out / plan.words.name
    if target.resolve() != plan.words.resolve():
        with whole_file(target) as temporary:
            shutil.copyfile(plan.words, temporary)
