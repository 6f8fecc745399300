#!/usr/bin/env python3
"""Prints CHANGELOG.md in the form that Debian's tools read. Arguments: package, file."""
import datetime
import re
import sys
import textwrap

package, path = sys.argv[1:3]
entry = re.compile(r"## (\d+\.\d+\.\d+) \((\d{4}-\d{2}-\d{2})\)$")
trailer = None
item = []


def flush():
    if item:
        print(textwrap.fill(" ".join(item), 78, initial_indent="  * ", subsequent_indent="    "))
        item.clear()


for line in open(path, encoding="utf-8"):
    line = line.rstrip()
    found = entry.match(line)
    if found:
        flush()
        if trailer:
            print(f"\n{trailer}\n")
        day = datetime.date.fromisoformat(found.group(2))
        date = day.strftime("%a, %d %b %Y 00:00:00 +0000")
        trailer = f" -- Accord maintainers <maintainers@accord.invalid>  {date}"
        print(f"{package} ({found.group(1)}) stable; urgency=medium\n")
    elif trailer and line.startswith("- "):
        flush()
        item.append(line[2:])
    elif trailer and line.startswith("  "):
        item.append(line.strip())
flush()
if trailer:
    print(f"\n{trailer}")
