#!/usr/bin/env python3
"""Turns a command's own description of itself into a manual page.

Reads what `--experimental-dump-help` prints; arguments: version, and seconds since 1970 of the
release. One page holds a command with all its subcommands.
"""
import datetime
import json
import sys

FILES = {
    "accord": [
        ("/etc/accord/router.yaml", "the router's configuration, by which it is found"),
        ("/etc/accord/registry.yaml", "agencies and their public keys"),
        ("/etc/accord/agreement.yaml", "the program agreement"),
        ("/etc/default/accord-backup", "what the nightly backups keep"),
    ],
    "accord-router": [
        ("/etc/accord/router.yaml", "its configuration"),
        ("/etc/accord/router/key.yaml", "its secret key"),
        ("/etc/accord/master.key", "what wraps every key at rest; a credential of the service"),
        ("/var/lib/accord/router", "ledger, key store and admin socket"),
        ("/var/backups/accord", "the nightly backups"),
    ],
}


def adapter_files(name):
    role = name.removeprefix("accord-")
    return [
        (f"/etc/accord/{role}.yaml", "its configuration"),
        (f"/etc/accord/{role}/key.yaml", "the agency's secret key"),
        (f"/var/lib/accord/{role}", "what waits to be sent, and what was received"),
        (f"/var/spool/accord/{role}", "the folders in, out, done and rejected"),
    ]


def escaped(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def spelled(argument):
    """How it is typed: `--config <config>`, `<file>`, `[--json]`."""
    names = argument.get("names") or []
    value = argument.get("valueName", "value")
    if argument["kind"] == "positional":
        text = f"<{value}>"
        if argument.get("isRepeating"):
            text += "..."
    else:
        preferred = argument.get("preferredName") or names[0]
        text = ("--" if preferred["kind"] == "long" else "-") + preferred["name"]
        if argument["kind"] == "option":
            text += f" <{value}>"
    return f"[{text}]" if argument.get("isOptional") else text


def label(argument):
    if argument["kind"] == "positional":
        return f"\\fI{escaped(argument.get('valueName', 'value'))}\\fR"
    names = [("--" if n["kind"] == "long" else "-") + n["name"] for n in argument["names"]]
    text = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    if argument["kind"] == "option":
        text += f" \\fI{escaped(argument.get('valueName', 'value'))}\\fR"
    return text


def shown(command):
    hidden = {"help", "version"}
    return [
        a for a in command.get("arguments") or []
        if a.get("shouldDisplay", True)
        and not any(n["name"] in hidden for n in a.get("names") or [])
    ]


def describe(command, above, out):
    words = above + [command["commandName"]]
    out.append(f".SS {escaped(' '.join(words))}" if above else ".SH DESCRIPTION")
    arguments = shown(command)
    if above:
        usage = " ".join([" ".join(words)] + [spelled(a) for a in arguments])
        out += [".nh", f"\\fB{escaped(usage)}\\fR", ".hy", ".PP"]
    for text in (command.get("abstract"), command.get("discussion")):
        for paragraph in (text or "").split("\n\n"):
            if paragraph.strip():
                out += [escaped(paragraph.strip()), ".PP"]
    for argument in arguments:
        out += [".TP", label(argument)]
        text = " ".join(filter(None, [argument.get("abstract"), argument.get("discussion")]))
        if argument.get("defaultValue") and argument["kind"] != "flag":
            text += f" (default: {argument['defaultValue']})"
        if argument.get("allValues"):
            text += f" (one of: {', '.join(argument['allValues'])})"
        out.append(escaped(text) or "\\&")
    for inner in command.get("subcommands") or []:
        if inner["commandName"] != "help" and inner.get("shouldDisplay", True):
            if not above and inner is first_of(command):
                out.append(".SH COMMANDS")
            describe(inner, words, out)


def first_of(command):
    inner = [
        c for c in command["subcommands"]
        if c["commandName"] != "help" and c.get("shouldDisplay", True)
    ]
    return inner[0]


def page(command, version, seconds):
    name = command["commandName"]
    day = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).date()
    out = [
        f'.TH {name.upper()} 1 "{day}" "Accord {version}" "Accord"',
        ".SH NAME",
        f"{escaped(name)} \\- {escaped((command.get('abstract') or name).rstrip('.'))}",
        ".SH SYNOPSIS",
        f"\\fB{escaped(name)}\\fR \\fIcommand\\fR [\\fIoptions\\fR]",
    ]
    describe(command, [], out)
    out.append(".SH FILES")
    for path, what in FILES.get(name) or adapter_files(name):
        out += [".TP", f"\\fI{escaped(path)}\\fR", escaped(what)]
    out += [
        ".SH EXIT STATUS", ".TP", "0", "done, or good", ".TP", "1, 2, 3",
        "of checks: warning, critical, unknown", ".TP", "64", "the command was not understood",
        ".TP", "78", "the configuration is wrong",
        ".SH SEE ALSO",
        ", ".join(
            f"\\fB{escaped(other)}\\fR(1)"
            for other in ["accord", "accord-router", "accord-sheriff", "accord-prosecutor",
                          "accord-public-defender", "accord-behavioral-health"]
            if other != name),
        ".PP", escaped("The runbook, and pages on sizing, network and security: "
                       "/usr/share/doc/accord"),
    ]
    return "\n".join(out) + "\n"


if __name__ == "__main__":
    print(page(json.load(sys.stdin)["command"], sys.argv[1], int(sys.argv[2])), end="")
