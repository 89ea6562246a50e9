"""Identities for tests: a new key, on record with a role; and the environment to use it with."""

import os

from thidua_test import succeeded


def key_file(stack, name):
    return stack.top / f"{name}.key"


def new_key(stack, name):
    """Makes a key of one's own; its public half."""
    return succeeded(stack.thidua("key", "new", "--file", key_file(stack, name))).stdout.strip()


def environment(stack, name):
    return {"THIDUA_KEY_FILE": str(key_file(stack, name)), "THIDUA_OUTBOX": str(stack.top / f"{name}.db")}


def enrol(stack, name, role, unit=""):
    """A new key on record, with its environment."""
    public = new_key(stack, name)
    where = ["--unit", unit] if unit else []
    succeeded(stack.thidua("key", "add", "--role", role, *where, "--name", name, "--", public))
    return environment(stack, name)
