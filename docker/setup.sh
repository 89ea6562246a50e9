#!/bin/bash
# Runs in the setup service of docker-compose.yml: brings the schema up to date and enrols the keys
# that docker/make-secrets made. Safe to run again.
set -euo pipefail

server() {
    thidua-server --config /etc/thidua/server.conf "$@"
}

# enrol ROLE NAME
enrol() {
    server --allow "$1" - "$(cat "/run/secrets/${2//-/_}_pub")" "$2"
}

server --migrate
enrol admin admin
enrol auditor probe
enrol worker worker-1
enrol worker worker-2
