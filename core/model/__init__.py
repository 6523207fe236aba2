"""The networks of MambaTalk and the folder of weights that holds them, with one engine for each way to run them.

Generating reaches a network only through the interface in `core.generate.network`, by arrays. The modules:

    card, config        model.json: what a folder declares, and the sizes of its architecture; both engines read them
    loading             a whole model folder, loaded once and kept: network, words, hashes
    engines             which engine runs which weights on which device
    inputs              the check of a network's inputs; both engines call it

    torch_engine/       PyTorch: every architecture, on a CPU or a CUDA device; training builds on its modules
        network         the engine
        checkpoint      a model folder: one safetensors file per network, the neutral pose
        mambatalk       the generator: sound, words, speaker and a few frames of motion to codes
        vqvae           codes to the channels of a body part, and the predictor of the root's path
        layers          convolutions, positions, plain layers
        device          the card, tried before it is used, or the processor
        mamba, scan     Mamba blocks and their selective scan in plain operators
        scan_choice     the scan that suits a device and a size
        kernels, nvrtc  our CUDA kernels (selective_scan.cu) and their compiler
        fused           the kernels of mamba-ssm, where they are installed
        parity          compares this engine with recorded outputs of the published program

    numpy_engine/       NumPy alone: the small architecture, in Blender's own Python
        network         the engine
        layers, mamba   the same layers as above
        tensors         safetensors files without PyTorch

A test holds both engines to the same output. A third engine is one more class with the methods of
`core.generate.network.Network`.
"""
