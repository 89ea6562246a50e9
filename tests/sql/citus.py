#!/usr/bin/env python3
"""sql/citus.sql fits the schema, and the schema and the programs keep the rules that let it be distributed
by office. Citus itself is not asked: two functions of its names note what they are called with."""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "lib"))
from sql_session import migrate  # noqa: E402
from thidua_test import SOURCE, Stack, equal, succeeded  # noqa: E402

DISTRIBUTED = ["form", "rollup", "submission"]
REFERENCE = ["campaign", "indicator", "unit"]
STUBS = """
CREATE TABLE public.noted (what text, name text, part text, beside text);
CREATE FUNCTION public.create_reference_table(t regclass) RETURNS void LANGUAGE sql AS
$$ INSERT INTO public.noted VALUES ('reference', (SELECT relname FROM pg_class WHERE oid = t)) $$;
CREATE FUNCTION public.create_distributed_table(t regclass, part text, colocate_with text DEFAULT '') RETURNS void LANGUAGE sql AS
$$ INSERT INTO public.noted VALUES ('distributed', (SELECT relname FROM pg_class WHERE oid = t), part, colocate_with) $$;
"""


def run_file(stack):
    stack.sql(STUBS)
    text = (SOURCE / "sql/citus.sql").read_text().replace("SET search_path = thidua;", "SET search_path = thidua, public;")
    succeeded(stack.run("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction", input=text))
    equal(stack.sql("SELECT what, name, part FROM public.noted ORDER BY 1, 2"),
          [["distributed", name, "office"] for name in DISTRIBUTED] + [["reference", name, ""] for name in REFERENCE], "tables")
    # Reference tables come first: foreign keys may point to nothing else.
    words = [line.split("(")[0].split()[-1] for line in text.splitlines() if line.startswith("SELECT create_")]
    equal(words, sorted(words, reverse=True), "order of the calls")


def try_tables(stack):
    tables = ", ".join(f"'thidua.{name}'::regclass" for name in DISTRIBUTED)
    equal(stack.sql("SELECT i.indexrelid::regclass FROM pg_index i WHERE i.indisunique AND i.indrelid IN (" + tables + ") AND NOT "
                    "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = i.indrelid AND a.attname = 'office' "
                    "AND a.attnum = ANY (i.indkey))"), [], "unique keys without the office")
    equal(stack.sql(f"SELECT count(*) FROM pg_index WHERE indisprimary AND indrelid IN ({tables})"), [["3"]], "primary keys")
    equal(stack.sql(f"SELECT tgname, tgrelid::regclass FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN ({tables})"), [],
          "triggers")
    equal(stack.sql("SELECT conname FROM pg_constraint WHERE contype = 'f' AND "
                    f"(conrelid IN ({tables}) OR confrelid IN ({tables}))"), [], "foreign keys from or to distributed tables")
    equal(stack.sql(f"SELECT attrelid::regclass, attname FROM pg_attribute WHERE attrelid IN ({tables}) AND attnum > 0 AND "
                    "(attidentity <> '' OR atthasdef)"), [], "sequences and defaults")
    equal(stack.sql(f"SELECT attrelid::regclass FROM pg_attribute WHERE attrelid IN ({tables}) AND attname = 'office' AND "
                    "attnotnull"), [[f"thidua.{name}"] for name in ("submission", "form", "rollup")], "the office is never empty")
    equal(stack.sql("SELECT conrelid::regclass, confrelid::regclass FROM pg_constraint WHERE contype = 'f' AND conrelid IN "
                    "('thidua.campaign'::regclass, 'thidua.indicator'::regclass, 'thidua.unit'::regclass)"),
          [["thidua.indicator", "thidua.campaign"]], "foreign keys of reference tables")


def statements():
    """Texts of SQL: literals of C sources put together, and the migrations' functions and views."""
    for directory in ("server", "worker", "common"):
        for file in sorted((SOURCE / directory).glob("*.c")):
            for literals in re.findall(r'(?:"(?:[^"\\]|\\.)*"\s*)+', file.read_text()):
                yield file.name, "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
    for file in sorted((SOURCE / "sql").glob("[0-9]*.sql")):
        for statement in re.split(r";\s*\n", re.sub(r"--[^\n]*", "", file.read_text())):
            yield file.name, " ".join(statement.split())


def try_joins():
    """Two distributed tables in one FROM are joined by the office."""
    table = r"(?:thidua\.)?(?:submission|form|rollup)\b"
    found = 0
    for place, text in statements():
        for join in re.finditer(rf"\bJOIN\s+{table}\s+(\w+)\s+ON\s+(.*?)(?=\bJOIN\b|\bWHERE\b|\bCROSS\b|$)", text):
            before = text[:join.start()]
            if not re.search(rf"\bFROM\s+{table}", before):
                continue
            found += 1
            alias = join.group(1)
            if not re.search(rf"\b{alias}\.office = [^=]*\.office|\w+\.office = {alias}\.office", join.group(2)):
                raise AssertionError(f"{place}: joined without the office: {join.group(0)}")
    assert found >= 3, f"only {found} joins of distributed tables were seen"


def main():
    try_joins()
    with Stack("--database-only") as stack:
        migrate(stack)
        run_file(stack)
        try_tables(stack)


if __name__ == "__main__":
    main()
