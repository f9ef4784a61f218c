"""The version of this package; the wheel takes it from here."""

VERSION = "0.1.0"
