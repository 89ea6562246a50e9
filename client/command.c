// The tables. A row more here (and its handler) is a command more everywhere.
#include "client/command.h"

#include "common/codec.h"
#include "common/words.h"

const struct client_option client_options[OPT_COUNT] = {
    [OPT_HELP] = {"help", NULL, NULL, NULL, N_("show this help, or that of a command")},
    [OPT_SERVERS] = {"servers", N_("LIST"), NULL, "THIDUA_SERVERS",
                     N_("addresses of the servers, separated by commas")},
    [OPT_SERVER_KEY] = {"server-key", N_("KEY"), NULL, "THIDUA_SERVER_KEY",
                        N_("public key of the servers")},
    [OPT_KEY] = {"key", N_("FILE"), NULL, "THIDUA_KEY_FILE",
                 N_("file with your own key (~/.config/thidua/identity.key)")},
    [OPT_OUTBOX] = {"outbox", N_("FILE"), NULL, "THIDUA_OUTBOX",
                    N_("file that keeps what is to be sent (~/.local/share/thidua/outbox.db)")},
    [OPT_LANG] = {"lang", "vi|en", "vi|en", "THIDUA_LANG", N_("language of messages and tables")},
    [OPT_TIMEOUT] = {"timeout", N_("SECONDS"), NULL, "THIDUA_TIMEOUT",
                     N_("how long to try to reach a server (15)")},
    [OPT_VERSION] = {"version", NULL, NULL, NULL, N_("show the version")},
    [OPT_MAN] = {"man", NULL, NULL, NULL, N_("print the man page")},
    [OPT_COMPLETION] = {"completion", "bash", "bash", NULL,
                        N_("print the completion rules for a shell")},
    [OPT_CSV] = {"csv", NULL, NULL, NULL, N_("print as CSV")},
    [OPT_JSON] = {"json", NULL, NULL, NULL, N_("print as JSON")},
    [OPT_WAIT] = {"wait", NULL, NULL, NULL, N_("return only when it is done")},
    [OPT_DRY_RUN] = {"dry-run", NULL, NULL, NULL, N_("check everything, change nothing")},
    [OPT_DECIMAL] = {"decimal", "point|comma", "point|comma", NULL,
                     N_("decimal sign of the file; with comma, 1.920 is 1920 and 38,5 is 38.5")},
    [OPT_REPLACE] = {"replace", NULL, NULL, NULL,
                     N_("the file is the whole list; what it does not name goes")},
    [OPT_ALL] = {"all", NULL, NULL, NULL, N_("what has been sent as well")},
    [OPT_UNIT] = {"unit", N_("UNIT"), NULL, NULL, N_("code of a unit")},
    [OPT_SCOPE] = {"scope", "period|to_date", "period|to_date", NULL,
                   N_("figures of the period alone or up to its end")},
    [OPT_AWARD] = {"award", N_("AWARD"), NULL, NULL, N_("code of an award")},
    [OPT_RUN] = {"run", N_("N"), NULL, NULL, N_("number of a run instead of the published one")},
    [OPT_FILE] = {"file", N_("FILE"), NULL, NULL, N_("file to write the new key to")},
    [OPT_ROLE] = {"role", "ROLE", "clerk|leader|officer|auditor|admin|worker", NULL,
                  N_("clerk, leader, officer, auditor, admin or worker")},
    [OPT_NAME] = {"name", N_("NAME"), NULL, NULL, N_("who holds the key")},
    [OPT_DAYS] = {"days", N_("N"), NULL, NULL,
                  N_("how long the key is valid; without it for ever")},
    [OPT_REQUEUE] = {"requeue", NULL, NULL, NULL,
                     N_("put what the server does not have back, to be sent again")},
    [OPT_HEAD] = {"head", N_("FILE"), NULL, NULL,
                  N_("signed head of the audit that was kept elsewhere")},
    [OPT_UNTIL] = {"until", N_("DATE"), NULL, NULL, N_("last day of the exception: 2022-05-31")},
    [OPT_REASON] = {"reason", N_("TEXT"), NULL, NULL, N_("why; kept for ever")},
    [OPT_SIGNER] = {"signer", N_("PUBLIC"), NULL, NULL,
                    N_("the key that must have signed, as thidua ping shows it (receipt key)")},
    [OPT_SIGN] = {"sign", N_("PUBLIC"), NULL, NULL,
                  N_("public half of the key that a leader signs with (key show)")},
    [OPT_OF_VERSION] = {"of-version", N_("N"), NULL, NULL,
                        N_("the version that is meant; without it the newest")},
};

#define FORMATS (TAKES(OPT_CSV) | TAKES(OPT_JSON))
#define LOADS (FORMATS | TAKES(OPT_REPLACE) | TAKES(OPT_DRY_RUN))
#define FIGURES (FORMATS | TAKES(OPT_UNIT) | TAKES(OPT_RUN))
#define PERIOD_LEFT_OUT \
    N_("Without PERIOD the latest that has begun; of a campaign that is over, its last one.")
#define CHECKED_WHOLE                                                                             \
    N_("The whole file is checked first. With an error in it nothing is changed, and all errors " \
       "are shown with their places.")

const struct command commands[] = {
    {"unit load", "FILE", 1, 1, LOADS, DOCUMENT_UNITS, load_run,
     N_("load the tree of units from a CSV file"), CHECKED_WHOLE, "thidua unit load units.csv"},
    {"campaign check", "FILE", 1, 1, FORMATS, DOCUMENT_CAMPAIGN, load_run,
     N_("check a campaign file without loading it"),
     N_("Errors and warnings are shown with their places; the exit code is 6 when there are any."),
     "thidua campaign check campaign.yaml"},
    {"campaign load", "FILE", 1, 1, FORMATS | TAKES(OPT_DRY_RUN), DOCUMENT_CAMPAIGN, load_run,
     N_("load a campaign from a YAML file"), CHECKED_WHOLE, "thidua campaign load campaign.yaml"},
    {"campaign list", "", 0, 0, FORMATS, QUERY_CAMPAIGNS, show_run, N_("list the campaigns"), NULL,
     "thidua campaign list"},
    {"target load", "CAMPAIGN FILE", 2, 2, LOADS, DOCUMENT_TARGETS, load_run,
     N_("load the targets of the units"), CHECKED_WHOLE,
     "thidua target load chi-lang-2022 targets.csv"},
    {"adjust load", "CAMPAIGN FILE", 2, 2, LOADS, DOCUMENT_ADJUSTMENTS, load_run,
     N_("load the council's added and deducted points"), CHECKED_WHOLE,
     "thidua adjust load chi-lang-2022 adjustments.csv"},
    {"nominate", "CAMPAIGN FILE", 2, 2, LOADS, DOCUMENT_NOMINATIONS, load_run,
     N_("load nominations for awards"), CHECKED_WHOLE,
     "thidua nominate chi-lang-2022 nominations.csv"},
    {"decide", "CAMPAIGN FILE", 2, 2, LOADS, DOCUMENT_DECISIONS, load_run,
     N_("load the council's decisions on what was undecided"), CHECKED_WHOLE,
     "thidua decide chi-lang-2022 decisions.csv"},
    {"submit", "CAMPAIGN FILE…", 2, ARGUMENT_FILES_MAX + 1,
     FORMATS | TAKES(OPT_WAIT) | TAKES(OPT_DRY_RUN) | TAKES(OPT_DECIMAL), 0, submit_run,
     N_("hand in results"),
     N_("The results are saved in the outbox before anything is sent. When no server can be reached "
        "they stay there, the exit code is 75, and they are sent with the next submit or by outbox "
        "send. A file that holds more than a submission may, or results of several offices, is "
        "divided. The receipts are printed and kept in the outbox."),
     "thidua submit chi-lang-2022 results-2022-06.csv --decimal comma"},
    {"outbox", "", 0, 0, FORMATS | TAKES(OPT_ALL), 0, outbox_list_run,
     N_("list what waits to be sent or was refused"), NULL, "thidua outbox"},
    {"outbox list", "", 0, 0, FORMATS | TAKES(OPT_ALL), 0, outbox_list_run,
     N_("list what waits to be sent or was refused"), NULL, "thidua outbox list --all"},
    {"outbox send", "", 0, 0, FORMATS | TAKES(OPT_WAIT), 0, outbox_send_run,
     N_("send what waits in the outbox"), NULL, "thidua outbox send --wait"},
    {"outbox show", "ID", 1, 1, FORMATS, 0, outbox_show_run,
     N_("show a submission with its receipt or the reasons of its refusal"),
     N_("The signature of the receipt is verified anew."), "thidua outbox show 12"},
    {"outbox verify", "", 0, 0, FORMATS | TAKES(OPT_ALL) | TAKES(OPT_REQUEUE), 0, outbox_verify_run,
     N_("compare the receipts kept here with what the server has on record"),
     N_("For the time after the server's database was restored from a backup. Every receipt's "
        "signature is verified anew. With --requeue what is missing there waits to be sent again, "
        "under its old number and with its old content; what has been replaced since by a later "
        "submission does not. Exit code 0: all is on record; 6: the list says what is not; 75: it "
        "has been put back."),
     "thidua outbox verify --requeue"},
    {"outbox drop", "ID", 1, 1, 0, 0, outbox_drop_run, N_("take a submission out of the outbox"),
     N_("What has been sent stays with the server; only the receipt kept here goes."),
     "thidua outbox drop 12"},
    {"form", "CAMPAIGN UNIT PERIOD", 3, 3, FORMATS, QUERY_FORM, show_run,
     N_("print the CSV file that a unit has to fill in"), NULL,
     "thidua form chi-lang-2022 06520 2022-06 > results-2022-06.csv"},
    {"missing", "CAMPAIGN [PERIOD]", 1, 2, FORMATS | TAKES(OPT_UNIT), QUERY_MISSING, missing_run,
     N_("list who has reported on time, late or not yet"),
     N_("The forms of each office, one for each unit that reports: expected is the sum of on time, late "
        "and missing. A form is there when none of its cells is missing, not applicable being an "
        "answer like any other; late when that came after the due time. Assessed points are no part "
        "of it. With --unit each missing cell at or below a unit. Without PERIOD the latest that has "
        "begun; of a campaign that is over, its last one."),
     "thidua missing chi-lang-2022 2022-06"},
    {"remind", "CAMPAIGN [PERIOD]", 1, 2, FORMATS | TAKES(OPT_UNIT), QUERY_REPORTING, remind_run,
     N_("write to the offices that have not reported"),
     N_("A letter for each office that still owes a form, divided by lines of three dashes; with --csv or "
        "--json a row. Those that have reported, or have said that there is nothing to report, get none. "
        "Without PERIOD the latest that has begun; of a campaign that is over, its last one."),
     "thidua remind chi-lang-2022 2022-06 --lang vi"},
    {"nothing", "CAMPAIGN UNIT PERIOD", 3, 3, FORMATS | TAKES(OPT_WAIT) | TAKES(OPT_DRY_RUN),
     QUERY_MISSING, nothing_run, N_("say that there is nothing to report"),
     N_("Hands in “not applicable” for each cell of the unit and those below it that is still missing. "
        "What was handed in stays as it is. It is a submission like any other, with its receipt."),
     "thidua nothing chi-lang-2022 06520.07 2022-06"},
    {"unlock", "CAMPAIGN OFFICE PERIOD", 3, 3, TAKES(OPT_UNTIL) | TAKES(OPT_REASON), 0, unlock_run,
     N_("open a locked period for the clerks of one office"),
     N_("An officer gives the exception with its last day and its reason, both obligatory; it ends with "
        "that day. One given later for the same office and period takes its place: it prolongs, "
        "shortens, or with a day that is over closes again. What is handed in under it is late "
        "all the same. Officers need none for what they hand in themselves."),
     "thidua unlock chi-lang-2022 06520 2022-Q1 --until 2022-05-31 --reason 'Mất điện do bão'"},
    {"exceptions", "CAMPAIGN", 1, 1, FORMATS | TAKES(OPT_UNIT), QUERY_EXCEPTIONS, show_run,
     N_("list who was let in after the lock, by whom and why"),
     N_("The newest first; open is the newest one of an office and period until it ends. With --unit "
        "those of one office."),
     "thidua exceptions chi-lang-2022"},
    {"reports", "CAMPAIGN [PERIOD]", 1, 2, FORMATS | TAKES(OPT_UNIT), QUERY_REPORTS, show_run,
     N_("list how the report of each office stands: submitted, signed, verified or returned"),
     PERIOD_LEFT_OUT, "thidua reports chi-lang-2022 2022-06"},
    {"report", "CAMPAIGN OFFICE PERIOD", 3, 3, FORMATS | TAKES(OPT_OF_VERSION), 0, report_run,
     N_("show the report of an office: its cells, its version and its digest"),
     N_("A report is all that the office has handed in for the period; its version is the acceptance "
        "number of the newest submission. Points that the council has verified stand beside the "
        "office's own; they are no part of the version."),
     "thidua report chi-lang-2022 06520 2022-06"},
    {"sign", "CAMPAIGN OFFICE PERIOD", 3, 3, TAKES(OPT_OF_VERSION), ACTION_SIGN, step_run,
     N_("sign off the report of your office (leaders)"),
     N_("The cells are fetched, their digest is made here and signed with your key. When the report has "
        "changed since the version that is meant, nothing is signed (exit code 4)."),
     "thidua sign chi-lang-2022 06520 2022-06"},
    {"verify", "CAMPAIGN OFFICE PERIOD", 3, 3, TAKES(OPT_OF_VERSION), ACTION_VERIFY, step_run,
     N_("verify the report of an office that its leader has signed off (officers)"),
     N_("When the report has changed since the version that is meant, nothing is verified (exit code "
        "4)."),
     "thidua verify chi-lang-2022 06520 2022-06"},
    {"return", "CAMPAIGN OFFICE PERIOD", 3, 3, TAKES(OPT_OF_VERSION) | TAKES(OPT_REASON),
     ACTION_RETURN, step_run, N_("return the report of an office with a reason (officers)"),
     N_("The office reads the reason in its history, hands in what is right, and has that signed off "
        "again."),
     "thidua return chi-lang-2022 06520 2022-06 --reason 'Diện tích của Thôn 5 chưa khớp'"},
    {"history", "CAMPAIGN OFFICE [PERIOD]", 2, 3, FORMATS, QUERY_HISTORY, show_run,
     N_("show what happened to the reports of an office: submissions, signatures, returns"),
     N_("Every signature is verified; the exit code is 6 when one does not hold."),
     "thidua history chi-lang-2022 06520 2022-06"},
    {"run start", "CAMPAIGN [PERIOD]", 1, 2, TAKES(OPT_WAIT), 0, run_start_run,
     N_("start a run: roll up, score, rank, propose awards"),
     N_("The number of the run is printed. With --wait the command returns when it is published "
        "(exit code 0) or has failed (1)."),
     "thidua run start chi-lang-2022 2022-06 --wait"},
    {"run list", "[CAMPAIGN]", 0, 1, FORMATS, QUERY_RUNS, show_run, N_("list the runs"), NULL,
     "thidua run list"},
    {"run show", "N", 1, 1, FORMATS, QUERY_RUN, show_run, N_("show how a run stands"), NULL,
     "thidua run show 7"},
    {"run compare", "A B", 2, 2, FORMATS, 0, run_compare_run,
     N_("compare two runs: who moved, and which cells moved them"),
     N_("Both are published runs of one campaign. Shown are the documents of another version; each unit "
        "whose rank, total, adjustments, class or eligibility changed, with the indicators whose points "
        "did, and of those the cells that differ between the two: before and after, the submission, who "
        "sent it and when; and the awards that went elsewhere. Runs of two periods compare what was "
        "reached by the end of each."),
     "thidua run compare 7 9"},
    {"run export", "N DIRECTORY", 2, 2, 0, 0, run_export_run,
     N_("write a published run with everything it was computed from"),
     N_("The directory must not exist, or be empty. It takes its name when everything is in it. "
        "Whoever has it can compute the run anew, without the server."),
     "thidua run export 7 run-7"},
    {"run verify", "N|DIRECTORY", 1, 1, FORMATS | TAKES(OPT_SIGNER), 0, run_verify_run,
     N_("hold a run against its seal and against what it was computed from"),
     N_("A directory that run export has made is verified from its files alone; of a number the "
        "server is asked. Everything is computed anew. What differs is shown with file, line and "
        "column; the exit code is 6 then, and 0 when all agrees. Without --signer it is said which "
        "key has signed, and that it was held against nothing. A directory whose name is a number "
        "is written ./7."),
     "thidua run verify run-7 --signer "
     "6f1c0b2d2c3e8d6b9a57e9b1d7a3c4f08e5d6c7b8a9f00112233445566778899"},
    {"run what-if", "N|DIRECTORY FILE", 2, 2, FORMATS, 0, run_what_if_run,
     N_("rank a run under other weights, targets, rules or without some units"),
     N_("Beside what was published; nothing is stored. FILE is YAML and has any of: rules: FILE (a whole "
        "campaign file in place of the run's), points: [{indicator: FOOD, points: 25}] (other weights; "
        "all points of the rule change in proportion), targets: [{unit: '06520', indicator: FOOD, "
        "target: 180}] (without unit of all that the list of targets does not name), exclude: ['06523']. "
        "All that is wrong with it is named at once. A run is given by its number, or as a directory "
        "that run export has made."),
     "thidua run what-if 7 what-if.yaml"},
    {"run sensitivity", "N|DIRECTORY", 1, 1, FORMATS, 0, run_sensitivity_run,
     N_("show how surely a run ranks and commends"),
     N_("For each ranked unit the best and the worst rank it would have if the weight of one indicator "
        "(the points of its rule, not its bonus) were ten per cent less or more, and which one does it; "
        "then each award that would be decided otherwise if points were not rounded, or if one "
        "self-assessed figure that nobody has verified did not count."),
     "thidua run sensitivity 7"},
    {"show rollup", "CAMPAIGN [PERIOD]", 1, 2, FIGURES | TAKES(OPT_SCOPE), QUERY_ROLLUP, show_run,
     N_("show the figures added up"), PERIOD_LEFT_OUT,
     "thidua show rollup chi-lang-2022 2022-06 --unit 06520 --scope to_date"},
    {"show scores", "CAMPAIGN [PERIOD]", 1, 2, FIGURES, QUERY_SCORES, show_run,
     N_("show the points of the competing units"), PERIOD_LEFT_OUT,
     "thidua show scores chi-lang-2022 --csv"},
    {"show ranking", "CAMPAIGN [PERIOD]", 1, 2, FIGURES, QUERY_RANKING, show_run,
     N_("show the ranking"), PERIOD_LEFT_OUT, "thidua show ranking chi-lang-2022 --lang vi"},
    {"show awards", "CAMPAIGN [PERIOD]", 1, 2, FIGURES | TAKES(OPT_AWARD), QUERY_AWARDS, show_run,
     N_("show who is commended, and why others are not"),
     N_("For people one list for each award, the highest first, with names, totals and votes; with "
        "--csv and --json the published lines. Without PERIOD the latest that has begun; of a "
        "campaign that is over, its last one."),
     "thidua show awards chi-lang-2022 --award MERIT-UNIT"},
    {"show decisions", "CAMPAIGN [PERIOD]", 1, 2, FORMATS | TAKES(OPT_RUN), QUERY_DECISIONS,
     show_run, N_("show the council's decisions, and which of them closed something"),
     PERIOD_LEFT_OUT, "thidua show decisions chi-lang-2022"},
    {"show uncounted", "CAMPAIGN [PERIOD]", 1, 2, FIGURES, QUERY_UNCOUNTED, show_run,
     N_("show the cells that are kept but count nowhere"), PERIOD_LEFT_OUT,
     "thidua show uncounted chi-lang-2022"},
    {"explain", "CAMPAIGN UNIT [PERIOD]", 2, 3, FORMATS | TAKES(OPT_RUN), QUERY_EXPLAIN, show_run,
     N_("explain the rank of a unit line by line"),
     N_("Every line with its fraction, target, rule and points, the distance to the neighbours, and the "
        "smallest change of one figure that would pass the unit above. Without PERIOD the latest that "
        "has begun; of a campaign that is over, its last one."),
     "thidua explain chi-lang-2022 06520"},
    {"trace", "CAMPAIGN UNIT INDICATOR [PERIOD]", 3, 4, FORMATS | TAKES(OPT_RUN) | TAKES(OPT_SCOPE),
     QUERY_TRACE, show_run, N_("trace a figure down to the submissions it comes from"),
     N_("From the unit down to each leaf and its entries: who sent them, when, in which submission, and "
        "whether they count. The last row adds up again what counts; it is the figure. Without PERIOD "
        "the latest that has begun; of a campaign that is over, its last one."),
     "thidua trace chi-lang-2022 06520 poverty 2022-06"},
    {"job list", "", 0, 0, FORMATS | TAKES(OPT_RUN), QUERY_JOBS, show_run,
     N_("list the jobs that are not done"), NULL, "thidua job list"},
    {"job retry", "N", 1, 1, 0, 0, job_retry_run, N_("put a dead job back"), NULL,
     "thidua job retry 31"},
    {"key new", "", 0, 0, TAKES(OPT_FILE), 0, key_new_run,
     N_("make a key of your own and print its public half"),
     N_("The file is for you alone. Send the public half to an administrator, who lets it in by "
        "key add."),
     "thidua key new --file clerk.key"},
    {"key show", "", 0, 0, FORMATS | TAKES(OPT_FILE), 0, key_show_run,
     N_("show the public halves of your own key"),
     N_("The first one is for key add, the second one, of leaders who sign off reports, for its option "
        "--sign."),
     "thidua key show --file leader.key"},
    {"key add", "PUBLIC", 1, 1,
     TAKES(OPT_SIGN) | TAKES(OPT_ROLE) | TAKES(OPT_UNIT) | TAKES(OPT_NAME) | TAKES(OPT_DAYS), 0,
     key_add_run, N_("let the holder of a key in"), NULL,
     "thidua key add 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7' --role clerk --unit 06520 "
     "--name 'Y Tịch'"},
    {"key invite", "", 0, 0, TAKES(OPT_ROLE) | TAKES(OPT_UNIT) | TAKES(OPT_NAME) | TAKES(OPT_DAYS),
     0, key_invite_run, N_("print a code by which somebody puts a key of his own on record"),
     N_("The code can be used once, within 24 hours. Tell it to nobody but the one who is to have "
        "the key. An officer gives codes for clerks, leaders and officers of his own units."),
     "thidua key invite --role clerk --unit 06520 --name 'Y Tịch'"},
    {"key enrol", "[CODE]", 0, 1, TAKES(OPT_FILE), 0, key_enrol_run,
     N_("make a key of your own and put it on record by a code"),
     N_("Without CODE it is read from the standard input, where others who use the computer do not "
        "see it."),
     "thidua key enrol"},
    {"key rotate", "", 0, 0, TAKES(OPT_FILE) | TAKES(OPT_DAYS), 0, key_rotate_run,
     N_("make a new key to take the place of your own"),
     N_("The new key is written to the file; the old one is valid for some days more (--days, 7), "
        "so that it can be replaced wherever it is used."),
     "thidua key rotate --file identity-2.key"},
    {"key revoke", "PUBLIC", 1, 1, 0, 0, key_revoke_run, N_("shut the holder of a key out"), NULL,
     "thidua key revoke 'rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7'"},
    {"key list", "", 0, 0, FORMATS, QUERY_KEYS, show_run, N_("list the keys"), NULL,
     "thidua key list"},
    {"audit list", "[N]", 0, 1, FORMATS, QUERY_AUDIT, show_run,
     N_("list who did what and what was refused"),
     N_("Of the last N days, the newest first; without N of one day."), "thidua audit list 7"},
    {"audit verify", "", 0, 0, TAKES(OPT_HEAD), 0, audit_verify_run,
     N_("check that the audit was not changed"),
     N_("Every row is chained to the one before it. The first row that does not hold is named, and "
        "the exit code is 6. A chain that was cut off or written anew as a whole is found with a "
        "head that the server has signed and somebody has kept elsewhere."),
     "thidua audit verify --head /media/usb/audit-head"},
    {"ping", "", 0, 0, FORMATS, 0, ping_run, N_("ask whether a server is there and who you are"),
     NULL, "thidua ping"},
};
const size_t command_count = sizeof commands / sizeof commands[0];
