"""A county of real processes under siege: its daemons, its load, its faults."""

import hashlib
import json
import mmap
import os
import random
import re
import resource
import shutil
import signal
import struct
import subprocess
import tempfile
import threading
import time

from .oracle import Oracle

SHERIFF, PROSECUTOR = "lakewood-sheriff", "lakewood-prosecutor"
DEFENDER, PROVIDER = "lakewood-defender", "harbor-behavioral"
DAEMONS = {SHERIFF: "accord-sheriff", PROSECUTOR: "accord-prosecutor",
           DEFENDER: "accord-public-defender", PROVIDER: "accord-behavioral-health"}
ALL = [SHERIFF, PROSECUTOR, PROVIDER]


class Failure(Exception):
    """What was promised did not happen."""


def wait_for(what, look, seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = look()
        if value:
            return value
        time.sleep(0.05)
    raise Failure(f"not within {seconds} s: {what}")


class BadDisk:
    """The switchboard of libBadDisk.so, which a daemon reads at every call."""
    FLUSH_EIO, WRITE_ENOSPC, WRITE_EIO, WRITE_HALF, WRITE_EROFS, OPEN_EMFILE = range(1, 7)

    def __init__(self, path, files):
        self.path, self.files = path, files
        with open(path, "wb") as file:
            file.write(bytes(32))
        self.file = open(path, "r+b")
        self.map = mmap.mmap(self.file.fileno(), 32)

    def _put(self, index, value):
        self.map[index * 4:index * 4 + 4] = struct.pack("i", value)

    def _get(self, index):
        return struct.unpack("i", self.map[index * 4:index * 4 + 4])[0]

    def arm(self, fault, after=0, stays=False):
        self._put(3, 0)
        self._put(1, after)
        self._put(2, 1 if stays else 0)
        self._put(0, fault)

    def disarm(self):
        self._put(0, 0)

    def clock(self, seconds):
        self._put(4, seconds)

    @property
    def hits(self):
        return self._get(3)


class County:
    # Below the ports of the demo's county (deploy/lib/stories.sh), which may run beside this one.
    next_port = 10_000 + os.getpid() % 80 * 100

    def __init__(self, bin, listen="127.0.0.1"):
        self.bin = bin
        self.home = tempfile.mkdtemp(prefix="accord-siege-")
        self.folder = f"{self.home}/county"
        self.port = County.next_port
        County.next_port += 100
        self.processes, self.signed, self.refused = {}, [], []
        self.prefix, self.disks, self.limits, self.mounts = {}, {}, {}, []
        self.sequence = 0
        self.loading = None
        self.random = random.Random(7)
        subprocess.run(
            [f"{bin}/accord", "init", self.folder, "--program", "lakewood", "--base-port",
             str(self.port), "--demonstration"], check=True, stdout=subprocess.DEVNULL)
        for agency in DAEMONS:
            self.edit(f"{agency}.yaml", r"^poll-seconds: .*", "poll-seconds: 1")
        if listen != "127.0.0.1":
            self.edit("router.yaml", r"^listen: .*", f"listen: {listen}")

    def edit(self, name, pattern, text):
        path = f"{self.folder}/{name}"
        with open(path) as file:
            old = file.read()
        new, count = re.subn(pattern, text, old, flags=re.M)
        if count == 0:
            raise Failure(f"{name} has no line {pattern}")
        with open(path, "w") as file:
            file.write(new)

    # -- processes

    def bad_disk(self, who, files=None):
        """From its next start on, `who` runs on a disk that fails as it is told, for files whose
        path holds `files`: all of its own, if not said."""
        self.disks[who] = BadDisk(f"{self.home}/{who}.control", files or f"/state/{who}/")
        return self.disks[who]

    def start(self, who, up=True):
        if who == "router":
            command = [f"{self.bin}/accord-router", "--config", f"{self.folder}/router.yaml"]
        else:
            command = [f"{self.bin}/{DAEMONS[who]}", "run", "--config",
                       f"{self.folder}/{who}.yaml"]
        environment = dict(os.environ)
        if who in self.disks:
            environment["LD_PRELOAD"] = f"{self.bin}/libBadDisk.so"
            environment["BAD_DISK_CONTROL"] = self.disks[who].path
            environment["BAD_DISK_PATH"] = self.disks[who].files
        limit = self.limits.get(who)

        def prepare():
            if limit:
                resource.setrlimit(resource.RLIMIT_NOFILE, limit)

        with open(self.log_path(who), "ab") as log:
            self.processes[who] = subprocess.Popen(
                self.prefix.get(who, []) + command, stdout=log, stderr=log, env=environment,
                preexec_fn=prepare, start_new_session=True)
        if up:
            self.saw(who, "router is up" if who == "router" else "adapter is up")

    def start_all(self):
        for who in ["router", *ALL]:
            self.start(who)
        self.drop(PROVIDER, "on-call", "on-call.csv",
                  "starts_at,ends_at,tier,staff_id,staff_name,phone\n"
                  "2020-01-01T00:00:00Z,2040-01-01T00:00:00Z,primary,cm-1,Robin Aldous,555-0180\n")

    def log_path(self, who):
        return f"{self.home}/{who}.log"

    def log(self, who):
        with open(self.log_path(who), errors="replace") as file:
            return file.read()

    def mark(self, who):
        """From here on `saw` looks for new lines."""
        self.marks = getattr(self, "marks", {})
        path = self.log_path(who)
        self.marks[who] = os.path.getsize(path) if os.path.exists(path) else 0

    def saw(self, who, words, seconds=40):
        start = getattr(self, "marks", {}).get(who, 0)

        def look():
            with open(self.log_path(who), "rb") as file:
                file.seek(start)
                for line in file.read().decode(errors="replace").splitlines():
                    if words in line:
                        return line
            return None
        try:
            return wait_for(f"{who} says “{words}”", look, seconds)
        except Failure as failure:
            tail = self.log(who)[-600:]
            raise Failure(f"{failure}; its log ends:\n{tail}") from None

    def kill(self, who):
        self.mark(who)
        os.killpg(self.processes[who].pid, signal.SIGKILL)
        self.processes[who].wait()

    def stop(self, who):
        process = self.processes.pop(who, None)
        if process is None:
            return None
        if process.poll() is None:
            process.terminate()
        try:
            return process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise Failure(f"{who} does not end when asked") from None

    def ended(self, who, seconds=40):
        """Waits until the process ends by itself; its exit status."""
        try:
            return self.processes[who].wait(seconds)
        except subprocess.TimeoutExpired:
            raise Failure(f"{who} goes on; its log ends:\n{self.log(who)[-600:]}") from None

    def accord(self, *arguments, check=True):
        if arguments[:2] != ("audit", "verify"):
            arguments = (*arguments, "--config", f"{self.folder}/router.yaml")
        result = subprocess.run(
            [f"{self.bin}/accord", *arguments],
            capture_output=True, text=True, timeout=60)
        if check and result.returncode != 0:
            raise Failure(f"accord {' '.join(arguments)}: {result.stdout}{result.stderr}")
        return result

    def totals(self):
        result = self.accord("totals", "--json", check=False)
        return json.loads(result.stdout) if result.returncode == 0 else None

    # -- load

    def drop(self, agency, folder, name, text):
        path = f"{self.folder}/files/{agency}/in/{folder}"
        os.makedirs(path, exist_ok=True)
        with open(f"{path}/.{name}", "w") as file:
            file.write(text)
        os.rename(f"{path}/.{name}", f"{path}/{name}")

    def form(self, outcome):
        self.sequence += 1
        number = f"26-{self.sequence:06}"
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        last = f"Zq{'signed' if outcome == 'signed' else 'refused'}x{self.sequence:06}q"
        (self.signed if outcome == "signed" else self.refused).append((number, last))
        form = {
            "referral_id": f"lr-{number}", "door": "arrest-diversion", "referred_at": now,
            "incident_no": number, "offenses": ["11.204"], "offense_level": "misdemeanor",
            "officer_badge": "422", "officer_callback": "555-0108", "provider": PROVIDER,
            "meeting_place": "East precinct lobby", "language": "en", "needs_codes": ["food"],
            "last_name": last, "first_name": "Ann", "dob": "1990-01-02",
            "sid": f"ZZ{self.sequence:07}", "complainant_consent": "yes",
            "roi_outcome": outcome, "roi_signed_at": now, "roi_signer_capacity": "patient",
            "roi_witness": "422", "roi_recipients": [PROSECUTOR, PROVIDER],
            "roi_information": ["handoff-details", "hold"], "roi_purposes": ["coordination"],
            "roi_expires_on": "2039-12-31", "roi_form": "field-1",
            "roi_image_sha256": hashlib.sha256(number.encode()).hexdigest()}
        if outcome != "signed":
            form = {k: v for k, v in form.items()
                    if not k.startswith("roi_") or k == "roi_outcome"}
        return form

    def send(self, forms=3):
        """One file of forms; every third person refuses."""
        batch = []
        for _ in range(forms):
            refuses = self.sequence % 3 == 2
            batch.append(self.form("refused" if refuses else "signed"))
        self.drop(SHERIFF, "referrals", f"load-{self.sequence:06}.json", json.dumps(batch))

    def load(self, every=0.3, forms=3):
        """Drops files in the background until `rest`."""
        self.loading = threading.Event()

        def run(stopping):
            while not stopping.wait(every):
                self.send(forms)
        threading.Thread(target=run, args=(self.loading,), daemon=True).start()

    def rest(self):
        if self.loading:
            self.loading.set()
            self.loading = None
            time.sleep(0.1)

    # -- the end of a step

    def settle(self, seconds=120):
        """Waits until everything that was said has come to its end. A slow machine may take its
        time; one where nothing changes for so many seconds has lost something."""
        self.rest()
        started = changed = time.monotonic()
        seen = None
        while left := self.unfinished():
            looked = time.monotonic()
            if left != seen:
                seen, changed = left, looked
            elif looked - changed > seconds:
                raise Failure(f"nothing changes for {seconds} s, and not all is done: {left[:4]}")
            elif looked - started > 1_800:
                raise Failure(f"it never comes to rest: {left[:4]}")
            time.sleep(0.2)

    def unfinished(self):
        """What is still on its way, by the files and ledgers as they stand."""
        folder = f"{self.folder}/files/{SHERIFF}/in/referrals"
        files = [name for name in os.listdir(folder) if name.endswith(".json")]
        if files:
            return [f"{len(files)} files are not taken"]
        try:
            return Oracle(self.folder).judge([n for n, _ in self.signed], (), strict=True)
        except Exception as error:  # noqa: BLE001 - a file that is being made yet
            return [f"cannot be read: {error}"]

    def judge(self):
        """Stops everything and has the oracle and the two verifiers of the log look at it."""
        self.accord("audit", "export", "--output", f"{self.home}/export")
        verified = self.accord("audit", "verify", f"{self.home}/export", check=False)
        if verified.returncode != 0:
            raise Failure(f"the log does not verify: {verified.stdout}{verified.stderr}")
        for who in ["router", *DAEMONS]:
            self.stop(who)
        oracle = Oracle(self.folder)
        # `settle` has seen it at rest; since then its clocks may have said something new.
        flaws = oracle.judge([number for number, _ in self.signed],
                             [name for _, name in self.refused], strict=False)
        flaws += oracle.sealed([name for _, name in self.signed])
        if flaws:
            raise Failure("; ".join(flaws[:5]))
        return oracle.facts

    def mount(self, place, megabytes):
        path = f"{self.folder}/{place}"
        os.makedirs(path, exist_ok=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", path],
                       check=True)
        self.mounts.append(path)
        return path

    def close(self, keep=False):
        self.rest()
        for process in self.processes.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGCONT)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        for path in reversed(self.mounts):
            subprocess.run(["umount", "-l", path], check=False)
        if not keep:
            shutil.rmtree(self.home, ignore_errors=True)
