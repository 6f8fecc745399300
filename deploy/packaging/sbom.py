#!/usr/bin/env python3
"""Prints a bill of materials (CycloneDX 1.5, JSON) of the packages in a folder.

Arguments: version, the list of locked Swift packages, the folder of .deb files, Swift's version.
What is linked in is listed with its version; what stays the distribution's, as each package's
dependencies name it. It says nothing of when or where it was made, so that it is reproducible.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys
import uuid

version, lock, folder, swift = sys.argv[1:5]


def purl_of(location, number):
    place = re.sub(r"^https?://", "", location).lower()
    return f"pkg:swift/{place}@{number}"


linked = [
    {
        "type": "library", "bom-ref": f"swift-runtime@{swift}", "name": "swift-runtime",
        "version": swift, "licenses": [{"expression": "Apache-2.0 WITH Swift-exception"}],
        "description": "standard library, Foundation and Dispatch, linked statically",
    }
]
for line in open(lock, encoding="utf-8"):
    if line.startswith("#") or not line.strip():
        continue
    name, number, location = line.split()
    purl = purl_of(location, number)
    linked.append({
        "type": "library", "bom-ref": purl, "name": name, "version": number, "purl": purl,
        "externalReferences": [{"type": "vcs", "url": location}],
    })

packages, shared, depends = [], {}, []
for deb in sorted(pathlib.Path(folder).glob("*.deb")):
    field = lambda name: subprocess.run(
        ["dpkg-deb", "-f", deb, name], check=True, capture_output=True, text=True).stdout.strip()
    name = field("Package")
    reference = f"pkg:deb/accord/{name}@{version}?arch={field('Architecture')}"
    packages.append({
        "type": "application", "bom-ref": reference, "name": name, "version": version,
        "purl": reference, "licenses": [{"license": {"id": "Apache-2.0"}}],
        "hashes": [{"alg": "SHA-256", "content": hashlib.sha256(deb.read_bytes()).hexdigest()}],
    })
    needs = []
    for item in field("Depends").split(","):
        words = item.split("|")[0].split()
        if words[0].startswith("accord"):
            continue
        purl = f"pkg:deb/debian/{words[0]}"
        shared[purl] = {
            "type": "library", "bom-ref": purl, "name": words[0], "purl": purl,
            "description": "of the distribution" + (
                f", {' '.join(words[1:])}" if len(words) > 1 else ""),
        }
        needs.append(purl)
    depends.append({
        "ref": reference, "dependsOn": [part["bom-ref"] for part in linked] + sorted(needs)})

content = json.dumps([packages, linked, depends], sort_keys=True)
print(json.dumps({
    "bomFormat": "CycloneDX", "specVersion": "1.5",
    "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}", "version": 1,
    "metadata": {"component": {
        "type": "application", "bom-ref": "accord", "name": "accord", "version": version}},
    "components": packages + linked + [shared[key] for key in sorted(shared)],
    "dependencies": [{"ref": "accord", "dependsOn": [p["bom-ref"] for p in packages]}] + depends,
}, indent=2, sort_keys=True))
