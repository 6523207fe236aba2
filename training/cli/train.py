"""The command line of training: `python -m core train all --data DIR --config small|released --out DIR`."""

import argparse
import json
import shlex
import sys
from dataclasses import replace

from core.errors import GestureError
from core.files import check_own_folder
from core.weights_folder import CARD
from training.cli.train_options import PARTS, add_arguments

STOPPED = 130


def run(options: argparse.Namespace, arguments: list[str]) -> int:
    """Run one stage, or all of them.

    Args:
        options: parsed.
        arguments: as given, for the processes that train single networks and for model.json.

    Raises:
        GestureError: the data, the options or a folder are at fault.
    """
    from training.loop.processes import join_team
    from training.stages.stage_one import NETWORKS

    parts = tuple(options.parts.split(","))
    if unknown := set(parts) - set(NETWORKS):
        raise GestureError(f"There is no network {', '.join(sorted(unknown))}.", remedy=f"Choose from {NETWORKS}.")
    check_own_folder(options.out, (CARD, "training", *(f"{name}.safetensors" for name in NETWORKS)))
    with join_team(options.device) as team:
        plan = _plan(options, arguments, team)
        try:
            _run_stage(plan, options.stage, parts, options.processes)
        except KeyboardInterrupt:
            print("\nstopped; the same command goes on from the last checkpoint", file=sys.stderr)
            return STOPPED
    return 0


def _run_stage(plan, stage: str, parts: tuple[str, ...], processes: int) -> None:
    """Run one stage, or all of them, of a plan."""
    from training.stages.all_stages import run_all
    from training.stages.stage_one import run_parts, run_stage_one
    from training.stages.stage_two import run_generator

    if stage == "all":
        run_all(plan, processes)
    elif stage == "generator":
        run_generator(plan)
    elif stage == "root":
        run_parts(plan, ("root",))
    elif set(parts) == set(PARTS):
        run_stage_one(plan, processes, root=False)
    else:
        run_parts(plan, parts)


def _plan(options: argparse.Namespace, arguments: list[str], team):
    """Return the plan that the options describe (see `run`).

    Raises:
        GestureError: options that do not go together.
    """
    from training.data.sources import Source
    from training.stages.training_plan import TrainingPlan

    work = options.work or options.out / "training"
    recipe = _recipe(options, team)
    without_stage = list(arguments)
    without_stage.remove(options.stage)
    return TrainingPlan(
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
            "provenance": {"command": shlex.join(("python", "-m", "core", "train", *arguments))},
        },
        options=tuple(without_stage),
    )


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
