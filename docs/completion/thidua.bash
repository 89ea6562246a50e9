# bash completion for thidua; made by: thidua --completion bash
_thidua_words() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}
_thidua_files() {
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
}
_thidua() {
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    COMPREPLY=()
    case $before in
    --servers) return ;;
    --server-key) return ;;
    --key) _thidua_files; return ;;
    --outbox) _thidua_files; return ;;
    --lang) _thidua_words 'vi en'; return ;;
    --timeout) return ;;
    --completion) _thidua_words 'bash'; return ;;
    --decimal) _thidua_words 'point comma'; return ;;
    --unit) return ;;
    --scope) _thidua_words 'period to_date'; return ;;
    --award) return ;;
    --run) return ;;
    --file) _thidua_files; return ;;
    --role) _thidua_words 'clerk leader officer auditor admin worker'; return ;;
    --name) return ;;
    --days) return ;;
    --head) _thidua_files; return ;;
    --until) return ;;
    --reason) return ;;
    --signer) return ;;
    --sign) return ;;
    --of-version) return ;;
    esac
    local words='unit campaign target adjust nominate decide submit outbox form missing remind nothing unlock exceptions reports report sign verify return history run show explain trace job key audit ping'
    if [ "$COMP_CWORD" -eq 1 ] && [[ $word != -* ]]; then
        _thidua_words "$words"
        return
    fi
    words=
    case ${COMP_WORDS[1]} in
    unit) words='load' ;;
    campaign) words='check load list' ;;
    target) words='load' ;;
    adjust) words='load' ;;
    outbox) words='list send show verify drop' ;;
    run) words='start list show compare export verify what-if sensitivity' ;;
    show) words='rollup scores ranking awards decisions uncounted' ;;
    job) words='list retry' ;;
    key) words='new show add invite enrol rotate revoke list' ;;
    audit) words='list verify' ;;
    esac
    if [ "$COMP_CWORD" -eq 2 ] && [ -n "$words" ] && [[ $word != -* ]]; then
        _thidua_words "$words"
        return
    fi
    local options command=${COMP_WORDS[1]}
    [[ -n $words && ${COMP_WORDS[2]-} != -* ]] && command="$command ${COMP_WORDS[2]-}"
    case $command in
    'unit load') options='--csv --json --dry-run --replace' ;;
    'campaign check') options='--csv --json' ;;
    'campaign load') options='--csv --json --dry-run' ;;
    'campaign list') options='--csv --json' ;;
    'target load') options='--csv --json --dry-run --replace' ;;
    'adjust load') options='--csv --json --dry-run --replace' ;;
    'nominate') options='--csv --json --dry-run --replace' ;;
    'decide') options='--csv --json --dry-run --replace' ;;
    'submit') options='--csv --json --wait --dry-run --decimal' ;;
    'outbox') options='--csv --json --all' ;;
    'outbox list') options='--csv --json --all' ;;
    'outbox send') options='--csv --json --wait' ;;
    'outbox show') options='--csv --json' ;;
    'outbox verify') options='--csv --json --all --requeue' ;;
    'outbox drop') options='' ;;
    'form') options='--csv --json' ;;
    'missing') options='--csv --json --unit' ;;
    'remind') options='--csv --json --unit' ;;
    'nothing') options='--csv --json --wait --dry-run' ;;
    'unlock') options='--until --reason' ;;
    'exceptions') options='--csv --json --unit' ;;
    'reports') options='--csv --json --unit' ;;
    'report') options='--csv --json --of-version' ;;
    'sign') options='--of-version' ;;
    'verify') options='--of-version' ;;
    'return') options='--reason --of-version' ;;
    'history') options='--csv --json' ;;
    'run start') options='--wait' ;;
    'run list') options='--csv --json' ;;
    'run show') options='--csv --json' ;;
    'run compare') options='--csv --json' ;;
    'run export') options='' ;;
    'run verify') options='--csv --json --signer' ;;
    'run what-if') options='--csv --json' ;;
    'run sensitivity') options='--csv --json' ;;
    'show rollup') options='--csv --json --unit --scope --run' ;;
    'show scores') options='--csv --json --unit --run' ;;
    'show ranking') options='--csv --json --unit --run' ;;
    'show awards') options='--csv --json --unit --award --run' ;;
    'show decisions') options='--csv --json --run' ;;
    'show uncounted') options='--csv --json --unit --run' ;;
    'explain') options='--csv --json --run' ;;
    'trace') options='--csv --json --scope --run' ;;
    'job list') options='--csv --json --run' ;;
    'job retry') options='' ;;
    'key new') options='--file' ;;
    'key show') options='--csv --json --file' ;;
    'key add') options='--unit --role --name --days --sign' ;;
    'key invite') options='--unit --role --name --days' ;;
    'key enrol') options='--file' ;;
    'key rotate') options='--file --days' ;;
    'key revoke') options='' ;;
    'key list') options='--csv --json' ;;
    'audit list') options='--csv --json' ;;
    'audit verify') options='--head' ;;
    'ping') options='--csv --json' ;;
    esac
    options="$options --help --servers --server-key --key --outbox --lang --timeout"
    if [[ $word == -* ]]; then
        _thidua_words "$options"
    else
        _thidua_files
    fi
}
complete -o filenames -F _thidua thidua
