"""A card that cannot compute, or that runs out of memory, is replaced by the processor, and the user is told so."""

import numpy as np
import pytest
import torch

from core.body.parts import Part
from core.generate.window_inputs import Speech
from core.generate.windows import run_windows
from core.model.config import STARTER
from core.model.torch_engine.device import Card, not_used, pick_device, trouble_of
from core.model.torch_engine.network import running_on
from tests.core import tiny


def test_a_device_is_tried_before_it_is_used():
    assert trouble_of(torch.device("cpu")) == ""
    # the device "meta" computes shapes alone
    trouble = trouble_of(torch.device("meta"))
    assert trouble.endswith(".")
    note = not_used("Some Card", trouble)
    assert note == f"Some Card cannot be used, so the processor runs the networks: {trouble}"
    assert Card("Some Card").usable
    assert not Card("Some Card", note).usable
    assert not Card().usable


def test_products_and_convolutions_keep_single_precision():
    torch.backends.cudnn.allow_tf32 = True
    pick_device("cpu")
    assert not torch.backends.cudnn.allow_tf32
    assert not torch.backends.cuda.matmul.allow_tf32


def test_the_scan_in_use_has_a_name():
    facts = running_on(torch.device("cpu"), STARTER).facts()
    assert facts == {"name": "PyTorch", "device": "the processor", "scan": "steps"}


def test_a_take_goes_on_with_the_processor_when_the_card_is_out_of_memory():
    network = tiny.network()
    speech = Speech(*tiny.inputs(150), 0)
    wanted = run_windows(network, speech, network.info.neutral)
    assert network.running.note == ""

    def full(module, given):
        if network.device.type != "cpu":
            raise torch.OutOfMemoryError("CUDA out of memory")

    # "meta" stands for the card here: there is none in the tests, and nothing of it is computed
    for module in network._weights.generator.modules():
        module.register_forward_pre_hook(full)
    network.device = torch.device("meta")
    codes = run_windows(network, speech, network.info.neutral)
    assert network.device.type == "cpu"
    assert "ran out of memory, so the processor runs the networks" in network.running.note
    for part, values in wanted.items():
        assert np.array_equal(codes[part], values)
    with pytest.raises(torch.OutOfMemoryError):
        network._in_pieces(_always_full, 1)


def test_a_card_that_is_too_small_for_many_windows_gets_fewer():
    network = tiny.network()
    speech = Speech(*tiny.inputs(200), 0)
    wanted = run_windows(network, speech, network.info.neutral)

    def full(module, given):
        if len(given[0]) > 2:  # a card would count bytes, not windows
            raise torch.OutOfMemoryError("CUDA out of memory")

    for module in network._weights.autoencoders[Part.UPPER].decoder.modules():
        module.register_forward_pre_hook(full)
    network.most_at_once, network.ahead = 8, True
    codes = run_windows(network, speech, network.info.neutral)
    assert network.most_at_once == 2
    assert network.running.note == ""
    for part, values in wanted.items():
        assert np.array_equal(codes[part], values)


def _always_full(rows):
    raise torch.OutOfMemoryError("CUDA out of memory")
