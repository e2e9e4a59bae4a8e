"""`python -m app.cli`: the command without its installed name, for a process that starts another."""

from app.cli import main

main()
