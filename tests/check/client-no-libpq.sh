#!/bin/bash
# The client runs on clerks' machines: no libpq, neither linked nor called.
set -euo pipefail
. "$(dirname "$0")/_lib.sh"

client=$build/bin/thidua
[ -x "$client" ] || skip "there is no client yet"

violations_from "the client links" < <(readelf --dynamic --wide "$client" | grep -E 'NEEDED.*libpq' || true)
violations_from "the client calls" < <(nm --dynamic --undefined-only "$client" | grep -E ' PQ[a-z]' || true)
finish
