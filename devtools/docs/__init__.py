"""The pages that people read: their generated parts, pictures and screenshots, made by `build.py docs`."""
