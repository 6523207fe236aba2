"""Recipes of training: sizes, rates and lengths; `--config` names two of them."""

from dataclasses import dataclass, field, replace

from core.generate.speech_features import AMPLITUDE_ONSET, CUES_CHANCE
from core.model.config import RELEASED, STARTER, ModelConfig
from training.data.dataset import STRIDE, Corpus
from training.loop.interface import FitSettings
from training.stages.autoencoders import PUBLISHED_AUTOENCODERS, AutoencoderSettings
from training.stages.generator import PUBLISHED_GENERATOR, GeneratorSettings


@dataclass(frozen=True)
class Recipe:
    """One way to train.

    Attributes:
        model: sizes; `model_for` adapts those that depend on the data (speakers, face basis, inputs).
        autoencoders: settings of stage one.
        generator: settings of stage two.
        fit_autoencoders: rates of stage one; its `steps` count where no epochs are given.
        fit_generator: rates of stage two.
        autoencoder_epochs: passes over the windows per network of stage one; empty: `steps`.
        generator_epochs: passes over the windows in stage two; 0: `steps`.
        stride: frames between windows.
        ablate: inputs and branches that are shut, terms that `generator` leaves out (`training.stages.ablation`).
    """

    model: ModelConfig = STARTER
    autoencoders: AutoencoderSettings = field(default_factory=AutoencoderSettings)
    generator: GeneratorSettings = field(default_factory=GeneratorSettings)
    fit_autoencoders: FitSettings = field(default_factory=lambda: FitSettings(3000))
    fit_generator: FitSettings = field(default_factory=lambda: FitSettings(6000))
    autoencoder_epochs: dict[str, int] = field(default_factory=dict)
    generator_epochs: int = 0
    stride: int = STRIDE
    ablate: tuple[str, ...] = ()

    @property
    def audio(self) -> str:
        """The kind of sound features, as model.json names it."""
        return CUES_CHANCE if self.model.audio_encoder == "frames" else AMPLITUDE_ONSET

    @property
    def context(self) -> int | None:
        """Frames of sound that a window has on both sides; None where its sound is samples."""
        return self.model.context_frames if self.model.audio_encoder == "frames" else None

    def model_for(self, corpus: Corpus, word_dim: int) -> ModelConfig:
        """Return the sizes for a corpus: its face basis, its speakers, the inputs that are computed from a take."""
        return replace(
            self.model,
            face_basis=corpus.face_basis,
            speakers=max(len(corpus.speakers), 1),
            word_vocabulary=0,
            word_dim=word_dim,
        )

    def autoencoder_fit(self, name: str, frames: int) -> FitSettings:
        """Return rates and length of one network of stage one ("face", "upper", "hands", "lower", "root")."""
        batch = self.autoencoders.root_batch if name == "root" else self.autoencoders.batch
        return _lasting(self.fit_autoencoders, self.autoencoder_epochs.get(name, 0), frames // self.stride, batch)

    def generator_fit(self, windows: int) -> FitSettings:
        """Return rates and length of stage two."""
        return _lasting(self.fit_generator, self.generator_epochs, windows, self.generator.batch)


def _lasting(fit: FitSettings, epochs: int, windows: int, batch: int) -> FitSettings:
    return replace(fit, steps=max(epochs * windows // batch, 1)) if epochs else fit


SMALL = Recipe()
_PUBLISHED_FIT = FitSettings(1, schedule="step", betas=(0.5, 0.999), warm_up=0, checkpoint_s=300.0)
RELEASED_RECIPE = Recipe(
    model=replace(RELEASED, audio_channels_face=2, word_vocabulary=0, face_query_attention=False),
    autoencoders=PUBLISHED_AUTOENCODERS,
    generator=PUBLISHED_GENERATOR,
    fit_autoencoders=replace(_PUBLISHED_FIT, learning_rate=3e-4),
    fit_generator=replace(_PUBLISHED_FIT, learning_rate=5e-4),
    autoencoder_epochs={"face": 800, "upper": 500, "hands": 800, "lower": 800, "root": 800},
    generator_epochs=200,
)
RECIPES = {"small": SMALL, "released": RELEASED_RECIPE}
