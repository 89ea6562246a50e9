#!/usr/bin/python3
"""docker-compose.yml names only things that exist: stages of the Dockerfile, programs, their options,
configuration keys, files, secrets; and every service is non-root, restarted and watched.

What a program knows is asked of the program itself (--help), so that a renamed option fails here.
"""

import functools
import os
import pathlib
import re
import subprocess
import sys

try:
    import yaml
except ImportError:
    print("skipped: python3-yaml is not installed")
    sys.exit(77)

TOP = pathlib.Path(os.environ.get("THIDUA_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
BUILD = pathlib.Path(os.environ.get("THIDUA_BUILD_DIR", TOP / "build/dev"))
# One-shot services: nothing to restart, nothing to watch.
ONE_SHOT = {"setup", "client"}
# Not programs of ours; what stands before the program in a command.
RUNNERS = {"env", "bash", "sh"}

# In every Debian, or linked by a sanitizer build only.
COMPILERS_OWN = {"libc6", "libgcc-s1", "libasan8", "libubsan1", "libgcc-12-dev"}

problems = []


def problem(*words):
    problems.append(" ".join(str(word) for word in words))


# Our programs, and the options by which each tells all it knows.
PROGRAMS = {"thidua": ("--help", "--man"), "thidua-server": ("--help",), "thidua-worker": ("--help",)}


def help_of(program):
    """What the program says of itself, or None while it is not built."""
    path = BUILD / "bin" / program
    if not path.exists():
        return None
    return "".join(subprocess.run([path, option], capture_output=True, text=True, check=False,
                                  env={"LC_ALL": "C.UTF-8"}).stdout for option in PROGRAMS[program])


HELP = {program: help_of(program) for program in PROGRAMS}


def knows(program, word):
    text = HELP[program]
    return text is None or re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) is not None


def check_command(where, words, variables=()):
    """words: a command line; its program and its options must exist."""
    words = list(words)
    while words and (words[0] in RUNNERS or re.match(r"^[A-Z_]+=", words[0])):
        if "=" in words[0]:
            variables = [*variables, words[0].split("=")[0]]
        words.pop(0)
    if not words or words[0].startswith("/"):
        return
    program, *arguments = words
    if program not in PROGRAMS:
        problem(where, "runs", program, "which is none of our programs")
        return
    for argument in arguments:
        if argument.startswith("--") and not knows(program, argument.split("=")[0]):
            problem(where, program, "has no option", argument)
    if program == "thidua" and arguments and not knows(program, arguments[0]):
        problem(where, program, "has no command", arguments[0])
    check_variables(where, program, variables)


def check_variables(where, program, variables):
    for variable in variables:
        if not variable.startswith("THIDUA_"):
            problem(where, "sets", variable, "which is not ours")
        elif not knows(program, variable) and not knows(program, variable.removeprefix("THIDUA_").lower()):
            problem(where, program, "does not know", variable)


def stages():
    text = (TOP / "docker/Dockerfile").read_text()
    return set(re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE))


def check_dockerfile():
    """Programs that the stages copy are installed by CMake; stage names follow them."""
    text = (TOP / "docker/Dockerfile").read_text()
    for name in re.findall(r"/out/usr/bin/(\S+)", text):
        if name not in PROGRAMS:
            problem("Dockerfile copies", name, "which is none of our programs")
    for line in re.findall(r'^(?:CMD|ENTRYPOINT) \[(.*)\]', text, re.MULTILINE):
        check_command("Dockerfile:", re.findall(r'"([^"]*)"', line))


def packages_of_stage(stage):
    """What the Dockerfile installs in a stage and in those it is built from."""
    text = (TOP / "docker/Dockerfile").read_text()
    parts = {name: (source, body) for source, name, body in
             re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", text, re.MULTILINE | re.DOTALL)}
    packages = set()
    while stage in parts:
        stage, body = parts[stage]
        for names in re.findall(r"--no-install-recommends ([^&]*)", body):
            packages |= set(names.replace("\\", " ").split())
    return packages


@functools.cache
def packages_of_program(program):
    """(library, packages that hold it) for every library the program is linked with."""
    path = BUILD / "bin" / program
    if not path.exists():
        return []
    linked = subprocess.run(["readelf", "--dynamic", "--wide", path], capture_output=True, text=True, check=True)
    libraries = re.findall(r"\(NEEDED\).*\[(.*)\]", linked.stdout)
    found = subprocess.run(["dpkg-query", "--search", *(f"*/{library}" for library in libraries)],
                           capture_output=True, text=True, check=False).stdout.splitlines()
    return [(library, {line.split(":")[0] for line in found if line.endswith(f"/{library}")})
            for library in libraries]


def check_libraries(stage, program):
    """Every library the program is linked with is in a package of its stage."""
    installed = packages_of_stage(stage)
    for library, packages in packages_of_program(program):
        if packages and not packages & (installed | COMPILERS_OWN):
            problem("the stage", stage, "lacks", library, "of", *packages)


def check_config_file(path, program):
    for number, line in enumerate((TOP / path).read_text().splitlines(), 1):
        line = line.strip()
        if not line or line.startswith((";", "#", "[")):
            continue
        key = line.split("=")[0].strip()
        if not knows(program, key):
            problem(f"{path}:{number}:", program, "has no key", key)


def secret_files():
    """The names docker/make-secrets can make: NAME-password, NAME.pgpass, NAME.key, NAME.pub."""
    text = (TOP / "docker/make-secrets").read_text()
    words = set(re.findall(r"[\w-]+", text))
    return lambda file: re.sub(r"(-password|\.pgpass|\.key|\.pub|\.env)$", "", file) in words


def check_secrets(compose):
    made = secret_files()
    for name, secret in compose["secrets"].items():
        file = pathlib.PurePath(secret["file"])
        if str(file.parent) != "docker/secrets" or not made(file.name):
            problem("secret", name, "is not made by docker/make-secrets")
    used = {name if isinstance(name, str) else name["source"]
            for service in compose["services"].values() for name in service.get("secrets", [])}
    for name in used - set(compose["secrets"]):
        problem("secret", name, "is not defined")
    for name in set(compose["secrets"]) - used:
        problem("secret", name, "is used by nobody")


def mounted_secrets(service):
    return {f"/run/secrets/{name if isinstance(name, str) else name['target']}" for name in service.get("secrets", [])}


def check_secret_paths(name, service, texts):
    """Every /run/secrets/X that the service's texts name is mounted there."""
    for text in texts:
        for path in re.findall(r"/run/secrets/[\w.-]+", text):
            if path not in mounted_secrets(service):
                problem(name, "names", path, "which is not mounted")


def check_mounts(name, service, volumes):
    """Files that are mounted exist; returns the texts of those that are ours."""
    texts = []
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if not source.startswith("."):
            if source not in volumes:
                problem(name, "mounts the volume", source, "which is not defined")
        elif source not in (".", "./docker/outbox"):
            path = TOP / source
            if not path.is_file():
                problem(name, "mounts", source, "which is not there")
            else:
                texts.append(path.read_text())
    return texts


def check_hardening(name, service):
    if str(service.get("user", "root")).split(":")[0] in ("root", "0"):
        problem(name, "runs as root")
    if service.get("cap_drop") != ["ALL"]:
        problem(name, "keeps capabilities")
    if "no-new-privileges:true" not in service.get("security_opt", []):
        problem(name, "may gain privileges")
    if "restart" not in service or (service["restart"] == "no") != (name in ONE_SHOT):
        problem(name, "has the wrong restart policy")


def check_connection(name, words):
    """A worker is well while it is connected: grep for the port of worker.conf in /proc/net/tcp."""
    port = re.search(r"^servers\s*=.*:(\d+)$", (TOP / "docker/worker.conf").read_text(), re.MULTILINE).group(1)
    if words != ["grep", "--quiet", f":{int(port):04X} 01 ", "/proc/net/tcp"]:
        problem(name, "does not look for a connection to port", port, "but runs", *words)


def check_health(name, service, compose):
    test = service.get("healthcheck", {}).get("test")
    if test is None:
        if name not in ONE_SHOT:
            problem(name, "has no health check")
    elif service["image"].startswith("thidua"):
        if test[0] != "CMD":
            problem(name, "has a health check that needs a shell")
        if test[1] == "grep":
            check_connection(name, test[1:])
        else:
            check_command(f"{name} (health):", test[1:])
    for other, how in service.get("depends_on", {}).items():
        target = compose["services"].get(other)
        if target is None:
            problem(name, "depends on", other, "which is no service")
        elif how["condition"] == "service_healthy" and "healthcheck" not in target:
            problem(name, "waits for the health of", other, "which has no health check")
        elif how["condition"] == "service_completed_successfully" and other not in ONE_SHOT:
            problem(name, "waits for the end of", other)


def check_programs(name, service):
    target = service["build"]["target"]
    if target not in stages():
        problem(name, "is built from the stage", target, "which the Dockerfile lacks")
    if not (TOP / service["build"]["dockerfile"]).is_file():
        problem(name, "has no", service["build"]["dockerfile"])
    program = "thidua" if target == "client" else f"thidua-{target}"
    check_libraries(target, program)
    check_command(f"{name}:", service.get("command", []))
    check_variables(f"{name}:", program, service.get("environment", {}))
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        if source.endswith(".conf"):
            check_config_file(source, program)


def check_script_options(path, program):
    """Options in a script of the containers."""
    for option in re.findall(r"(?<=\s)--[a-z-]+", re.sub(r"#.*", "", (TOP / path).read_text())):
        if not knows(program, option):
            problem(path, program, "has no option", option)


def main():
    compose = yaml.safe_load((TOP / "docker-compose.yml").read_text())
    check_dockerfile()
    check_secrets(compose)
    check_script_options("docker/setup.sh", "thidua-server")
    for name, service in compose["services"].items():
        texts = check_mounts(name, service, compose["volumes"])
        check_secret_paths(name, service, [*texts, str(service.get("environment", "")),
                                           str(service.get("healthcheck", ""))])
        check_hardening(name, service)
        check_health(name, service, compose)
        if service["image"].startswith("thidua"):
            check_programs(name, service)
    print(*problems, sep="\n", end="\n" if problems else "")
    missing = [program for program, text in HELP.items() if text is None]
    if missing:
        print("not built, so not asked:", *missing)
    return 1 if problems else 0


sys.exit(main())
