"""`python -m app.cli`: the `wren` command by its module, as the demo starts its service."""

from app.cli import main

main()
