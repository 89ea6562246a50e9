// Settings of thidua-server.
#include "server/options.h"

#include "common/words.h"

const struct option server_options[SERVER_OPTIONS] = {
    {"listen_clients", OPTION_TEXT, "tcp://*:7401", 0, 0, N_("where clients connect")},
    {"listen_workers", OPTION_TEXT, "tcp://*:7402", 0, 0, N_("where workers connect")},
    {"database", OPTION_TEXT, "dbname=thidua user=thidua_server", 0, 0,
     N_("connection to PostgreSQL as thidua_server")},
    {"database_admin", OPTION_TEXT, "dbname=thidua", 0, 0,
     N_("connection for --migrate and --allow, as the owner of the schema")},
    {"key_file", OPTION_SECRET_FILE, "/etc/thidua/server.key", 0, 0,
     N_("identity file; equal servers share one")},
    {"sql_dir", OPTION_TEXT, THIDUA_SQL_DIR, 0, 0, N_("directory of the migrations")},
    {"name", OPTION_TEXT, "", 0, 0, N_("name of this server; empty: host and process")},
    {"nightly_at", OPTION_TIME, "01:00", 0, 0, N_("local time of the night's runs")},
    {"lease_seconds", OPTION_NUMBER, "15", 1, 3600, N_("lease of a worker on a job")},
    {"statement_seconds", OPTION_NUMBER, "30", 1, 3600, N_("longest statement in the database")},
    {"batch_submissions", OPTION_NUMBER, "512", 1, 4096, N_("most submissions in one commit")},
    {"ingest_mib", OPTION_NUMBER, "64", 1, 65536,
     N_("memory for submissions that wait; beyond it the answer is BUSY")},
    {"load_mib", OPTION_NUMBER, "128", 32, 65536, N_("memory for documents that are being sent")},
    {"queries_waiting", OPTION_NUMBER, "256", 1, 65536,
     N_("most queries at a time; beyond it the answer is BUSY")},
    {"audit_head_file", OPTION_TEXT, "", 0, 0,
     N_("file for the signed head of the audit, to be kept elsewhere; empty: none")},
    {"audit_head_minutes", OPTION_NUMBER, "10", 1, 1440, N_("how often it is written")},
    {"connections_max", OPTION_NUMBER, "20000", 1, 1000000, N_("most clients connected at a time")},
    {"messages_per_second", OPTION_NUMBER, "1000", 1, 1000000,
     N_("most messages of a key, most submissions of an office; beyond it BUSY")},
    {"kib_per_second", OPTION_NUMBER, "32768", 1024, 16777216,
     N_("most KiB of a key, and for an office; beyond it BUSY")},
    {"drain_seconds", OPTION_NUMBER, "10", 1, 600, N_("longest time to end in")},
    {"log_level", OPTION_TEXT, "info", 0, 0, N_("error, warn, info or debug")},
};
