"""A client of Accord in another language, written from the article "Joining as an agency" and
accord.proto alone. It shares no code with the Swift client.

The generated module accord_pb2 must be importable:
    protoc -I Sources/Wire/HubProtocol --python_out=DIR accord.proto
"""

import json
import os
import secrets
import time

import zmq

import accord_pb2 as wire


class Client:
    """One agency's consumer: publishes, receives, acknowledges and resumes.

    What must survive a restart lives in one JSON file, replaced atomically."""

    def __init__(self, state_file, host, submit_port, router_key, public_key, secret_key):
        self.host, self.submit_port, self.router_key = host, submit_port, router_key
        self.public_key, self.secret_key = public_key, secret_key
        self.state_file = state_file
        self.state = {
            "source": secrets.token_hex(16), "ledger": "", "next": 1,
            "numbers": {"0": 0, "1": 0}, "spool": [], "applied": [],
        }
        if os.path.exists(state_file):
            with open(state_file) as file:
                self.state = json.load(file)
        self.context = zmq.Context()
        self.refused = []
        self.welcome = None
        self.dealer = self.sub = None
        self.last_resume = 0.0

    # -- what must not be lost

    def save(self):
        temporary = self.state_file + ".tmp"
        with open(temporary, "w") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, self.state_file)

    # -- connecting

    def _curve(self, kind):
        socket = self.context.socket(kind)
        socket.curve_serverkey = self.router_key.encode()
        socket.curve_publickey = self.public_key.encode()
        socket.curve_secretkey = self.secret_key.encode()
        socket.linger = 0
        return socket

    def connect(self, timeout=10.0):
        """Hello, welcome, release lane, beat, resume."""
        self.close_sockets()
        self.dealer = self._curve(zmq.DEALER)
        self.dealer.connect(f"tcp://{self.host}:{self.submit_port}")
        self._hello()
        deadline = time.monotonic() + timeout
        while self.welcome is None:
            if not self.pump(deadline - time.monotonic()):
                raise TimeoutError("no welcome")

    def _hello(self):
        self.welcome = None
        frame = wire.Submission()
        frame.hello.version = 1
        frame.hello.source_incarnation = self.state["source"]
        frame.hello.consumer = True
        frame.hello.ledger_incarnation = self.state["ledger"]
        self.dealer.send(frame.SerializeToString())

    def _take_welcome(self, welcome):
        if self.state["ledger"] not in ("", welcome.ledger_incarnation):
            raise RuntimeError("the ledger has a new incarnation: ask the operator")
        self.state["ledger"] = welcome.ledger_incarnation
        self.welcome = welcome
        self._settle(0, welcome.data_through)
        self._settle(1, welcome.control_through)
        self.save()
        if self.sub is None:
            self.sub = self._curve(zmq.SUB)
            self.sub.rcvhwm = welcome.window + 16
            self.sub.connect(f"tcp://{self.host}:{welcome.release_port}")
            self.sub.subscribe(b"")
        else:
            self._resume()
        self._send_spool()

    def close_sockets(self):
        for socket in (self.dealer, self.sub):
            if socket is not None:
                socket.close()
        self.dealer = self.sub = None

    # -- publishing

    def publish(self, envelope, control=False):
        """Spools an envelope under its number, then sends it."""
        sequence = 1 if control else 0
        milliseconds = int(time.time() * 1000)
        envelope.id = milliseconds.to_bytes(6, "big") + secrets.token_bytes(10)
        envelope.time = milliseconds
        number = self.state["numbers"][str(sequence)] + 1
        self.state["numbers"][str(sequence)] = number
        self.state["spool"].append([sequence, number, envelope.SerializeToString().hex()])
        self.save()
        if self.welcome is not None:
            self._send_spool()
        return envelope.id

    def _send_spool(self):
        for sequence in (1, 0):
            waiting = [entry for entry in self.state["spool"] if entry[0] == sequence]
            if waiting:
                frame = wire.Submission()
                frame.publish.sequence = sequence
                frame.publish.first = waiting[0][1]
                frame.publish.messages.extend(bytes.fromhex(entry[2]) for entry in waiting)
                self.dealer.send(frame.SerializeToString())

    def _settle(self, sequence, through):
        self.state["spool"] = [
            entry for entry in self.state["spool"]
            if entry[0] != sequence or entry[1] > through
        ]

    # -- receiving

    def pump(self, timeout):
        """Takes one frame from either lane; False if none came in time."""
        poller = zmq.Poller()
        poller.register(self.dealer, zmq.POLLIN)
        if self.sub is not None:
            poller.register(self.sub, zmq.POLLIN)
        ready = dict(poller.poll(max(0.0, timeout) * 1000))
        if not ready:
            return False
        if self.dealer in ready:
            self._take_reply(wire.Reply.FromString(self.dealer.recv()))
        if self.sub is not None and self.sub in ready:
            self._take_delivery(*self.sub.recv_multipart())
        return True

    def _take_reply(self, reply):
        kind = reply.WhichOneof("frame")
        if kind == "welcome":
            self._take_welcome(reply.welcome)
        elif kind == "receipt":
            self._settle(reply.receipt.sequence, reply.receipt.through)
            self.refused += [(item.number, item.code, item.place) for item in reply.receipt.refused]
            self.save()
        elif kind == "pong":
            if reply.pong.head >= self.state["next"]:
                self._resume()
        elif kind == "rejection":
            if reply.rejection.code == "hello-required":
                self._hello()
            else:
                self.refused.append((0, reply.rejection.code, reply.rejection.place))

    def _take_delivery(self, topic, body):
        if topic == b"accord.lane":
            self._resume()
            return
        delivery = wire.Delivery.FromString(body)
        if delivery.ledger_incarnation != self.state["ledger"]:
            self._hello()
            return
        if delivery.number > self.state["next"]:
            if time.monotonic() - self.last_resume > 1:
                self._resume()
            return
        if delivery.number == self.state["next"]:
            if delivery.HasField("message"):
                self.apply(topic.decode(), delivery)
            else:
                self.state["applied"].append({"number": delivery.number, "topic": "delivery.void"})
            self.state["next"] += 1
            self.save()
        self._acknowledge()

    def apply(self, topic, delivery):
        message = delivery.message
        self.state["applied"].append({
            "number": delivery.number, "topic": topic, "id": message.id.hex(),
            "source": message.source, "participant": message.participant,
            "traceparent": message.traceparent,
            "notice": delivery.notice, "scopes": [scope.release for scope in delivery.scopes],
            "fields": {
                field.name: getattr(field, field.WhichOneof("value"))
                for segment in message.segments for field in segment.fields
            },
        })

    def _acknowledge(self):
        frame = wire.Submission()
        frame.acknowledge.ledger_incarnation = self.state["ledger"]
        frame.acknowledge.through = self.state["next"] - 1
        self.dealer.send(frame.SerializeToString())

    def _resume(self):
        self.last_resume = time.monotonic()
        frame = wire.Submission()
        frame.resume.ledger_incarnation = self.state["ledger"]
        frame.resume.next = self.state["next"]
        self.dealer.send(frame.SerializeToString())

    def ping(self):
        frame = wire.Submission()
        frame.ping.echo = 7
        self.dealer.send(frame.SerializeToString())

    # -- for scripts

    def run_until(self, condition, timeout=20.0):
        """Pumps, pinging every second, until the condition holds."""
        deadline = time.monotonic() + timeout
        while not condition(self):
            if time.monotonic() > deadline:
                raise TimeoutError(f"still waiting; applied {len(self.state['applied'])}")
            if not self.pump(1.0):
                self.ping()


def envelope(topic, purpose, program="lakewood", **attributes):
    message = wire.Envelope(type=topic, purpose=purpose, program=program)
    for name, value in attributes.items():
        setattr(message, name, value)
    return message


def add_segment(message, category, **fields):
    """Fields are name=(kind, value); names use '_' for '-'."""
    segment = message.segments.add()
    segment.category = category
    for name, (kind, value) in fields.items():
        field = segment.fields.add()
        field.name = name.replace("_", "-")
        setattr(field, kind, value)
    return segment
