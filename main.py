"""The entry point that a Flet build looks for."""

from app.runtime import run

if __name__ == "__main__":
    run()
