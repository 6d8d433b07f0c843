# A virtual service in the kernel's IPVS table, as the health daemon fills it:
# service "PROTOCOL VIP:PORT" RULES SETTLE_SECONDS removed|quiesced REPAIR LOG [FALLBACK:PORT]; RULES are the lines that
# table_rules must print for it. The fourth word says what becomes of a real server whose health check fails. REPAIR is
# what systemctl is told to have the daemon fill the table again, LOG where it says why a real server is out. FALLBACK
# comes and goes with the health of the real servers, so its line is not looked at.

# Prints what `ipvsadm -Sn` does, sorted, with the connection thresholds that it leaves out.
table_rules() {
  awk '
    BEGIN { flag["TCP"] = "-t"; flag["UDP"] = "-u"; flag["FWM"] = "-f" }
    !rules && $1 in flag { service = flag[$1] " " $2 }
    !rules && $1 == "->" && $3 + $4 > 0 { thresholds[service " -r " $2] = " -x " $3 " -y " $4 }
    rules { sub(/ +$/, ""); print $0 thresholds[$2 " " $3 " -r " $5] }' \
    <(ipvsadm -Ln --thresholds 2>/dev/null) rules=1 <(ipvsadm -Sn 2>/dev/null) | sort
}

# kernel_rules "PROTOCOL VIP:PORT" [FALLBACK:PORT]: sets `rules` to the kernel's lines, sorted; empty where it has none.
kernel_rules() {
  local flag=-t line
  [ "${1%% *}" != udp ] || flag=-u
  rules=''
  while IFS= read -r line; do
    [[ -z ${2:-} || $line != *" -r $2 "* ]] || continue
    [[ "$line " != *" $flag ${1#* } "* ]] || rules+=$line$'\n'
  done < <(table_rules)
  rules=${rules%$'\n'}
}

# While converging the kernel's rules count as they are, so that the table is full before the VIP appears. Right after
# that, whoever is missing may be on the way in.
service_read() {
  local rules missed=''
  wanted=$2
  kernel_rules "$1" "${7:-}"
  found=${rules:-absent}
  [ "$mode" != converge ] && [ -n "$rules" ] || return 0
  [ "$mode" != inspect ] || missed=$(missed_rules "$1" "$rules" "$2" "$6")
  found=$(health_as_planned "$1" "$rules" "$2" "$4" "$missed")
}

# health_as_planned "PROTOCOL VIP:PORT" PRESENT PLANNED removed|quiesced MISSED: PRESENT, but with a real server as it is
# in PLANNED that is out of the table and not MISSED, or at weight 0 where that is the health check's way or it is
# withdrawn, which is told apart from the table (../reading.sh).
health_as_planned() {
  local line to counted=''
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    if [[ "$line " != *' -w 0 '* || $3 != *"$to "* ]] || ! { [ "$4" = quiesced ] || is_withdrawn "$1" "${to##* }"; }; then
      counted+=$line$'\n'
    fi
  done <<<"$2"
  while IFS= read -r line; do
    [[ $line != -a* || $counted == *"${line%% -[gim] *} "* || $'\n'$5$'\n' == *$'\n'"$line"$'\n'* ]] ||
      counted+=$line$'\n'
  done <<<"$3"
  sort <<<"${counted%$'\n'}"
}

# missed_rules "PROTOCOL VIP:PORT" PRESENT PLANNED LOG: prints the lines of PLANNED whose real server is out of the table
# though not by its health check. All are asked at once.
missed_rules() {
  local line to
  while IFS= read -r line; do
    to=${line%% -[gim] *}
    [[ $line == -a* && $2$'\n' != *"$to "* ]] || continue
    { ! is_missed "$1" "${to##* }" "$4" || printf '%s\n' "$line"; } &
  done <<<"$3"
  wait
}

# is_missed "PROTOCOL VIP:PORT" ADDRESS:PORT LOG: ldirectord has not taken it out, by its own word in LOG, and its check
# passes. One that comes back is put in at the daemon's next check.
is_missed() {
  local said check
  said=$(tac "$3" 2>/dev/null |
    grep -m 1 -oE "(Added|Restored|Quiescent|Deleted) real server: ${2//./[.]} \\(${1#* }\\)") || true
  [[ $said != [QD]* ]] || return 1
  check=$(drain_terms "$1" | cut -d '|' -f 3)
  if [ -n "$check" ]; then run_check "$check" "${1#* }" "$2" 5 >/dev/null 2>&1; else [ -n "$said" ]; fi
}

# A table that somebody else has changed, or a drain that was cut off has left, becomes right again when the health
# daemon fills it again. Where weight 0 may also be the health check's doing, that does no harm.
service_set() {
  local rules line out='' lines
  await_rules "$@"
  settled inspect "${@:1:3}" removed "${@:5}" || repair_table "$@"
  settled verify "$@" ||
    fail "service $1: ${found//$'\n'/; }, not ${wanted//$'\n'/; }; see $6 on this host"
  mapfile -t lines <<<"$2"
  for line in "${lines[@]}"; do
    [[ $'\n'$rules$'\n' == *$'\n'"$line"$'\n'* || $line != *' -r '* ]] || out+=" ${line#* -r }"
  done
  [ -z "$out" ] || note "$host: warning: $1: health check fails, so it gets no connections:$out"
}

# All but who comes in, which is for the daemon's checks to say. Weights first: ldirectord takes a real server that it
# finds at weight 0 out and in again, which ends its connections; keepalived looks at nothing that is there already.
repair_table() {
  rule_changes "$rules" "$2" | sed '/^-a/d' | ipvsadm -R
  # shellcheck disable=SC2086 # a verb and a unit
  systemctl $5
  await_rules "$@"
}

await_rules() {
  local deadline=$((SECONDS + $3))
  kernel_rules "$1" "${7:-}"
  while [ "$rules" != "$2" ] && [ "$SECONDS" -lt "$deadline" ]; do
    sleep 0.2
    kernel_rules "$1" "${7:-}"
  done
}

# settled inspect|verify "PROTOCOL VIP:PORT"…: whether it is as planned; `inspect` asks whoever is missing.
settled() {
  local mode=$1
  shift
  service_read "$@"
  [ "$found" = "$wanted" ]
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
