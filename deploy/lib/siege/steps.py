"""The steps of the siege: each does one kind of harm to a county under load, looks for the line
that an operator needs, and ends with the oracle."""

import json
import os
import random
import signal
import socket
import sqlite3
import subprocess
import time

from .county import ALL, BadDisk, Failure, PROSECUTOR, PROVIDER, SHERIFF, wait_for

STEPS = []


def step(fault, needs_root=False):
    def register(function):
        STEPS.append((function.__name__.replace("_", "-"), fault, needs_root, function))
        return function
    return register


def stopped(county, words="router cannot go on", status=70):
    line = county.saw("router", words)
    code = county.ended("router")
    if code != status:
        raise Failure(f"the router ended with {code}, not {status}")
    return line


@step("kill -9 of router and adapters, at random, under load")
def kills(county, run):
    choice = random.Random(run.seed)
    county.start_all()
    county.load()
    for count in range(run.kills):
        time.sleep(choice.uniform(0.02, 0.5))
        victim = choice.choice(["router", "router", *ALL])
        county.kill(victim)
        county.start(victim)
    county.settle()
    return f"{run.kills} kills"


@step("a flush that fails, at a random commit, again and again")
def flush_fails(county, run):
    # Of its other files the router does without; what meets those is no stop.
    disk = county.bad_disk("router", ".sqlite")
    choice = random.Random(run.seed)
    county.start_all()
    county.load()
    for count in range(run.rounds):
        county.mark("router")
        disk.arm(BadDisk.FLUSH_EIO, after=choice.randrange(0, 30))
        line = stopped(county)
        if "disk" not in line:
            raise Failure(f"the line does not name the disk: {line}")
        disk.disarm()
        county.start("router")
    county.settle()
    return f"{run.rounds} stops, each with status 70"


@step("a write cut in half, refused (EIO), without space (ENOSPC), read-only (EROFS)")
def writes_fail(county, run):
    disk = county.bad_disk("router", ".sqlite")
    choice = random.Random(run.seed)
    county.start_all()
    county.load()
    faults = [BadDisk.WRITE_HALF, BadDisk.WRITE_EIO, BadDisk.WRITE_ENOSPC, BadDisk.WRITE_EROFS]
    for count in range(run.rounds):
        county.mark("router")
        disk.arm(faults[count % 4], after=choice.randrange(0, 60))
        stopped(county)
        disk.disarm()
        county.start("router")
    county.settle()
    return f"{run.rounds} stops"


@step("an adapter's disk fails: flushes and writes, for a while")
def adapters_disk(county, run):
    disks = {who: county.bad_disk(who) for who in (SHERIFF, PROSECUTOR)}
    choice = random.Random(run.seed)
    county.start_all()
    county.load()
    failed = 0
    for count in range(run.rounds):
        who = choice.choice([SHERIFF, PROSECUTOR])
        fault = choice.choice([BadDisk.FLUSH_EIO, BadDisk.WRITE_EIO, BadDisk.WRITE_ENOSPC])
        disks[who].arm(fault, after=choice.randrange(0, 20), stays=True)
        wait_for(f"{who} meets its fault", lambda: disks[who].hits > 2, 30)
        disks[who].disarm()
        failed += disks[who].hits
        if county.processes[who].poll() is not None:
            county.start(who)
    county.settle()
    return f"{failed} calls failed"


@step("the disk is full: data waits, a revocation and a cut-off still work", needs_root=True)
def full_disk(county, run):
    county.mount("state/router", 160)
    folder = f"{county.folder}/state/router"
    county.start_all()
    county.send()
    county.settle()
    # Somebody else's file, in steps, until nothing is left but what the router keeps.
    with open(f"{folder}/ballast", "wb") as ballast:
        def fill(leave):
            free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
            ballast.write(bytes(max(0, free - leave)))
            ballast.flush()
        fill(40 << 20)
        county.saw("router", "disk space is low")
        county.send()
        county.saw(SHERIFF, "low-space", 30)
        fill(0)
        line = county.saw("router", "the space kept for revocations and cut-offs is in use")
    if county.processes["router"].poll() is not None:
        raise Failure("the router did not live through a full disk")
    releases = [n for n, _ in county.signed]
    found = county.accord("roi", "show", "--json").stdout
    first = json.loads(found)
    ids = [r["id"] for r in (first if isinstance(first, list) else first["releases"])]
    county.accord("roi", "revoke", ids[0], "--reason", "siege")
    county.accord("key", "cut-off", "lakewood-defender", "--reason", "siege")
    county.kill("router")
    county.start("router")
    county.saw("router", "disk space is low")
    os.remove(f"{folder}/ballast")
    county.saw("router", "disk space is back")
    county.settle()
    return f"{len(releases)} referrals, 1 revocation and 1 cut-off with the disk full; {line[:60]}…"


@step("the disk is read-only when the router starts", needs_root=True)
def read_only(county, run):
    path = county.mount("state/router", 200)
    county.start_all()
    county.send()
    county.settle()
    # Under a running router the kernel refuses; `writes-fail` shows what it then does with EROFS.
    county.kill("router")
    subprocess.run(["mount", "-o", "remount,ro", path], check=True)
    county.send()
    county.mark("router")
    county.start("router", up=False)
    code = county.ended("router")
    said = county.log("router").strip().splitlines()
    # Behind it stands by which code to look it up.
    line = next((line for line in reversed(said) if line.startswith("accord-router: ")), "nothing")
    if code != 78 or "readonly" not in line and "read-only" not in line.lower():
        raise Failure(f"status {code}, and it says: {line}")
    subprocess.run(["mount", "-o", "remount,rw", path], check=True)
    county.start("router")
    county.settle()
    return f"status {code}: {line[:90]}"


def transaction_ends(path):
    """Where each transaction of a write-ahead log ends. Behind the last stand frames from before the
    log began again from its start: nobody reads them, and a flip there is none."""
    with open(path, "rb") as file:
        log = file.read()
    frame = 24 + 8192
    ends = []
    for start in range(32, len(log) - frame + 1, frame):
        if log[start + 8:start + 16] != log[16:24]:
            break
        if log[start + 4:start + 8] != bytes(4):
            ends.append(start + frame)
    return ends


def flip(path, place, choice):
    """Turns one bit of the byte at the place."""
    with open(path, "r+b") as file:
        file.seek(place)
        byte = file.read(1)[0]
        file.seek(place)
        file.write(bytes([byte ^ 1 << choice.randrange(8)]))


@step("bits flip in the write-ahead log after a kill")
def flipped_log(county, run):
    choice = random.Random(run.seed)
    county.start_all()
    county.load()
    refused = behind = 0
    path = f"{county.folder}/state/router/ledger.sqlite-wal"
    for count in range(run.rounds):
        until = time.monotonic() + 6
        while len(transaction_ends(path)) < 7 and time.monotonic() < until:
            time.sleep(0.05)
        county.kill("router")
        ends = transaction_ends(path)
        with open(path, "rb") as file:
            whole = file.read()
        # It may have begun again in between.
        if len(ends) < 5:
            county.start("router")
            continue
        # Not in the last two transactions: the end of the last may be torn already.
        flip(path, choice.randrange(32, ends[-3]), choice)
        county.start("router", up=False)
        code = county.ended("router")
        county.saw("router", "ledger-damaged")
        if code != 78:
            raise Failure(f"the router ended with {code}, not 78")
        refused += 1
        with open(path, "wb") as file:
            file.write(whole)
        if ends[-1] < len(whole):
            flip(path, choice.randrange(ends[-1], len(whole)), choice)
            behind += 1
        county.start("router")
    county.settle()
    if refused == 0:
        raise Failure("no round had enough of a log")
    return f"{refused} flips, each refused at the start; {behind} behind its end without effect"


def settled_facts(totals):
    """What nothing but a false disk changes while no agency is connected: clocks may fire."""
    facts = {kind: totals["auditByKind"].get(kind, 0)
             for kind in ("accepted", "released", "acknowledged")}
    facts["delivered"] = totals["partsByFate"].get("delivered", 0)
    return facts


@step("bits flip in the database")
def flipped_database(county, run):
    choice = random.Random(run.seed)
    county.start_all()
    county.send(6)
    county.settle()
    for who in ALL:
        county.stop(who)
    county.stop("router")
    path = f"{county.folder}/state/router/ledger.sqlite"

    def read(name):
        if not os.path.exists(name):
            return None
        with open(name, "rb") as file:
            return file.read()
    # A reader may be the last to close, and then the write-ahead log stays: into the file with it,
    # or it would hide what is changed there.
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    kept = {name: read(name) for name in (path, path + "-wal")}
    whole = kept[path]
    seen = {"refused at the start": 0, "found by the log's check": 0, "found by its report": 0,
            "without effect": 0}
    silent = []

    def restore():
        for name in (path, path + "-wal", path + "-shm"):
            if os.path.exists(name):
                os.remove(name)
        for name, data in kept.items():
            if data is not None:
                with open(name, "wb") as file:
                    file.write(data)
                os.chmod(name, 0o600)
    county.start("router")
    before = settled_facts(county.totals())
    county.stop("router")
    restore()
    for count in range(run.flips):
        place = choice.randrange(100, len(whole))
        flip(path, place, choice)
        county.mark("router")
        county.start("router", up=False)
        up = False
        until = time.monotonic() + 20
        while time.monotonic() < until and county.processes["router"].poll() is None and not up:
            with open(county.log_path("router"), "rb") as file:
                file.seek(county.marks["router"])
                up = b"router is up" in file.read()
            time.sleep(0.02)
        if not up:
            seen["refused at the start"] += 1
        else:
            totals = county.totals()
            verified = county.accord(
                "audit", "export", "--output", f"{county.home}/flip", check=False)
            verified = verified.returncode == 0 and county.accord(
                "audit", "verify", f"{county.home}/flip", check=False).returncode == 0
            if not verified:
                seen["found by the log's check"] += 1
            elif totals is None:
                seen["found by its report"] += 1
            else:
                now = settled_facts(totals)
                changed = [(k, before[k], now[k]) for k in before if now[k] != before[k]]
                if changed:
                    silent.append((place, changed))
                seen["without effect"] += 1
        if county.processes["router"].poll() is None:
            county.kill("router")
        county.processes.pop("router")
        restore()
    if silent:
        raise Failure(f"{len(silent)} flips changed what is told, unseen: {silent[:2]}")
    for who in ["router", *ALL]:
        county.start(who)
    county.settle()
    return ", ".join(f"{v} {k}" for k, v in seen.items() if v)


@step("the wall clock jumps, back and ahead")
def clock_jumps(county, run):
    disk = county.bad_disk("router")
    county.start_all()
    county.send()
    county.settle()
    for seconds in (-30, 3_600):
        county.mark("router")
        before = county.totals()["partsByFate"].get("delivered", 0)
        disk.clock(seconds)
        line = county.saw("router", "the clock is in doubt")
        county.send()
        county.saw(SHERIFF, "clock-held", 30)
        if county.totals()["partsByFate"].get("delivered", 0) != before:
            raise Failure("something was released by a clock in doubt")
        disk.clock(0)
        county.accord("clock", "accept", "--reason", "siege")
        county.saw("router", "the clock was accepted")
    county.settle()
    return line[:90]


def idle_connections(port, count):
    """So many, or as many as get in."""
    idle = []
    for _ in range(count):
        connection = socket.socket()
        connection.settimeout(2)
        try:
            connection.connect(("127.0.0.1", port))
            idle.append(connection)
        except OSError:
            # Who waits to be let in fills the queue, and nobody else gets that far.
            connection.close()
            break
    return idle


@step("file descriptors run short: hundreds of connections that say nothing")
def descriptors(county, run):
    # As a system starts a program by default: a low limit that it may raise.
    county.limits["router"] = (64, 4_096)
    county.start_all()
    county.load()
    idle = idle_connections(county.port, 400)
    try:
        if county.totals() is None:
            raise Failure("the router does not answer behind 400 idle connections")
        wait_for("the router drops who says nothing", lambda: len(os.listdir(
            f"/proc/{county.processes['router'].pid}/fd")) < 200, 40)
    finally:
        for connection in idle:
            connection.close()
    county.settle()
    return f"{len(idle)} connections on a limit of 64 that may be raised"


@step("file descriptors run out for good: the router stops, and loses nothing")
def no_descriptors(county, run):
    county.limits["router"] = (64, 64)
    county.start_all()
    county.saw("router", "few connections are possible")
    county.load()
    idle = idle_connections(county.port, 200)
    try:
        time.sleep(2)
        county.accord("totals", check=False)
        time.sleep(1)
    finally:
        for connection in idle:
            connection.close()
    code = county.processes["router"].poll()
    if code is not None:
        county.mark("router")
        county.start("router")
    county.settle()
    return "it lived" if code is None else f"it stopped ({code}) and was started again"


@step("half-open connections, noise instead of a handshake")
def half_open(county, run):
    county.start_all()
    county.load()
    noise = random.Random(run.seed)
    idle = []
    for port in [county.port, *(county.port + 40 + n for n in range(4))]:
        for count in range(20):
            connection = socket.socket()
            connection.settimeout(2)
            try:
                connection.connect(("127.0.0.1", port))
                if count % 2:
                    connection.sendall(noise.randbytes(noise.randrange(1, 3_000)))
                elif count % 4 == 0:
                    connection.sendall(b"\xff\0\0\0\0\0\0\0\x01\x7f\x03")
                idle.append(connection)
            except OSError:
                connection.close()
    wait_for("the load goes on beside them", lambda: len(county.signed) > 12, 60)
    county.settle()
    for connection in idle:
        connection.close()
    return f"{len(idle)} connections, half of them open to the end"


@step("a subscriber that stands still, and one that is absent")
def slow_subscriber(county, run):
    county.start_all()
    county.send()
    county.settle()
    os.killpg(county.processes[PROSECUTOR].pid, signal.SIGSTOP)
    county.load(every=0.15)
    before = len(county.signed)

    def others():
        totals = county.totals()
        return totals and len(county.signed) - before > 12 and \
            totals["partsByFate"].get("pending", 0) > 6
    wait_for("others go on, and what is for the one that stands waits", others, 60)
    time.sleep(11)
    county.stop(PROVIDER)
    time.sleep(1)
    county.rest()
    os.killpg(county.processes[PROSECUTOR].pid, signal.SIGCONT)
    county.start(PROVIDER)
    county.settle()
    return f"{len(county.signed) - before} referrals meanwhile"


@step("a network that is cut and slow, between namespaces", needs_root=True)
def network(county, run):
    name = f"siege{os.getpid() % 10_000}"
    here, there = f"10.213.{run.seed % 200}.1", f"10.213.{run.seed % 200}.2"

    def ip(*arguments):
        subprocess.run(["ip", *arguments], check=True, capture_output=True)
    ip("netns", "add", name)
    try:
        ip("link", "add", f"{name}a", "type", "veth", "peer", "name", f"{name}b", "netns", name)
        ip("addr", "add", f"{here}/30", "dev", f"{name}a")
        ip("link", "set", f"{name}a", "up")
        ip("netns", "exec", name, "ip", "addr", "add", f"{there}/30", "dev", f"{name}b")
        ip("netns", "exec", name, "ip", "link", "set", f"{name}b", "up")
        ip("netns", "exec", name, "ip", "link", "set", "lo", "up")
        county.edit("router.yaml", r"^listen: .*", "listen: 0.0.0.0")
        county.edit(f"{PROSECUTOR}.yaml", r"host: .*", f"host: {here}")
        county.prefix[PROSECUTOR] = ["ip", "netns", "exec", name]
        county.start_all()
        county.load()
        for count in range(run.cuts):
            time.sleep(1.5)
            ip("link", "set", f"{name}a", "down")
            time.sleep([1, 8, 20][count % 3])
            ip("link", "set", f"{name}a", "up")
        slow = subprocess.run(
            ["tc", "qdisc", "add", "dev", f"{name}a", "root", "tbf", "rate", "64kbit", "burst",
             "4kb", "latency", "2s"], capture_output=True).returncode == 0
        time.sleep(6)
        if slow:
            ip("link", "set", f"{name}a", "down")
            ip("link", "set", f"{name}a", "up")
        county.settle(240)
    finally:
        subprocess.run(["ip", "netns", "del", name], check=False)
        subprocess.run(["ip", "link", "del", f"{name}a"], check=False, capture_output=True)
    return f"{run.cuts} cuts" + (", then 64 kbit/s" if slow else "; no shaping in this kernel")


@step("a backlog, for a recipient that comes late")
def backlog(county, run):
    for who in ["router", SHERIFF, PROVIDER]:
        county.start(who)
    for _ in range(run.backlog // 5 // 20):
        county.send(20)

    def waits():
        totals = county.totals()
        return totals and totals["partsByFate"].get("pending", 0) >= len(county.signed)
    wait_for("everything waits for the absent recipient", waits, 120 + run.backlog // 20)
    county.kill("router")
    county.start("router")
    county.start(PROSECUTOR)
    county.settle()
    return f"{len(county.signed)} holds waited"
