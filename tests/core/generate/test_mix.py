"""The best of several takes in one: what is taken, what stays to the bit, what is recorded, and what is refused."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.body.parts import AREAS, Part
from core.cli.parser import main
from core.errors import Cancelled, GestureError
from core.finish.chain import finish
from core.generate.layer_finishing import finish_layers
from core.generate.layers import add_layer, codes_in_use
from core.generate.mix import lay_picks
from core.generate.regenerate import mix
from core.generate.sample import Variation
from core.requests import Mix, Pick
from core.take.span import Span
from core.take.take import describe, read_take, write_take

from .seam_checks import continuous_at_seams, untouched
from .tiny_take import FRAMES, Made, spans

OTHER_WEIGHTS = "b" * 64


def other_take(made: Made, seed: int):
    """The take with its whole body made anew."""
    take = made.take
    for part in Part:
        take = add_layer(take, made.source, part.value, Span(0, FRAMES, 8, FRAMES), Variation(1.0, seed))
    info = {**take.info, "seed": seed, "weights": {"name": "tiny", "sha256": "a" * 64}}
    return replace(take, finished=finish(take.raw), info=info)


@pytest.fixture(scope="module")
def folders(made, tmp_path_factory):
    """Three takes of one recording; the third of other weights."""
    out = tmp_path_factory.mktemp("takes")
    for number in (1, 2, 3):
        take = other_take(made, number)
        if number == 3:
            take = replace(take, info={**take.info, "weights": {"name": "others", "sha256": OTHER_WEIGHTS}})
        write_take(take, out / str(number))
    return out


def test_a_take_inside_another_take_is_refused(folders):
    out = folders / "1" / "deeper" / "new"
    assert main(["mix", str(folders / "1"), "--from", str(folders / "2"), "upper", "--out", str(out)]) == 2
    assert not out.parent.exists()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(area=st.sampled_from(sorted(AREAS)), span=spans(), other=st.sampled_from([2, 3]))
@example(area="torso", span=Span(180, 190, 0, FRAMES), other=3)
def test_only_the_picked_area_and_range_changes_and_seams_are_continuous(folders, area, span, other):
    kept = read_take(folders / "1")
    take = lay_picks(kept, [Pick(folders / str(other), (area,), span.start, span.end)], span.margin)
    assert untouched(kept.raw, take.raw, area, span.first, span.stop)
    assert continuous_at_seams(kept.raw, take.raw, area, span)
    finished = finish_layers(take, take.layers[len(kept.layers) :])
    assert untouched(kept.finished, finished, area, span.first, span.stop)
    assert continuous_at_seams(kept.finished, finished, area, span)


def test_upper_body_of_one_hands_of_another_and_a_range_of_a_third(folders):
    kept, second, third = (read_take(folders / name) for name in "123")
    picks = [
        Pick(folders / "2", ("upper",)),
        Pick(folders / "3", ("hands",)),
        Pick(folders / "1", ("all",), 90, 150),
    ]
    take = lay_picks(kept, picks, 8)
    upper, hands, lower = (list(AREAS[name].joints) for name in ("upper", "hands", "lower"))
    outside = np.r_[0:70, 170:FRAMES]
    for joints, source in ((upper, second), (hands, third), (lower, kept)):
        np.testing.assert_allclose(
            take.raw.rotations[np.ix_(outside, joints)], source.raw.rotations[np.ix_(outside, joints)], atol=1e-9
        )
    np.testing.assert_allclose(take.raw.rotations[125], kept.raw.rotations[125], atol=1e-9)


def test_the_layers_say_where_they_are_from_and_keep_the_codes_of_the_same_weights(folders, tmp_path):
    mix(
        Mix(
            folders / "1",
            tmp_path / "mixed",
            (Pick(folders / "2", ("upper",), 50, 120), Pick(folders / "3", ("hands", "left_arm"))),
            finish=False,
        )
    )
    take, second, third = read_take(tmp_path / "mixed"), read_take(folders / "2"), read_take(folders / "3")
    upper, hands, arm = take.layers[-3:]
    assert upper.origin == {"take": str(folders / "2"), **describe(second)}
    assert hands.origin["weights"]["sha256"] == third.info["weights"]["sha256"] == OTHER_WEIGHTS
    assert (upper.seed, hands.seed) == (2, 3)
    assert np.array_equal(codes_in_use(take, Part.UPPER)[50:120], codes_in_use(second, Part.UPPER)[50:120])
    assert len(hands.codes) == len(arm.codes) == 0
    kept = read_take(folders / "1")
    assert np.array_equal(codes_in_use(take, Part.HANDS), codes_in_use(kept, Part.HANDS))
    assert all(np.array_equal(take.codes[part], kept.codes[part]) for part in Part)
    assert json.loads((tmp_path / "mixed" / "take.json").read_text())["layers"][-1]["from"]["seed"] == 3


def test_takes_of_former_versions_of_the_same_weights_keep_their_codes(folders, tmp_path):
    request = Mix(folders / "1", tmp_path / "mixed", (Pick(folders / "3", ("upper",), 50, 120),), finish=False)
    third = read_take(folders / "3")
    for same, kept in (((), 0), ({OTHER_WEIGHTS}, 0), ({"a" * 64, OTHER_WEIGHTS}, None)):
        codes = mix(request, same_weights=same).layers[-1].codes
        assert len(codes) == 0 if kept == 0 else len(codes) > 70
    assert np.array_equal(
        codes_in_use(read_take(tmp_path / "mixed"), Part.UPPER)[50:120], codes_in_use(third, Part.UPPER)[50:120]
    )


def test_the_shell_finds_former_hashes_in_the_card_of_the_weights(folders, tmp_path):
    weights = tmp_path / "weights"
    weights.mkdir()
    out = ["--no-finish", "--out", str(tmp_path / "mixed")]
    arguments = ["mix", str(folders / "1"), "--from", str(folders / "3"), "upper", *out]
    for card, kept in (({}, False), ({"former_hashes": ["a" * 64, OTHER_WEIGHTS]}, True)):
        (weights / "model.json").write_text(json.dumps(card))
        assert main([*arguments, "--weights", str(weights)]) == 0
        assert (len(read_take(tmp_path / "mixed").layers[-1].codes) > 0) == kept
        shutil.rmtree(tmp_path / "mixed")


def test_a_mixed_take_can_be_made_anew_in_part_and_mixed_again(made, folders, tmp_path):
    mix(Mix(folders / "1", tmp_path / "mixed", (Pick(folders / "3", ("upper",)),), finish=False))
    take, span = read_take(tmp_path / "mixed"), Span(60, 120, 8, FRAMES)
    again = add_layer(take, made.source, "left_arm", span, Variation(1.0, 9))
    assert untouched(take.raw, again.raw, "left_arm", span.first, span.stop)
    mix(Mix(tmp_path / "mixed", tmp_path / "mixed", (Pick(folders / "2", ("face",), 10, 60),)))
    assert [layer.area_name for layer in read_take(tmp_path / "mixed").layers[-2:]] == ["upper", "face"]


def test_takes_whose_weights_and_recording_are_nowhere_can_be_mixed(folders, tmp_path):
    take = mix(Mix(folders / "1", tmp_path / "mixed", (Pick(folders / "2", ("all",), 50, 120),)))
    assert take.finished is not take.raw


def shortened(folder, out):
    take = read_take(folder)
    frames = FRAMES - 10

    def cut(motion):
        return motion.replace(
            rotations=motion.rotations[:frames],
            translation=motion.translation[:frames],
            expression=motion.expression[:frames],
            contacts=motion.contacts[:frames],
        )

    codes = {part: values[:frames] for part, values in take.codes.items()}
    info = {**take.info, "frames": frames}
    write_take(replace(take, codes=codes, raw=cut(take.raw), finished=cut(take.finished), info=info, layers=()), out)


def test_what_does_not_fit_is_refused_with_a_remedy(folders, tmp_path):
    shortened(folders / "2", tmp_path / "short")
    flame, tall = read_take(folders / "2"), read_take(folders / "2")
    flame = [m.replace(face_basis="flame100", expression=np.zeros((FRAMES, 100))) for m in (flame.raw, flame.finished)]
    write_take(replace(tall, raw=flame[0], finished=flame[1]), tmp_path / "flame")
    grown = [m.replace(rest_joints=1.1 * m.skeleton) for m in (tall.raw, tall.finished)]
    write_take(replace(tall, raw=grown[0], finished=grown[1]), tmp_path / "tall")
    cases = (
        (Pick(tmp_path / "short", ("hands",)), "190 frames"),
        (Pick(tmp_path / "flame", ("all",)), "flame100"),
        (Pick(tmp_path / "tall", ("lower",)), "another skeleton"),
        (Pick(tmp_path / "none", ("lower",)), "no readable take"),
        (Pick(folders / "2", ("tail",)), "tail"),
        (Pick(folders / "2", ("hands",), 150, 300), "outside"),
        (Pick(folders / "2", ("hands",), 20, 20), "no frame"),
    )
    for pick, words in cases:
        with pytest.raises(GestureError, match=words) as error:
            mix(Mix(folders / "1", tmp_path / "mixed", (pick,)))
        assert error.value.remedy
        assert not (tmp_path / "mixed").exists()
    for fits, finished in (("flame", False), ("tall", True)):
        mix(Mix(folders / "1", tmp_path / "mixed", (Pick(tmp_path / fits, ("upper", "hands")),), finish=finished))


def test_a_mix_that_is_cancelled_writes_nothing(folders, tmp_path):
    with pytest.raises(Cancelled):
        mix(Mix(folders / "1", tmp_path / "x", (Pick(folders / "2", ("face",)),)), cancelled=lambda: True)
    assert not (tmp_path / "x").exists()


def test_the_command_line_does_the_same(folders, tmp_path, capsys):
    own = tmp_path / "own"
    shutil.copytree(folders / "1", own)
    options = ["--from", str(folders / "2"), "upper,hands", "90:180", "--from", str(folders / "3"), "face"]
    assert main(["mix", str(own), *options, "--no-finish", "--out", str(own), "--json"]) == 0
    layers = json.loads(capsys.readouterr().out)["layers"][-3:]
    assert [(layer["joints"], layer["frames"]) for layer in layers] == [
        ("upper", [90, 180]),
        ("hands", [90, 180]),
        ("face", [0, FRAMES]),
    ]
    for wrong, word in ((["hands"], "what to take"), ([str(folders / "2"), "hands", "9-12"], "9-12")):
        assert main(["mix", str(own), "--from", *wrong, "--out", str(own)]) == 2
        assert word in capsys.readouterr().err
