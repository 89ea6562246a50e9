#!/usr/bin/python3
"""docs/protocol.md says what the code says: numbers of messages, answer codes, findings and limits;
and its worked example is right, computed here with another library than the programs use.

tests/check/protocol.py --write   writes the table of findings anew from core/finding_codes.h
"""

import hashlib
import os
import pathlib
import re
import sys

TOP = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
PAGE = TOP / "docs/protocol.md"

try:
    import nacl.exceptions
    import nacl.signing
except ImportError:
    print("skipped: python3-nacl is not installed")
    sys.exit(77)

# Rows of the table of limits, and the constant of common/codec.h behind each.
LIMITS = {
    "an `Envelope`, as sent": "WIRE_BYTES_MAX",
    "cells of a `Submit`, all forms together": "WIRE_CELLS_MAX",
    "forms of a `Submit`": "WIRE_FORMS_MAX",
    "indicator codes in the table of a `Submit`": "WIRE_INDICATORS_MAX",
    "a code or word (unit, campaign, indicator, period, role …)": "WIRE_CODE_BYTES_MAX",
    "a note, a reason": "WIRE_NOTE_BYTES_MAX",
    "a name": "WIRE_NAME_BYTES_MAX",
    "data of one `Load`": "WIRE_LOAD_PART_BYTES_MAX",
    "data of all parts of one upload": "WIRE_LOAD_BYTES_MAX",
    "pairs of a `Locate`": "WIRE_LOCATE_MAX",
    "own ids of a `Submit`": "WIRE_OWN_MAX",
    "columns of a `Table`": "WIRE_COLUMNS_MAX",
    "cells of a `Table` (one page)": "WIRE_TABLE_CELLS_MAX",
    "a text in a `Table` or an `Answer`": "WIRE_TEXT_BYTES_MAX",
    "a cursor": "WIRE_CURSOR_BYTES_MAX",
    "findings in one answer": "WIRE_FINDINGS_MAX",
    "leases in a `Heartbeat`": "WIRE_LEASES_MAX",
    "memory of a decoded message": "WIRE_ARENA_BYTES_MAX",
}

problems = []


def same(what, page, code):
    for entry in sorted(set(code) - set(page)):
        problems.append(f"{what}: docs/protocol.md lacks {entry}")
    for entry in sorted(set(page) - set(code)):
        problems.append(f"{what}: docs/protocol.md has {entry}, the code does not")


def table_rows(text, first_column):
    """Cells of the table whose header begins with `first_column`."""
    rows, inside = [], False
    for line in text.splitlines():
        if line.startswith(f"| {first_column} |"):
            inside = True
        elif inside and line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif inside:
            return rows[1:]
    return rows[1:]


# ---- findings

def findings_of_code():
    text = (TOP / "core/finding_codes.h").read_text()
    entries = re.findall(r'^X\(\w+,\s*(\d+),\s*"(\w+)",\s*(ERROR|WARNING),\s*"((?:[^"\\]|\\.)*)"\)', text, re.MULTILINE)
    if len(entries) != len(re.findall(r"^X\(", text, re.MULTILINE)):
        problems.append("core/finding_codes.h has entries that this check cannot read")
    return sorted((int(number), word, severity, re.sub(r"%(\d)\$s", r"{\1}", sentence))
                  for number, word, severity, sentence in entries)


def findings_table(findings):
    lines = ["| code | word | | sentence |", "|---|---|---|---|"]
    for number, word, severity, sentence in findings:
        mark = "warning" if severity == "WARNING" else ""
        lines.append(f"| {number} | `{word}` | {mark} | {sentence.replace('|', chr(92) + '|')} |")
    return "\n".join(lines) + "\n"


def check_findings(page, write):
    wanted = findings_table(findings_of_code())
    begin, end = "<!-- findings -->\n", "<!-- end of findings -->"
    if begin not in page or end not in page:
        problems.append("docs/protocol.md has no marks around the table of findings")
        return
    before, rest = page.split(begin, 1)
    there, after = rest.split(end, 1)
    if write:
        PAGE.write_text(before + begin + wanted + end + after)
    else:
        same("findings", there.splitlines(), wanted.splitlines())
        if there != wanted and not problems:
            problems.append("findings: the table is in another order")
        if problems:
            problems.append("(tests/check/protocol.py --write makes the table of findings anew)")


# ---- numbers of the schema

def enum_of(proto, name):
    body = re.search(rf"enum {name} \{{(.*?)\}}", proto, re.DOTALL).group(1)
    return {word: int(number) for word, number in re.findall(r"(\w+) = (\d+);", body) if int(number) != 0}


def final_codes():
    text = (TOP / "common/codec.c").read_text()
    return dict(re.findall(r'\[WIRE_\w+\] = \{"(\w+)", (true|false)\}', text))


def check_codes(page, proto):
    final = final_codes()
    same("answer codes", [" ".join(row[:3]) for row in table_rows(page, "number")],
         [f"{number} `{word}` {'yes' if final.get(word) == 'true' else 'no'}"
          for word, number in enum_of(proto, "Code").items()])


def check_bodies(page, proto):
    body = re.search(r"oneof body \{(.*?)\}", proto, re.DOTALL).group(1)
    same("bodies", [" ".join(row[:2]) for row in table_rows(page, "field")],
         [f"{number} `{name}`" for name, number in re.findall(r"(\w+) \w+ = (\d+);", body)])


def check_names(page, proto):
    """Every message, and every word of an enum, is spoken of."""
    names = re.findall(r"^message (\w+)", proto, re.MULTILINE)
    for enum in ("What", "Action", "DocumentKind"):
        names += enum_of(proto, enum)
    for name in names:
        if not re.search(rf"`{name}`", page):
            problems.append(f"docs/protocol.md never names {name}")


def check_limits(page):
    text = (TOP / "common/codec.h").read_text()
    values = {name: eval(value, {"__builtins__": {}})  # pylint: disable=eval-used
              for name, value in re.findall(r"#define (WIRE_\w+_MAX) ([0-9 *()]+)", text)}
    rows = {row[0]: int(re.sub(r"[^0-9]", "", row[1])) for row in table_rows(page, "what")}
    same("limits", [f"{what}: {number}" for what, number in rows.items()],
         [f"{what}: {values[constant]}" for what, constant in LIMITS.items()])
    same("limits", LIMITS.values(), values)


# ---- the worked example

def example(page):
    """{name: bytes} of the blocks after <!-- example -->."""
    values = {}
    for block in re.findall(r"<!-- example -->\n```\n(.*?)```", page, re.DOTALL):
        name = None
        for line in block.splitlines():
            name = line[:11].strip() or name
            digits = re.split(r"\s{2,}", line[11:].strip())[0]
            values[name] = values.get(name, "") + digits.replace(" ", "")
    submit = values["submit"]
    return {name: bytes.fromhex(text.replace("<submit>", submit)) for name, text in values.items()}


def blake2b(*parts):
    return hashlib.blake2b(b"".join(parts), digest_size=32).digest()


def check_example(page):
    value = example(page)
    submit, receipt = value["submit"], value["receipt"]
    leaf = blake2b(b"\x00", receipt)
    root = blake2b(b"\x01", value["proof[0]"], leaf)
    wanted = {
        "envelope": b"\x08\x01\x10\x07\x62" + bytes([len(submit)]) + submit,
        "digest": blake2b(submit),
        "leaf": leaf,
        "root": root,
        "public_key": nacl.signing.SigningKey(bytes(range(32))).verify_key.encode(),
    }
    for name, computed in wanted.items():
        if value[name] != computed:
            problems.append(f"example: {name} is {computed.hex()}, not {value[name].hex()}")
    if not receipt.endswith(b"\x5a\x20" + value["digest"]):
        problems.append("example: the receipt does not hold the digest")
    try:
        nacl.signing.VerifyKey(value["public_key"]).verify(root, value["signature"])
    except nacl.exceptions.BadSignatureError:
        problems.append("example: the signature does not hold")


def main():
    page = PAGE.read_text()
    proto = re.sub(r"//.*", "", (TOP / "proto/thidua.proto").read_text())
    check_findings(page, "--write" in sys.argv[1:])
    check_codes(page, proto)
    check_bodies(page, proto)
    check_names(page, proto)
    check_limits(page)
    check_example(page)
    print(*problems, sep="\n", end="\n" if problems else "")
    return 1 if problems else 0


sys.exit(main())
