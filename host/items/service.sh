# A virtual service in the kernel's IPVS table (../table.sh), as the health daemon fills it:
# service KEY planned_lines settle_seconds when_down repair log check fallback drain_seconds on_timeout.
#   planned_lines   its lines of the table
#   settle_seconds  what the daemon may take to fill it
#   when_down       what becomes of a real server whose health check fails: removed or quiesced
#   repair          what systemctl is told to have the daemon fill the table again
#   log             where the daemon says why a real server is out
#   check           what run_check takes
#   fallback        ADDRESS:PORT that comes and goes with the health of the real servers, so it is not looked at; or empty
#   drain_seconds   how long a real server that leaves may keep its connections; then on_timeout: stop or proceed
#
# What takes a while is done for all services at once, as one real server may be out of many: waiting, and asking.

# Once for each run.
table_is_settled=

service_read() {
  local planned_lines "${@:2}"
  find_differences
  wanted=${planned_lines//$'\n'/; }
  found=${found_of[$1]:-$wanted}
}

# A table that somebody else has changed, or a drain that was cut off has left, becomes right again when the health
# daemon fills it again. Where weight 0 may also be the health check's doing, that does no harm.
service_set() {
  settle_table
  [ -z "${found_of[$1]:-}" ] || fail "service $1: ${found_of[$1]}, not $wanted; see $daemon_log on this host"
}

# Waits for the daemon, for all services together and once in a run. Then it repairs all but real servers that are missing:
# the daemon adds these once their check passes. The table is set before the daemon is told: ldirectord removes and adds again
# a real server that it finds at weight 0, which ends its connections, and keepalived ignores what is there already.
settle_table() {
  local key
  [ -z "$table_is_settled" ] || return 0
  table await <<<"$planned_services"
  compare_table lenient "$planned_services"
  if [ ${#out_of[@]} -gt 0 ] || [ ${#found_of[@]} -gt 0 ]; then
    find_missed
    compare_table weights "$planned_services"
    if [ ${#found_of[@]} -gt 0 ]; then
      change_table "$planned_services" repair
      # shellcheck disable=SC2086 # a verb and a unit
      tell_unit $daemon_repair
      table await <<<"$planned_services"
    fi
    missed=''
    compare_table lenient "$planned_services"
  fi
  for key in "${!out_of[@]}"; do
    [ -n "${found_of[$key]:-}" ] || note "$host: warning: $key: health check fails, so it gets no connections: ${out_of[$key]}"
  done
  table_is_compared=1 table_is_settled=1
}

service_save() { table lines "$1" >"$2/lines"; }

service_save_all() {
  local proto address rest key entry
  local -A lines_of=()
  while read -r proto address rest; do
    [ -z "$proto" ] || lines_of["$proto $address"]+="$proto $address $rest"$'\n'
  done <<<"$(table lines "$@")"
  for key in "$@"; do
    entry_of "$state/before" "service $key"
    printf '%s' "${lines_of[$key]:-}" >"$entry.new/lines"
  done
}

service_restore_all() {
  local entry kept rules=''
  local -a keys=()
  for entry in "$@"; do
    IFS= read -r -d '' kept <"$entry/lines" || true
    rules+=$kept
    keys+=("${entry##*/service }")
  done
  change_table "$rules" restore "${keys[@]}"
}
