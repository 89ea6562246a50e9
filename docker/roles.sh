#!/bin/bash
# Runs once in the postgres container, when the cluster is made: the roles that log in over the
# network get their passwords here; the migrations find them and grant them their rights.
set -euo pipefail

psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username=postgres --dbname=thidua <<'SQL'
\set server_password `cat /run/secrets/server_password`
\set worker_password `cat /run/secrets/worker_password`
CREATE ROLE thidua_server LOGIN PASSWORD :'server_password';
CREATE ROLE thidua_worker LOGIN PASSWORD :'worker_password';
SQL
