#!/usr/bin/env python3
"""Prints what SwiftPM resolved: name, version and place of each package, one a line, sorted."""
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    pins = json.load(file)["pins"]
for pin in sorted(pins, key=lambda pin: pin["identity"]):
    version = pin["state"].get("version")
    if version is None:
        sys.exit(f"{pin['identity']} is not pinned to a version: give Package.swift an exact one")
    print(pin["identity"], version, pin["location"].removesuffix(".git"))
