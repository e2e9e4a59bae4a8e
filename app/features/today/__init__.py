"""The first page after unlocking: work in progress and all households."""
