#!/usr/bin/python3
"""The README's tables of options are those of the programs, word for word and in both directions;
its test command is what the CI runs; the files it points to are there.

tests/check/readme.py --write   writes the tables anew from what the programs say
"""

import os
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("THIDUA_BUILD_DIR", TOP / "build/dev"))
PAGE = TOP / "README.md"

problems = []


def ask(program, *arguments):
    path = BUILD / "bin" / program
    if not path.exists():
        print("skipped:", path, "is not built")
        sys.exit(77)
    environment = {"LC_ALL": "C.UTF-8", "HOME": "/nonexistent", "THIDUA_LANG": "en"}
    return subprocess.run([path, *arguments], capture_output=True, text=True, check=True, env=environment).stdout


def code(text):
    return f"`{text}`" if text else ""


def service_table(program):
    """Of --help: the command line, then the settings with their variables and defaults."""
    text = ask(program, "--help")
    lines = ["| setting | environment | default | |", "|---|---|---|---|"]
    for name, variable, rest in re.findall(r"^  (\w+) \((THIDUA_\w+)\)\n((?:      .*\n)+)", text, re.MULTILINE):
        meaning, *others = [line.strip() for line in rest.splitlines()]
        default = ""
        for other in others:
            default = "required" if other == "required" else code(other.removeprefix("default: "))
        # Where the migrations are depends on where the program was built to be installed.
        default = re.sub(r"`[^`]*/share/thidua/sql`", "`PREFIX/share/thidua/sql`", default)
        lines.append(f"| `{name}` | `{variable}` | {default} | {meaning} |")
    usage = re.split(r"^  \w+ \(THIDUA_", text, maxsplit=1, flags=re.MULTILINE)[0].strip()
    return "```\n" + usage + "\n```\n\n" + "\n".join(lines) + "\n"


def plain(roff):
    """Text of a line of a man page."""
    text = re.sub(r"\\f[BRI]", "", roff).replace(r"\-", "-").replace(r"\(ti", "~").replace(r"\&", "")
    return text.replace(r"\e", "\\")


def client_table():
    """Of the man page, which names the variables too."""
    page = ask("thidua", "--man")
    lines = ["| option | environment | |", "|---|---|---|"]
    for section in re.split(r"^\.SH ", page, flags=re.MULTILINE):
        if not section.startswith("OPTIONS"):
            continue
        for entry in section.split(".TP\n")[1:]:
            option, meaning, *others = [plain(line) for line in entry.splitlines()]
            variable = next((other.strip("()") for other in others if other.startswith("(THIDUA_")), "")
            lines.append(f"| `{option.replace('|', chr(92) + '|')}` | {code(variable)} | {meaning} |")
    return "\n".join(lines) + "\n"


def check_table(page, name, wanted):
    """Returns the page with the table as it should be."""
    mark, end = f"<!-- options of {name} -->\n", "<!-- end of options -->"
    before, found, rest = page.partition(mark)
    there, closed, after = rest.partition(end)
    if not found or not closed:
        problems.append(f"README.md has no marks for the options of {name}")
        return page
    for line in sorted(set(wanted.splitlines()) - set(there.splitlines())):
        problems.append(f"README.md lacks, of {name}: {line}")
    for line in sorted(set(there.splitlines()) - set(wanted.splitlines())):
        problems.append(f"README.md has, of {name}, what the program does not say: {line}")
    if there != wanted and not problems:
        problems.append(f"README.md has the options of {name} in another order")
    return before + mark + wanted + end + after


def check_settings_dump():
    """--dump-config names what --help names (the server's has no required setting)."""
    dumped = re.findall(r"^(\w+) =", ask("thidua-server", "--dump-config"), re.MULTILINE)
    helped = re.findall(r"^  (\w+) \(THIDUA_", ask("thidua-server", "--help"), re.MULTILINE)
    if dumped != helped:
        problems.append(f"thidua-server: --dump-config and --help differ: {sorted(set(dumped) ^ set(helped))}")


def check_commands(page):
    commands = re.findall(r"^(scripts/\w+)$", page, re.MULTILINE)
    if commands[:2] != ["scripts/demo", "scripts/test"]:
        problems.append(f"README.md: the two commands are {commands[:2]}")
    if "\nexec scripts/test\n" not in (TOP / ".ci/run").read_text():
        problems.append(".ci/run runs something else than the README's test command")


def check_links(page):
    for path in re.findall(r"\]\(([^)#:]+)\)", page):
        if not (TOP / path).exists():
            problems.append(f"README.md points to {path}, which is not there")


def main():
    page = PAGE.read_text()
    check_commands(page)
    check_links(page)
    check_settings_dump()
    wanted = page
    for program in ("thidua-server", "thidua-worker"):
        wanted = check_table(wanted, program, service_table(program))
    wanted = check_table(wanted, "thidua", client_table())
    if "--write" in sys.argv[1:]:
        PAGE.write_text(wanted)
        return 0
    print(*problems, sep="\n", end="\n" if problems else "")
    if problems:
        print("(tests/check/readme.py --write makes the tables anew)")
    return 1 if problems else 0


sys.exit(main())
