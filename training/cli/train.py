"""The command line of training: `python -m core train all --data DIR --config small|released --out DIR`."""

import argparse
import json
import math
import shlex
import sys
from dataclasses import replace
from pathlib import Path

from core.errors import GestureError

DESCRIPTION = """Train the networks on a folder of recordings: BEAT2 as published, a folder with manifest.csv (columns
audio, transcript, motion, speaker[, split]), or a corpus made by training.corpus.motions. The same command goes
on where it was stopped. Several devices or machines: start it through torchrun."""
STAGES = {
    "all": "everything, in order",
    "autoencoders": "stage one: codes for face, upper body, hands and lower body",
    "root": "stage one: the root's path from the legs (needs the lower body's autoencoder)",
    "generator": "stage two: codes from speech and words (needs stage one)",
}
CONFIGS = ("small", "released")
PARTS = ("upper", "hands", "lower", "face")
WORDS = Path(__file__).resolve().parents[2] / "weights" / "starter" / "words.bin"
STOPPED = 130


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of training to a parser."""
    parser.description = DESCRIPTION
    parser.add_argument("stage", choices=STAGES, help="; ".join(f"{name}: {what}" for name, what in STAGES.items()))
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="recordings with their motion")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="model folder to write")
    parser.add_argument("--config", choices=CONFIGS, default="small", help="sizes, losses and lengths")

    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="SIZE=N",
        help="another size than the configuration's, as model.json names them (hidden=256, wav_widths=8,24,64)",
    )

    data = parser.add_argument_group("data")
    data.add_argument("--speakers", default="", metavar="A,B", help="only these speakers (BEAT2: names or numbers)")
    data.add_argument("--words", type=Path, default=WORDS, metavar="FILE", help="fastText vectors of the words")
    data.add_argument("--work", type=Path, metavar="DIR", help="checkpoints, logs, samples (default: OUT/training)")
    data.add_argument(
        "--cache", type=Path, metavar="DIR", help="features, shared between runs (default: WORK/features)"
    )
    data.add_argument("--name", help="of the weights (default: the model folder's name)")
    data.add_argument("--license", default="unknown: that of the data", help="of the weights, for model.json")

    length = parser.add_argument_group("length")
    length.add_argument("--autoencoder-steps", type=int, metavar="N", help="per network of stage one")
    length.add_argument("--generator-steps", type=int, metavar="N")
    length.add_argument("--minutes", type=float, default=math.inf, help="end the schedule by then (default: no limit)")
    length.add_argument("--evaluate-every", type=int, default=0, metavar="N", help="steps between held-out losses")
    length.add_argument("--patience", type=int, default=0, metavar="N", help="stop after N without a better one")
    length.add_argument("--sample-every", type=int, default=0, metavar="N", help="steps between samples (npz and png)")
    length.add_argument("--checkpoint-s", type=float, metavar="S", help="seconds between checkpoints")

    learn = parser.add_argument_group("learning")
    learn.add_argument("--batch", type=int, metavar="N", help="windows per step, over all processes")
    learn.add_argument("--accumulate", type=int, default=1, metavar="N", help="work through a batch in N parts")
    learn.add_argument("--learning-rate", type=float, metavar="X")
    learn.add_argument("--average", type=float, default=0.0, metavar="DECAY", help="export a moving average of weights")
    learn.add_argument("--seed", type=int, default=0)
    learn.add_argument("--masked-passes", type=int, metavar="N", help="per step that has any")
    learn.add_argument("--smoothing", type=float, metavar="X", help="of labels")
    learn.add_argument("--share-neighbours", type=float, metavar="X", help="of a label, to codes near the true one")
    learn.add_argument(
        "--without",
        default="",
        metavar="A,B",
        help="ablations of stage two: masked, latent, nll, words, sound, speaker, body_scan, face_scan",
    )
    learn.add_argument(
        "--without-terms", default="", metavar="A,B", help="ablations of stage one, by the names of its loss' terms"
    )

    machine = parser.add_argument_group("machine")
    machine.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    machine.add_argument("--precision", choices=("float32", "bfloat16"), default="float32")
    machine.add_argument("--compile", action="store_true", help="torch.compile the networks")
    machine.add_argument("--threads", type=int, default=0, help="of PyTorch (default: its choice)")
    machine.add_argument("--processes", type=int, default=1, help="networks of stage one trained at a time, on a CPU")
    machine.add_argument("--parts", default=",".join(PARTS), help="networks of stage one (default: all)")


def run(options: argparse.Namespace, arguments: list[str]) -> int:
    """Run one stage, or all of them.

    Args:
        options: parsed.
        arguments: as given, for the processes that train single networks and for model.json.

    Raises:
        GestureError: the data, the options or a folder are at fault.
    """
    from training.loop.processes import join_team
    from training.stages.all_stages import run_all
    from training.stages.stage_one import NETWORKS, run_parts, run_stage_one
    from training.stages.stage_two import run_generator
    from training.stages.training_plan import TrainingPlan

    parts = tuple(options.parts.split(","))
    if unknown := set(parts) - set(NETWORKS):
        raise GestureError(f"There is no network {', '.join(sorted(unknown))}.", remedy=f"Choose from {NETWORKS}.")
    work = options.work or options.out / "training"
    given, arguments = arguments, list(arguments)
    arguments.remove(options.stage)
    with join_team(options.device) as team:
        from training.data.sources import Source

        recipe = _recipe(options, team)
        plan = TrainingPlan(
            source=Source(
                folder=options.data,
                cache=options.cache or work / "features",
                words=options.words,
                audio=recipe.audio,
                speakers=tuple(name for name in options.speakers.split(",") if name),
                reports=work,
                quiet=not team.leads,
            ),
            out=options.out,
            work=work,
            words=options.words,
            recipe=recipe,
            minutes=options.minutes,
            seed=options.seed,
            threads=options.threads,
            team=team,
            sample_every=options.sample_every,
            card={
                "name": options.name or options.out.name,
                "license": options.license,
                "provenance": {"command": shlex.join(("python", "-m", "core", "train", *given))},
            },
            options=tuple(arguments),
        )
        try:
            if options.stage == "all":
                run_all(plan, options.processes)
            elif options.stage == "generator":
                run_generator(plan)
            elif options.stage == "root":
                run_parts(plan, ("root",))
            elif set(parts) == set(PARTS):
                run_stage_one(plan, options.processes, root=False)
            else:
                run_parts(plan, parts)
        except KeyboardInterrupt:
            print("\nstopped; the same command goes on from the last checkpoint", file=sys.stderr)
            return STOPPED
    return 0


def _recipe(options: argparse.Namespace, team):
    """Return the recipe that `--config` names, changed by the other options.

    Raises:
        GestureError: options that do not go together.
    """
    from training.stages.ablation import settings_without
    from training.stages.losses import without
    from training.stages.recipes import RECIPES

    recipe = RECIPES[options.config]
    ablate = tuple(name for name in options.without.split(",") if name)
    common = {
        "accumulate": options.accumulate,
        "average": options.average,
        "compile": options.compile,
        "evaluate_every": options.evaluate_every,
        "patience": options.patience,
        "precision": options.precision,
        **_given(checkpoint_s=options.checkpoint_s, learning_rate=options.learning_rate),
    }
    autoencoders, epochs = recipe.autoencoders, recipe.autoencoder_epochs
    generator = settings_without(recipe.generator, ablate)
    if options.batch:
        autoencoders = replace(autoencoders, batch=options.batch, root_batch=options.batch)
    terms = tuple(name for name in options.without_terms.split(",") if name)
    if terms:
        autoencoders = replace(autoencoders, part=without(autoencoders.part, terms))
    smallest = min(options.batch or autoencoders.batch, options.batch or generator.batch)
    if smallest < options.accumulate * team.size:
        raise GestureError(
            f"A batch of {smallest} cannot be cut into {options.accumulate * team.size} parts.",
            remedy="Raise --batch, or lower --accumulate or the number of processes.",
        )
    return replace(
        recipe,
        model=_sizes(recipe.model, options.set),
        autoencoders=autoencoders,
        generator=replace(
            generator,
            **_given(
                batch=options.batch,
                masked_passes=options.masked_passes,
                smoothing=options.smoothing,
                share_neighbours=options.share_neighbours,
            ),
        ),
        fit_autoencoders=replace(recipe.fit_autoencoders, **common, **_given(steps=options.autoencoder_steps)),
        fit_generator=replace(recipe.fit_generator, **common, **_given(steps=options.generator_steps)),
        autoencoder_epochs={} if options.autoencoder_steps else epochs,
        generator_epochs=0 if options.generator_steps else recipe.generator_epochs,
        ablate=ablate,
    )


def _sizes(model, given: list[str]):
    """Return the model's sizes with some of them replaced.

    Raises:
        GestureError: there is no such size, or it cannot have that value.
    """
    values = model.to_dict()
    for entry in given:
        name, _, text = entry.partition("=")
        try:
            numbers = [json.loads(number) for number in text.split(",")]
        except ValueError:
            numbers = [text]
        values[name] = numbers if isinstance(values.get(name), list) else numbers[0]
    return type(model).from_dict(values)


def _given(**options) -> dict:
    """Return the options that are not None."""
    return {name: value for name, value in options.items() if value is not None}


def main(arguments: list[str] | None = None) -> int:
    """Run `python -m training`: train without the rest of the program's commands."""
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(prog="python -m training")
    add_arguments(parser)
    try:
        return run(parser.parse_args(arguments), arguments)
    except GestureError as error:
        print(f"\nerror: {error.message}\n{error.remedy}", file=sys.stderr)
        return 2
