"""Takes made from takes: the steps that make areas of a take anew, and those that mix several takes."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path

from .. import requests
from ..body.parts import check_area
from ..errors import GestureError
from ..finish.settings import FinishSettings
from ..language.languages import ENGLISH
from ..take.files import FORMAT, check_out
from ..take.take import Take, read_take, write_take
from .directing import directed
from .layer_finishing import finish_layers
from .layers import Source, add_layer, check_span
from .mix import lay_picks
from .network import ModelLoader
from .pipeline import check_chance
from .recordings import Recordings
from .sample import Variation
from .steps import Progress, Steps


def resample(
    request: requests.Resample,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    models: ModelLoader,
    recordings: Recordings | None = None,
) -> Take:
    """Make some areas of a take anew over a range of frames, and write the new take to `request.out`.

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    steps = Steps(progress, cancelled)
    check_chance(request.seed, request.variation)
    for area in request.areas:
        check_area(area)
    check_out(request.out)
    steps.begin(0.0, 0.1, "Reading the take")
    kept = take = read_take(request.take)
    span = check_span(request.start, request.end, request.margin, take.raw.frame_count)
    source = _source_of(take, request, models, recordings or Recordings())
    temperature = source.network.info.variation if request.variation is None else request.variation
    for number, area in enumerate(request.areas):
        share = 0.6 / len(request.areas)
        step = steps.begin(0.1 + number * share, 0.1 + (number + 1) * share, "Generating")
        take = add_layer(take, source, area, span, Variation(temperature, request.seed), step)
    return _finish_and_write(kept, take, request, steps)


def mix(
    request: requests.Mix,
    progress: Progress = lambda fraction, stage: None,
    cancelled: Callable[[], bool] = lambda: False,
    *,
    same_weights: Collection[str] = (),
) -> Take:
    """Lay parts of other takes over a take, and write the new take to `request.out`.

    Args:
        request: the takes, and what to take from which.
        progress: called with the fraction done and the name of the step.
        cancelled: returns True when the work is to stop.
        same_weights: hashes under which takes store the same weights (`core.model.loading.hashes_of`).

    Raises:
        GestureError: bad input, with a remedy; nothing has been written.
        Cancelled: `cancelled()` became true; nothing has been written.
    """
    steps = Steps(progress, cancelled)
    check_out(request.out)
    steps.begin(0.0, 0.1, "Reading the takes")
    kept = read_take(request.take)
    steps.begin(0.1, 0.5, "Mixing")
    take = lay_picks(kept, request.picks, request.margin, same_weights)
    return _finish_and_write(kept, take, request, steps)


def _finish_and_write(kept: Take, take: Take, request: requests.Resample | requests.Mix, steps: Steps) -> Take:
    """Finish the layers that a take has beyond those of the kept one, and write the take to `request.out`."""
    steps.begin(0.7, 0.9, "Finishing")
    settings, finished = take.info["settings"], take.raw
    finishing = request.finish and settings.get("finish", True)
    if finishing:
        own = FinishSettings.from_dict(request.settings or settings.get("finish_settings", {}))
        finished = finish_layers(take, take.layers[len(kept.layers) :], own)
    steps.begin(0.9, 1.0, "Writing the take")
    info = {**take.info, "format": FORMAT, "settings": {**settings, "finish": finishing}}
    take = directed(replace(take, finished=finished, info=info))
    write_take(take, request.out)
    steps.progress(1.0, "Done")
    return take


def _source_of(take: Take, request: requests.Resample, models: ModelLoader, recordings: Recordings) -> Source:
    """Load the weights, the features and the words from which a take was made.

    Raises:
        GestureError: the recording or the weights are gone, or are not those that the take was made with.
    """
    source = take.info["audio"]
    path = request.audio or Path(source["path"])
    try:
        recording = recordings.load(path, source["offset_s"], source["duration_s"], request.decoded)
    except GestureError as error:
        raise GestureError(
            f"The take's recording cannot be read. {error.message}", remedy="Give the path where the recording is now."
        ) from error
    if recording.audio.sha256 != source["sha256"]:
        raise GestureError(
            f"{path.name} is not the recording that the take was made from.",
            remedy="Give the path of the take's recording, or generate a new take.",
        )
    model, made_with = models.load(request.weights, request.device), take.info["weights"]
    if not model.has_made(made_with["sha256"]):
        raise GestureError(
            f"The take was made with other weights: {made_with['name']!r} ({made_with['sha256'][:8]}), "
            f"not those in {model.folder} ({model.sha256[:8]}).",
            remedy="Choose the folder of the weights that made the take, or generate a new take.",
        )
    info = model.network.info
    check_codes(take, info.codebook_size**info.code_groups)
    return Source(
        network=model.network,
        features=recordings.features(recording, info.audio, take.words, model.folder, take.language, take.sounds),
        words=model.words.frames(
            take.words if take.language == ENGLISH else (), take.raw.frame_count + info.late_frames
        ),
        speaker=int(take.info["speaker"]),
    )


def check_codes(take: Take, count: int) -> None:
    """Make sure that a take's codes name entries of the weights' codebooks.

    Args:
        take: the take.
        count: entries that a code can name.

    Raises:
        GestureError: a code names none.
    """
    used = (*take.codes.values(), *(layer.codes for layer in take.layers))
    if any(values.max(initial=0) >= count for values in used):
        raise GestureError(
            "The take has codes that its weights do not know: its files are damaged.",
            remedy="Use a copy of the take, or generate it again.",
        )
