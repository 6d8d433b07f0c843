# A virtual service in the kernel's IPVS table, as the health daemon fills it:
# service "PROTOCOL VIP:PORT" planned_rules settle_seconds when_down repair log check fallback.
#   planned_rules   the lines that table_rules must print for it
#   settle_seconds  what the daemon may take to fill it
#   when_down       what becomes of a real server whose health check fails: removed or quiesced
#   repair          what systemctl is told to have the daemon fill the table again
#   log             where the daemon says why a real server is out
#   check           what run_check takes
#   fallback        ADDRESS:PORT that comes and goes with the health of the real servers, so its line is not looked at; or empty
#
# What takes a while is done for all services at once, as one real server may be out of many: waiting, and asking.

# Rules by service, once for each comparison.
declare -A rules_of=()
table_is_read=
# Lines "PROTOCOL VIP:PORT ADDRESS:PORT", once for each comparison.
missed=
missed_is_known=
# Once for each run.
table_is_settled=
# Starting checks goes on for so long; who is not asked counts as out by its health check.
longest_asking_seconds=4
asking_since=
# Of the health daemon.
waiting_since=

# Prints what `ipvsadm -Sn` does, sorted, with the connection thresholds that it leaves out.
table_rules() {
  awk '
    BEGIN { flag["TCP"] = "-t"; flag["UDP"] = "-u"; flag["FWM"] = "-f" }
    !rules && $1 in flag { service = flag[$1] " " $2 }
    !rules && $1 == "->" && $3 + $4 > 0 { thresholds[service " -r " $2] = " -x " $3 " -y " $4 }
    rules { sub(/ +$/, ""); print $0 thresholds[$2 " " $3 " -r " $5] }' \
    <(ipvsadm -Ln --thresholds 2>/dev/null) rules=1 <(ipvsadm -Sn 2>/dev/null) | sort
}

read_table() {
  local line
  rules_of=()
  while IFS= read -r line; do
    [[ "$line " =~ ^-[Aa]\ -([tu])\ ([^ ]+)\  ]] || continue
    case ${BASH_REMATCH[1]} in
      t) rules_of["tcp ${BASH_REMATCH[2]}"]+=$line$'\n' ;;
      u) rules_of["udp ${BASH_REMATCH[2]}"]+=$line$'\n' ;;
    esac
  done < <(table_rules)
  table_is_read=1
}

# pick_rules "PROTOCOL VIP:PORT" [FALLBACK:PORT]: sets `rules` to its lines, sorted; empty where the table has none.
pick_rules() {
  local line all=${rules_of[$1]:-}
  rules=${all%$'\n'}
  [[ -n ${2:-} && $all == *" -r $2 "* ]] || return 0
  rules=''
  while IFS= read -r line; do
    [[ $line == *" -r $2 "* ]] || rules+=${rules:+$'\n'}$line
  done <<<"${all%$'\n'}"
}

# kernel_rules "PROTOCOL VIP:PORT" [FALLBACK:PORT]: sets `rules` to those of this moment.
kernel_rules() {
  read_table
  pick_rules "$@"
  table_is_read=''
}

# While converging the kernel's rules count as they are, so that the table is full before the VIP appears. Right after
# that, whoever is missing may be on the way in.
service_read() {
  local rules planned_rules when_down fallback "${@:2}"
  wanted=$planned_rules
  [ -n "$table_is_read" ] || read_table
  pick_rules "$1" "$fallback"
  found=${rules:-absent}
  [ "$mode" != converge ] && [ -n "$rules" ] && [ "$rules" != "$planned_rules" ] || return 0
  [ "$mode" != inspect ] || find_missed
  health_as_planned "$1" "$planned_rules" "$when_down"
}

# health_as_planned "PROTOCOL VIP:PORT" PLANNED removed|quiesced: sets `found` to `rules`, with the effects of health checks
# taken out. A real server of PLANNED counts as in place if it is out of the table and not missed. It does too if it has
# weight 0, and either health checks quiesce or it is withdrawn (../reading.sh tells of withdrawn ones by themselves).
health_as_planned() {
  local line to present
  found=${rules%%$'\n'*}
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    [[ $line == -a* ]] || continue
    if [[ $'\n'$rules != *$'\n'"$to "* ]]; then
      [ "$mode" != inspect ] || ! is_missed "$1 ${to##* }" || continue
      present=$line
    else
      present=${rules#*"$to "}
      present="$to ${present%%$'\n'*}"
      [[ "$present " != *' -w 0 '* ]] || { [ "$3" != quiesced ] && ! is_withdrawn "$1" "${to##* }"; } || present=$line
    fi
    found+=$'\n'$present
  done <<<"$2"
  while IFS= read -r line; do
    [[ $line != -a* || $'\n'$2 == *$'\n'"${line%% -[gim] *} "* ]] || found+=$'\n'$line
  done <<<"$rules"
}

# is_missed "PROTOCOL VIP:PORT ADDRESS:PORT"
is_missed() { [[ $'\n'$missed$'\n' == *$'\n'"$1"$'\n'* ]]; }

# Sets `missed` to the real servers that should be in the table: their check passes, and the daemon's log does not say that
# the daemon removed them. One that has just come back is not among them, as the daemon adds it at its next check. All are
# asked at once.
find_missed() {
  local -A said_of=()
  [ -z "$missed_is_known" ] || return 0
  asking_since=$SECONDS
  each service hear_daemon
  missed=$(each service ask_missing; wait)
  missed_is_known=1
}

# Sets `said_of` to the daemon's last word on each "VIP:PORT ADDRESS:PORT": Added, Restored, Adding; or Deleted,
# Quiescent, Removing. All services have the same daemon.
hear_daemon() {
  local word service to log "${@:2}"
  [ ${#said_of[@]} -eq 0 ] || return 0
  said_of[nobody]=''
  while read -r word service to; do said_of["$service $to"]=$word; done < <(daemon_log "$log" | daemon_words)
}

# daemon_log LOG: a file of ldirectord's, or "the journal of UNIT".
daemon_log() {
  case $1 in
    /*) [ ! -e "$1" ] || cat "$1" ;;
    *) journalctl --quiet --no-pager --boot --output cat --unit "${1##* }" ;;
  esac
}

# ldirectord: Deleted real server: ADDRESS:PORT (VIP:PORT). keepalived: Removing service [ADDRESS]:tcp:PORT from VS
# [VIP]:tcp:PORT.
daemon_words() {
  sed -nE -e 's/.*\b(Added|Restored|Quiescent|Deleted) real server: ([0-9.:]+) \(([0-9.:]+)\).*/\1 \3 \2/p' \
    -e 's/.*\b(Adding|Removing|Enabling|Disabling) service \[([0-9.]+)\]:[a-z]+:([0-9]+) [a-z]+ VS \[([0-9.]+)\]:[a-z]+:([0-9]+).*/\1 \4:\5 \2:\3/p'
}

# Prints "PROTOCOL VIP:PORT ADDRESS:PORT" of each real server of a service that is missed.
ask_missing() {
  local rules line to planned_rules check fallback "${@:2}"
  pick_rules "$1" "$fallback"
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    [[ $line == -a* && $'\n'$rules != *$'\n'"$to "* ]] || continue
    to=${to##* }
    case ${said_of["${1#* } $to"]:-} in Deleted | Quiescent | Removing | Disabling) continue ;; esac
    [ "$((SECONDS - asking_since))" -lt "$longest_asking_seconds" ] || break
    { ! run_check "$check" "${1#* }" "$to" 5 >/dev/null 2>&1 || printf '%s\n' "$1 $to"; } &
  done <<<"$planned_rules"
}

# A table that somebody else has changed, or a drain that was cut off has left, becomes right again when the health
# daemon fills it again. Where weight 0 may also be the health check's doing, that does no harm.
service_set() {
  local mode=verify rules line out='' planned_rules log fallback "${@:2}"
  settle_table
  service_read "$@"
  [ "$found" = "$wanted" ] || fail "service $1: ${found//$'\n'/; }, not ${wanted//$'\n'/; }; see $log on this host"
  pick_rules "$1" "$fallback"
  while IFS= read -r line; do
    [[ $'\n'$rules$'\n' == *$'\n'"$line"$'\n'* || $line != *' -r '* ]] || out+=" ${line#* -r }"
  done <<<"$planned_rules"
  [ -z "$out" ] || note "$host: warning: $1: health check fails, so it gets no connections:$out"
}

# Waits for the daemon, for all services together and once in a run. Then it repairs every rule but those of real servers
# that are missing: the daemon adds these once their check passes. Rules are set before the daemon is told: ldirectord
# removes and adds again a real server that it finds at weight 0, which ends its connections, and keepalived ignores rules
# that are there already.
settle_table() {
  local repairs='' remedy=''
  [ -z "$table_is_settled" ] || return 0
  await_table
  missed_is_known=''
  each service find_repairs
  if [ -n "$remedy" ]; then
    sed '/^-[^a]/!d' <<<"$repairs" | ipvsadm -R
    # shellcheck disable=SC2086 # a verb and a unit
    systemctl $remedy
    await_table
  fi
  table_is_settled=1
}

# Until every service is as planned, or has had its time.
await_table() {
  local unfilled=1
  waiting_since=$SECONDS
  while [ -n "$unfilled" ]; do
    read_table
    unfilled=''
    each service find_unfilled
    [ -z "$unfilled" ] || sleep 0.2
  done
}

find_unfilled() {
  local rules planned_rules settle_seconds fallback "${@:2}"
  pick_rules "$1" "$fallback"
  [ "$rules" = "$planned_rules" ] || [ "$((SECONDS - waiting_since))" -ge "$settle_seconds" ] || unfilled=1
}

find_repairs() {
  local mode=inspect rules wanted found planned_rules repair fallback "${@:2}"
  service_read "$@" when_down=removed
  [ "$found" != "$wanted" ] || return 0
  pick_rules "$1" "$fallback"
  repairs+=$(rule_changes "$rules" "$planned_rules")$'\n' remedy=$repair
}

service_save() {
  local rules
  kernel_rules "$1"
  printf '%s' "$rules" >"$2/rules"
}

service_restore() {
  local rules flag=-t
  [ "${1%% *}" != udp ] || flag=-u
  kernel_rules "$1"
  if [ -s "$2/rules" ]; then
    rule_changes "$rules" "$(cat "$2/rules")" | ipvsadm -R
  elif [ -n "$rules" ]; then
    ipvsadm -D "$flag" "${1#* }"
  fi
}

# rule_changes PRESENT WANTED: the lines that lead from one to the other without ending a connection that may go on.
rule_changes() {
  local line to
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    case $line in
      -A*) [ -z "$1" ] || line=-E${line#-A} ;;
      *) [[ $1$'\n' != *"$to "* ]] || line=-e${line#-a} ;;
    esac
    printf '%s\n' "$line"
  done <<<"$2"
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    [[ $line != -a* || $2$'\n' == *"$to "* ]] || printf '%s\n' "-d${to#-a}"
  done <<<"$1"
}
