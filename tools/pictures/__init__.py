"""Takes the pictures of the screens for docs/screens and docs/tools: see `python -m tools.pictures --help`.

They are looked at by a person: nothing here judges them. Each module walks one part of the app, from a
device with a made-up household, and has a `take(folder, variants)`.
"""
