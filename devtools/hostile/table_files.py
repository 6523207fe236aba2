"""Tables of a batch and folders of recordings that are wrong in ways that spreadsheets and people make."""

import shutil
from pathlib import Path


def make_tables(folder: Path, speech: Path) -> list[Path]:
    """Write tables beside a recording `a.wav`, and folders with odd contents."""
    folder.mkdir(parents=True)
    shutil.copy(speech, folder / "a.wav")
    (folder / "a.txt").write_text("so it is")
    texts = _forms() | _files_and_names(folder) | _values()
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        paths.append(path)
    return [*paths, *_folders(folder, speech)]


def _forms() -> dict[str, str | bytes]:
    """Return tables whose encoding, separators and quotes are odd."""
    return {
        "mark": b"\xef\xbb\xbfaudio\na.wav\n",
        "utf16": "audio\na.wav\n".encode("utf-16"),
        "latin": b"audio,name\na.wav,caf\xe9\n",
        "semicolons": "audio;name\na.wav;x\n",
        "tabs": "audio\tname\na.wav\tx\n",
        "carriage": "audio,name\ra.wav,x\r",
        "capitals": "AUDIO,Name\na.wav,x\n",
        "blanks": " audio , name \n a.wav , x \n",
        "quoted": '"audio","name"\n"a.wav","x"\n',
        "quote_inside": 'audio,name\na.wav,"x""y"\n',
        "lines_inside": 'audio,name\na.wav,"x\ny"\n',
        "formula": "audio,name\na.wav,\"=cmd|'/C calc'!A0\"\n",
        "formula_at": "audio,name\na.wav,@SUM(1)\n",
        "formula_plus": "audio,name\na.wav,+1+1\n",
        "formula_minus": "audio,name\na.wav,-1+1\n",
        "formula_tab": "audio,name\n=a.wav,x\n",
    }


def _files_and_names(folder: Path) -> dict[str, str | bytes]:
    """Return tables with odd columns, files and names of takes."""
    return {
        "column_twice": "audio,audio\na.wav,b.wav\n",
        "column_unknown": "audio,speed\na.wav,3\n",
        "column_empty": "audio,,\na.wav,1,2\n",
        "column_missing": "name\nx\n",
        "row_short": "audio,name,seed\na.wav\n",
        "row_long": "audio\na.wav,b,c,d\n",
        "same_line": "audio\na.wav\na.wav\n",
        "same_name": "audio,name\na.wav,x\na.wav,X\n",
        "same_letters": "audio,name\na.wav,caf\u00e9\na.wav,cafe\u0301\n",
        "above": "audio,name\n../tables/a.wav,x\n",
        "absolute": f"audio,name\n{folder.absolute() / 'a.wav'},x\n",
        "home": "audio\n~/a.wav\n~nobody/a.wav\n~root/a.wav\n",
        "variable": "audio\n$HOME/a.wav\n%TEMP%\\a.wav\n",
        "address": "audio\nhttps://example.org/a.wav\nfile:///etc/passwd\n",
        "itself": "audio\nitself.csv\n",
        "folder_as_sound": "audio\n.\n",
        "device_as_text": "audio,transcript\na.wav,/dev/zero\n",
        "name_above": "audio,name\na.wav,../x\na.wav,..\na.wav,.\n",
        "name_absolute": "audio,name\na.wav,/tmp/x\n",
        "name_windows": "audio,name\na.wav,CON\na.wav,nul.txt\na.wav,x.\na.wav,COM9\na.wav,a:b\n",
        "name_bidi": "audio,name\na.wav,x\u202egpj.exe\n",
        "name_not_seen": "audio,name\na.wav,\u200b\na.wav,\ufeff\n",
        "name_long": "audio,name\na.wav," + "\u00e9" * 100 + "\n",
        "name_of_batch": "audio,name\na.wav,.batch\na.wav,Summary.CSV\n",
    }


def _values() -> dict[str, str | bytes]:
    """Return tables with odd seeds, styles, moods and languages, and with huge cells."""
    return {
        "seed_letters": "audio,seed\na.wav,x\na.wav,0x1\na.wav,1e3\na.wav,1.0\na.wav, \n",
        "seed_digits": "audio,seed\na.wav,\u0663\na.wav,\u00b2\na.wav,1_000\na.wav,+1\n",
        "seed_most": f"audio,seed\na.wav,{2**63 - 1}\na.wav,{2**63}\na.wav,{'9' * 5000}\n",
        "style_number": "audio,style\na.wav,999\na.wav,-1\na.wav,1.5\na.wav,\u00b2\n",
        "style_text": "audio,style\na.wav,LIVELY\na.wav,nobody\n",
        "mood": "audio,mood\na.wav,happy\na.wav,happy:nan\na.wav,happy:1@0 sad:1@0\na.wav,:\n",
        "language": "audio,language\na.wav,xx\na.wav,German\na.wav,../de\na.wav," + "d" * 9000 + "\n",
        "cell_huge": "audio,name\na.wav," + "x" * 200_000 + "\n",
        "cell_zero": "audio,name\na.wav,x\0y\n",
        "rows_blank": "audio\n" + "\n" * 100_000 + "a.wav\n",
        "rows_commas": "audio,name\n" + ",\n" * 50_000 + "a.wav,x\n",
    }


def _folders(folder: Path, speech: Path) -> list[Path]:
    empty, hidden, alike, odd = (folder / name for name in ("empty", "hidden", "alike", "odd"))
    for path in (empty, hidden, alike, odd):
        path.mkdir()
    shutil.copy(speech, hidden / ".a.wav")
    for name in ("a.wav", "A.WAV", "a.txt", "a.srt"):
        shutil.copy(speech, alike / name)
    for name in ("-x.wav", "=1+1.wav", "x\ny.wav", " .wav", "%s{0}.wav", "\u202ea.wav"):
        shutil.copy(speech, odd / name)
    (odd / "loop.wav").symlink_to("loop.wav")
    (odd / "folder.wav").mkdir()
    (odd / "text.wav").write_text("so")
    return [empty, hidden, alike, odd]
