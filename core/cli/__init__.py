"""The shell's commands: `python -m core generate | resample | mix | direct | finish | import | align | parity`."""
