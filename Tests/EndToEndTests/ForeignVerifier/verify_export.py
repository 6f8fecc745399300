"""Verifies an export of Accord's audit log, written from the article "The audit log" alone. It
shares no code with the Swift verifier. Needs Python 3.9 and, for Ed25519, `cryptography`.

    verify_export.py EXPORT [--chain FILE] [--router-key HEX]
Ends with 0 if everything holds, 2 if something does not, 3 if the file is no export."""

import argparse
import base64
import hashlib
import struct
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

OPENED = 19


class Flaw(Exception):
    pass


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def need(condition, text):
    if not condition:
        raise Flaw(text)


# -- the tree

class Tree:
    """The roots of the perfect subtrees, with their sizes, the largest first."""

    def __init__(self):
        self.size, self.peaks = 0, []

    def append(self, leaf_hash):
        size, digest = 1, leaf_hash
        while self.peaks and self.peaks[-1][0] == size:
            digest = sha256(b"\x01", self.peaks.pop()[1], digest)
            size *= 2
        self.peaks.append((size, digest))
        self.size += 1

    def root(self):
        if not self.peaks:
            return sha256()
        root = self.peaks[-1][1]
        for _, digest in reversed(self.peaks[:-1]):
            root = sha256(b"\x01", digest, root)
        return root


# -- leaves

class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(count <= len(self.data) - self.at, "the entry is shorter than it says")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, kind):
        return struct.unpack(">" + kind, self.take(struct.calcsize(kind)))[0]

    def text(self):
        return self.take(self.number("I")).decode()

    def optional(self, read):
        present = self.number("B")
        need(present in (0, 1), "an optional value is neither there nor absent")
        return read() if present else None


def read_leaf(data):
    r = Reader(data)
    leaf = {}
    need(r.number("B") == 1, "the entry is of another version")
    leaf["incarnation"] = r.text()
    leaf["index"] = r.number("Q")
    leaf["kind"] = r.number("B")
    leaf["time"] = r.number("q")
    leaf["actor"] = r.text()
    leaf["message"] = r.optional(lambda: r.take(16).hex())
    leaf["recipient"] = r.optional(r.text)
    leaf["part"] = r.optional(lambda: r.number("H"))
    leaf["number"] = r.optional(lambda: r.number("Q"))
    leaf["segments"] = r.number("I")
    leaf["topic"] = r.optional(r.text)
    leaf["participant"] = r.optional(lambda: r.take(32).hex())
    leaf["position"] = r.number("Q")
    leaf["agreement"] = r.number("I")
    leaf["releases"] = [(r.text(), r.number("I")) for _ in range(r.number("I"))]
    leaf["reasons"] = [r.text() for _ in range(r.number("I"))]
    leaf["detail"] = r.text()
    need(r.at == len(data), "bytes stand behind the entry")
    return leaf


# -- checkpoints

def read_checkpoint(note):
    lines = note.split("\n")
    need(len(lines) == 8 and lines[5] == "" and lines[7] == "", "a checkpoint has another form")
    need(lines[3].startswith("incarnation ") and lines[4].startswith("time "),
         "a checkpoint lacks its life or its time")
    mark, name, blob = lines[6].split(" ")
    need(mark == "\u2014" and name == lines[0], "a checkpoint's signature line is not one")
    blob = base64.b64decode(blob, validate=True)
    need(len(blob) == 68, "a checkpoint's signature has another length")
    return {
        "origin": lines[0], "size": int(lines[1]),
        "root": base64.b64decode(lines[2], validate=True), "incarnation": lines[3][12:],
        "body": ("\n".join(lines[:5]) + "\n").encode(), "hint": blob[:4], "signature": blob[4:],
    }


def is_signed(checkpoint, key):
    hint = sha256(checkpoint["origin"].encode(), b"\n\x01", key)[:4]
    if checkpoint["hint"] != hint:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(
            checkpoint["signature"], checkpoint["body"])
        return True
    except InvalidSignature:
        return False


def read_chain(path):
    """Number to (commitment, value); what a restore took back is left out."""
    with open(path) as file:
        lines = file.read().split("\n")
    need(lines[0] == "accord-chain 1", "the chain file is none")
    need(lines[-1] == "" and lines[-2] == f"end {len(lines) - 5}", "the chain file was cut")
    links, last = {}, 0
    for line in lines[3:-2]:
        _, _, number, commitment, value = line.split(" ")
        last = int(number)
        links[last] = (bytes.fromhex(commitment), bytes.fromhex(value))
    return {number: link for number, link in links.items() if number <= last}


# -- the export

class Export:
    def __init__(self, trusted, chain):
        self.trusted, self.chain = trusted, chain
        self.tree, self.keys, self.origin = Tree(), [], None
        self.incarnation = self.last = None
        self.link, self.value, self.ended, self.checked = 0, b"", False, 0

    def take(self, number, line):
        need(not self.ended, "something stands behind the end")
        words = line.split(" ")
        if number == 1:
            need(line == "accord-audit-export 1", "this is not an audit export")
        elif words[0] == "origin" and number == 2:
            self.origin = words[1]
            self.value = sha256(b"accord chain v1\x00", self.origin.encode())
        elif words[0] == "key" and self.tree.size == 0:
            self.keys.append(bytes.fromhex(words[1]))
        elif words[0] == "entry":
            self.entry(int(words[1]), bytes.fromhex(words[2]), words[3])
        elif words[0] == "checkpoint":
            self.checkpoint(words[1], words[2], words[3])
        elif words[0] == "end":
            need(int(words[1]) == self.tree.size, f"the end counts {words[1]} entries")
            need(self.last is not None, "no checkpoint vouches for the log")
            self.ended = True
        else:
            raise Flaw("the line is none that an export has")

    def entry(self, position, digest, encoded):
        need(position == self.tree.size, f"position {self.tree.size} is missing or out of place")
        leaf = base64.b64decode(encoded, validate=True)
        need(base64.b64encode(leaf).decode() == encoded, "the entry is not in its one spelling")
        need(sha256(b"\x00", leaf) == digest, f"the entry at position {position} was changed")
        entry = read_leaf(leaf)
        need(entry["index"] == position, f"the entry was written for {entry['index']}")
        if entry["incarnation"] != self.incarnation:
            expected = "new"
            if self.incarnation is not None:
                need(self.last is not None, "a life of the ledger begins without a checkpoint")
                expected = f"continues {self.last['size']} {self.last['root'].hex()}"
            need(entry["kind"] == OPENED and entry["detail"] == expected,
                 f"a life of the ledger begins wrongly at position {position}")
            self.incarnation = entry["incarnation"]
        self.tree.append(digest)

    def checkpoint(self, number, salt, encoded):
        raw = base64.b64decode(encoded, validate=True)
        need(base64.b64encode(raw).decode() == encoded, "a checkpoint is not in its one spelling")
        note = raw.decode()
        checkpoint = read_checkpoint(note)
        size = checkpoint["size"]
        need(checkpoint["origin"] == self.origin, "a checkpoint is of another log")
        need(size == self.tree.size, f"a checkpoint over {size} stands behind {self.tree.size}")
        signers = [key for key in self.keys if is_signed(checkpoint, key)]
        need(signers and self.trusted in (None, signers[0]),
             f"the checkpoint over {size} is not signed by the router's key")
        need(checkpoint["root"] == self.tree.root(),
             f"the entries do not lead to the checkpoint over {size}")
        need(self.incarnation in (None, checkpoint["incarnation"]),
             "a checkpoint names another life of the ledger")
        self.last = checkpoint
        if number == "-":
            return
        need(int(number) == self.link + 1, f"link {self.link + 1} is missing")
        self.link += 1
        commitment = sha256(b"accord chain link v1\x00", bytes.fromhex(salt), note.encode())
        self.value = sha256(self.value, struct.pack(">Q", self.link), commitment)
        if self.link in self.chain:
            need(self.chain[self.link] == (commitment, self.value),
                 f"link {self.link} is not what the agency was told: the log was rewritten")
            self.checked += 1

    def finish(self):
        need(self.ended, "the export was cut")
        for number in self.chain:
            need(number <= self.link, f"the agency was told of link {number}, which is missing")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("export")
    parser.add_argument("--chain")
    parser.add_argument("--router-key")
    arguments = parser.parse_args()
    number = 0
    try:
        trusted = bytes.fromhex(arguments.router_key) if arguments.router_key else None
        export = Export(trusted, read_chain(arguments.chain) if arguments.chain else {})
        with open(arguments.export, "rb") as file:
            for number, line in enumerate(file, 1):
                need(line.endswith(b"\n"), "the last line was cut")
                export.take(number, line[:-1].decode("utf-8"))
        export.finish()
    except (Flaw, ValueError, struct.error) as flaw:
        print(f"line {number}: {flaw}")
        sys.exit(3 if number == 1 else 2)
    print(f"good: {export.tree.size} entries, {export.checked} links of the chain")


if __name__ == "__main__":
    main()
