"""Judges a quiet county from its SQLite files alone; shares no code with what it judges.

    python3 -m siege.oracle COUNTY      (with deploy/lib on PYTHONPATH)

Nothing lost: what a spool has a receipt for, the ledger has; what the ledger calls delivered, the
recipient's inbox has. Nothing applied twice: one inbox row for each delivery, one effect for each
referral, one audit entry of acceptance for each message. Nothing leaked: an inbox row rests on a
release in the ledger toward that agency, and no byte of a recipient's files holds a name whose
owner refused."""

import os
import sqlite3
import sys

SUBMITTED = 0
FATES = ["pending", "held", "released", "delivered", "quarantined", "withheld", "returned",
         "expired", "shredded"]


def rows(path, sql, *arguments):
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    try:
        return connection.execute(sql, arguments).fetchall()
    finally:
        connection.close()


class Oracle:
    def __init__(self, county):
        self.county = county
        self.ledger = f"{county}/state/router/ledger.sqlite"
        self.flaws = []
        self.facts = {}
        self.agencies = {}
        for name in sorted(os.listdir(f"{county}/state")):
            store = f"{county}/state/{name}/adapter.sqlite"
            if os.path.exists(store):
                self.agencies[name] = store

    def need(self, holds, words):
        if not holds:
            self.flaws.append(words)

    def judge(self, signed=(), refused_markers=(), strict=True):
        """strict: everything has come to rest, so nothing may be on its way any more."""
        self.sound()
        self.submissions(strict)
        self.deliveries(strict)
        self.log()
        self.effects(signed)
        self.secrets(refused_markers)
        return self.flaws

    def sound(self):
        for path in [self.ledger, f"{self.county}/state/router/keys.sqlite",
                     *self.agencies.values()]:
            result = rows(path, "PRAGMA integrity_check")
            self.need(result == [("ok",)], f"{os.path.basename(path)} is not sound: {result[:2]}")

    def submissions(self, strict):
        """Each message of a spool is in the ledger, or a dead letter, or still waits."""
        accepted = {id for (id,) in rows(
            self.ledger, "SELECT id FROM message WHERE basis = ?", SUBMITTED)}
        everything = {id for (id,) in rows(self.ledger, "SELECT id FROM message")}
        known, waiting = set(), 0
        for name, store in self.agencies.items():
            sent = {id for (id,) in rows(store, "SELECT message FROM submission")}
            dead = {id for (id,) in rows(store, "SELECT message FROM dead_letter")}
            receipted = dict(rows(store, "SELECT id, receipted FROM hub_sequence"))
            for id, entry in rows(store, "SELECT message, entry FROM submission"):
                number = None if entry is None else entry & ((1 << 60) - 1)
                sequence = None if entry is None else entry >> 60 & 3
                settled = entry is None or number <= receipted[sequence]
                if settled:
                    # A booking of nobody who is known leaves its number alone in the ledger.
                    self.need(id in everything or id in dead,
                              f"lost: {name} has a receipt for {id.hex()}, the ledger has nothing")
                else:
                    waiting += 1
                    self.need(not strict, f"{name}: {id.hex()} still waits in the spool")
            known |= sent
        for id in accepted - known:
            self.need(False, f"{id.hex()} is in the ledger and in nobody's spool")
        self.facts["accepted"] = len(accepted)
        self.facts["waiting"] = waiting

    def deliveries(self, strict):
        names = dict(rows(self.ledger, "SELECT id, name FROM agency"))
        lanes = {names[a]: (next, done) for a, next, done in rows(
            self.ledger, "SELECT agency, next, acknowledged FROM lane")}
        parts, fates = {}, {}
        for message, recipient, part, fate, number, disclosed in rows(
                self.ledger,
                "SELECT message, recipient, part, fate, number, disclosed FROM part"):
            parts[(names[recipient], message, part)] = (FATES[fate], number, disclosed)
            fates[FATES[fate]] = fates.get(FATES[fate], 0) + 1
        self.facts["fates"] = fates
        for name, store in self.agencies.items():
            inbox = rows(store, "SELECT message, part, number FROM inbox")
            numbers = [number for _, _, number in inbox]
            self.need(len(set(numbers)) == len(numbers), f"{name} applied a number twice")
            applied = rows(store, "SELECT applied FROM hub_state")[0][0] or 0
            next, done = lanes.get(name, (1, 0))
            self.need(applied < next, f"{name} applied {applied}, the ledger gave out {next - 1}")
            self.need(done <= applied, f"{name} acknowledged {done} and applied {applied}")
            if strict:
                self.need(done == applied == next - 1,
                          f"{name}: applied {applied}, acknowledged {done}, sent {next - 1}")
            for message, part, number in inbox:
                fate = parts.get((name, message, part))
                self.need(fate is not None and fate[2],
                          f"leaked: {name} holds {message.hex()}/{part}, never released to it")
                self.need(fate is None or fate[0] in ("released", "delivered", "withheld"),
                          f"{name} holds {message.hex()}/{part}, the ledger says {fate}")
            held = {(message, part) for message, part, _ in inbox}
            for (recipient, message, part), (fate, number, _) in parts.items():
                if recipient == name and fate == "delivered":
                    self.need((message, part) in held,
                              f"lost: {message.hex()}/{part} counts as delivered to {name}")
            self.facts[f"inbox of {name}"] = len(inbox)
        if strict:
            on_the_way = fates.get("pending", 0) + fates.get("released", 0)
            self.need(on_the_way == 0, f"{on_the_way} parts are still on their way")

    def log(self):
        positions = rows(self.ledger, "SELECT count(*), min(position), max(position) FROM audit")
        count, first, last = positions[0]
        self.need(count == last - first + 1, "the log has a gap")
        self.facts["log"] = count

    def effects(self, signed):
        """What people see: one hold for each incident whose person signed."""
        for name, store in self.agencies.items():
            tables = {t for (t,) in rows(store, "SELECT name FROM sqlite_schema")}
            if "hold_file" not in tables:
                continue
            seen = [i for (i,) in rows(
                store, "SELECT incident FROM hold_file WHERE incident IS NOT NULL")]
            self.need(len(set(seen)) == len(seen), f"{name} has a hold twice")
            missing = set(signed) - set(seen)
            self.need(not missing, f"lost: {len(missing)} of {len(signed)} holds: "
                      f"{sorted(missing)[:3]}")
            extra = set(seen) - set(signed)
            self.need(not signed or not extra, f"leaked: holds that nobody signed: "
                      f"{sorted(extra)[:3]}")
            self.facts["holds"] = len(seen)

    def sealed(self, names):
        """No byte at rest with the router names anybody."""
        found = []
        for name in os.listdir(f"{self.county}/state/router"):
            path = f"{self.county}/state/router/{name}"
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            found += [f"{name} at rest names {n}" for n in names if n.encode() in data]
        return found

    def secrets(self, markers):
        """No byte of what a recipient keeps, or the router in the clear, names who refused."""
        markers = [m.encode() for m in markers]
        if not markers:
            return
        for folder, _, files in os.walk(self.county):
            parts = os.path.relpath(folder, self.county).split(os.sep)
            if parts[0] == "keys" or any("sheriff" in part for part in parts):
                continue
            for name in files:
                if "sheriff" in name:
                    continue
                try:
                    with open(os.path.join(folder, name), "rb") as file:
                        data = file.read()
                except OSError:
                    continue
                for marker in markers:
                    self.need(marker not in data, f"leaked: {name} names {marker.decode()}")


if __name__ == "__main__":
    oracle = Oracle(sys.argv[1])
    flaws = oracle.judge(strict="--strict" in sys.argv)
    print(oracle.facts)
    print("\n".join(flaws) or "nothing lost, leaked or applied twice")
    sys.exit(1 if flaws else 0)
