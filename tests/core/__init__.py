"""Tests of app.core and of the pure updates, without Flet."""
