# Real servers that leave a virtual service get no new connections and time for those they have:
# drain table terms, a line "PROTOCOL VIP:PORT|SECONDS|stop or proceed|CHECK|STAYS STAYS…" each; CHECK is what run_check
# takes, STAYS is ADDRESS:PORT, with ! before that of the fallback.
# A service that is no longer planned drains on the terms of the last run that knew it.

drain_read() {
  local protocol vip key to weight connections
  local -A terms_of=()
  local terms "${@:2}"
  wanted=nobody found='' leaving=()
  # Afterwards, who does not belong into a table is told by the item of its service.
  is_changing || { found=$wanted; return 0; }
  unmute_services
  keep_drain_terms "$terms"
  while IFS= read -r -u 7 key; do terms_of[$key]=$(drain_terms "$key" "$terms"); done 7< <(held_services)
  while read -r protocol vip to weight connections; do
    key="$protocol $vip"
    [[ -n ${terms_of[$key]:-} && "$weight $connections" != '0 0' ]] || continue
    [[ " ${terms_of[$key]##*|} " == *[\ !]"$to "* ]] || leaving+=("$key|$to|${terms_of[$key]%|*}") found+="$to "
  done < <(table_shares)
  found=${found:-$wanted}
}

drain_set() {
  local line key to terms "${@:2}"
  for line in "${leaving[@]}"; do
    key=${line%%|*}
    admit_staying "$key" "$(drain_terms "$key" "$terms")"
  done
  note "$host: draining $found"
  drain_all
  for line in "${leaving[@]}"; do
    IFS='|' read -r key to _ <<<"$line"
    leave_stand_in "$key" "$to"
  done
}

# admit_staying KEY TERMS: who is to stay and answers is in the table before another leaves; the health daemon gives them
# their weights later.
admit_staying() {
  local to check
  check=$(cut -d '|' -f 3 <<<"$2")
  [ -n "$check" ] || return 0
  for to in ${2##*|}; do
    if [[ $to != !* ]] && [ -z "$(share_of "$1" "$to")" ] && run_check "$check" "${1#* }" "$to" 2>/dev/null; then
      printf '%s\n' "-a $(protocol_flag "$1") ${1#* } -r $to -g -w 1" | ipvsadm -R
    fi
  done
}

# What a failed run puts back: the weights of those that were to leave.
drain_save() {
  local line key to
  for line in "${leaving[@]}"; do
    IFS='|' read -r key to _ <<<"$line"
    keep_share "$key" "$to" >>"$2/rules"
  done
}

drain_restore() {
  local key to rule
  while IFS='|' read -r -u 7 key to rule; do return_share "$key" "$to" "$rule"; done 7<"$2/rules"
}

# Services of ours, planned or not, by what is kept of them.
held_services() { [ ! -e "$state/before/order" ] || sed -n 's/^service //p' "$state/before/order" | sort -u; }

# keep_drain_terms TERMS
keep_drain_terms() {
  touch "$state/drain"
  printf '%s\n' "$1" | cat - "$state/drain" | awk -F '|' 'NF && !seen[$1]++' >"$state/drain.new"
  mv "$state/drain.new" "$state/drain"
}

# drain_terms KEY [TERMS]: prints SECONDS|CHOICE|CHECK|STAYS; nobody stays in a service that TERMS do not name.
drain_terms() {
  local key=$1 line kept
  while IFS= read -r line; do
    [ "${line%%|*}" != "$key" ] || { printf '%s' "${line#*|}"; return 0; }
  done <<<"${2:-}"
  kept=$(grep -sF -- "$key|" "$state/drain") || kept="$key|60|stop||"
  kept=${kept#*|}
  printf '%s|' "${kept%|*}"
}

# real_servers_of KEY: ADDRESS:PORT of each, as the kernel has them.
real_servers_of() {
  local rules
  kernel_rules "$1"
  sed -n 's/^-a .* -r \([^ ]*\) .*/\1/p' <<<"$rules"
}

# has_share KEY ADDRESS:PORT: whether it gets new connections or has old ones.
has_share() {
  local share
  share=$(share_of "$1" "$2")
  [ -n "$share" ] && [ "$share" != '0 0' ]
}

# share_of KEY ADDRESS:PORT: prints "WEIGHT CONNECTIONS"; nothing where the kernel does not have it.
share_of() { table_shares "$(protocol_flag "$1")" "${1#* }" | awk -v to="$2" '$3 == to { print $4, $5 }'; }

# table_shares [-t|-u VIP:PORT]: prints "PROTOCOL VIP:PORT ADDRESS:PORT WEIGHT CONNECTIONS" of each real server. IPVS counts
# connections of UDP as inactive, all of them.
table_shares() {
  ipvsadm -Ln "$@" 2>/dev/null | awk '
    /^(TCP|UDP|FWM)/ { service = tolower($1) " " $2; udp = $1 == "UDP" }
    $1 == "->" && $4 ~ /^[0-9]+$/ { print service, $2, $4, udp ? $5 + $6 : $5 }'
}

protocol_flag() { if [ "${1%% *}" = udp ]; then echo -u; else echo -t; fi; }

# keep_share KEY ADDRESS:PORT: prints "KEY|ADDRESS:PORT|RULE"; RULE gives it back its weight and its thresholds.
keep_share() {
  local rules line
  kernel_rules "$1"
  line=$(grep -F -- " -r $2 " <<<"$rules") || return 0
  printf '%s|%s|%s\n' "$1" "$2" "-e${line#-a}"
}

# return_share KEY ADDRESS:PORT RULE: where the health check has taken it out meanwhile, the check also puts it back.
return_share() {
  local verb=-e
  if [ -z "$(share_of "$1" "$2")" ]; then
    has_stand_in "$1" || return 0
    verb=-a
  fi
  printf '%s\n' "$verb${3#-e}" | ipvsadm -R
  end_stand_in "$1"
}

# quiesce KEY ADDRESS:PORT
quiesce() {
  local rules line
  kernel_rules "$1"
  line=$(grep -F -- " -r $2 " <<<"$rules") || return 0
  stand_in "$1" "${rules%%$'\n'*}"
  line=${line% -w *}
  printf '%s\n' "-e${line#-a} -w 0" | ipvsadm -R || [ -z "$(share_of "$1" "$2")" ]
}

# stand_in KEY RULE: dh refuses whoever falls on a real server of weight 0, and has no flag against it (ip_vs_dh_schedule);
# another scheduler stands in for it meanwhile.
stand_in() {
  [[ "$2 " == *' -s dh '* ]] || return 0
  printf '%s|%s\n' "$1" "$2" >>"$state/stand-ins"
  reschedule "$1" "${2/ -s dh/ -s wlc}"
}

has_stand_in() { grep -qsF -- "$1|" "$state/stand-ins"; }

# leave_stand_in KEY ADDRESS:PORT: who has drained is out of the table before dh is back, which the next item sees to.
leave_stand_in() {
  ! has_stand_in "$1" || printf '%s\n' "-d $(protocol_flag "$1") ${1#* } -r $2" | ipvsadm -R
}

# end_stand_in KEY: once nobody is at weight 0.
end_stand_in() {
  local rules rule
  has_stand_in "$1" || return 0
  kernel_rules "$1"
  [[ "$rules"$'\n' != *' -w 0'[$' \n']* ]] || return 0
  rule=$(grep -F -- "$1|" "$state/stand-ins")
  reschedule "$1" "${rule#*|}"
  sed -i "\%^$1|%d" "$state/stand-ins"
}

# Shares by "KEY ADDRESS:PORT", as `share_of` prints them.
declare -A shares=()

read_shares() {
  local protocol vip to share
  shares=()
  while read -r protocol vip to share; do shares["$protocol $vip $to"]=$share; done < <(table_shares)
}

# Drains what `leaving` lists, a line "KEY|ADDRESS:PORT|SECONDS|CHOICE|CHECK" each: at weight 0 from now on, watched until no
# connection is left. One that has begun but is not established yet is counted a second later.
drain_all() {
  local begin=$SECONDS told=$((SECONDS - 5)) tell line key to seconds choice pending=("${leaving[@]}") still
  while [ ${#pending[@]} -gt 0 ]; do
    still=()
    read_shares
    for line in "${pending[@]}"; do
      IFS='|' read -r key to _ <<<"$line"
      [[ ${shares["$key $to"]:-0} == 0* ]] || quiesce "$key" "$to"
    done
    sleep 1
    read_shares
    tell=''
    [ "$((SECONDS - told))" -lt 5 ] || tell=1 told=$SECONDS
    for line in "${pending[@]}"; do
      IFS='|' read -r key to seconds choice _ <<<"$line"
      ! is_draining "$key" "$to" "$((seconds - SECONDS + begin))" "$choice" "$tell" || still+=("$line")
    done
    pending=("${still[@]}")
  done
}

# A director that does not hold the VIPs knows connections by hearsay only.
is_standby() {
  local role_now role_since
  vrrp_role
  [ -n "$role_now" ] && [ "$role_now" != MASTER ]
}

# is_draining KEY ADDRESS:PORT SECONDS_LEFT CHOICE [TELL], by `shares`: tells how far it is; ends the run where it has had its time.
is_draining() {
  local share=${shares["$1 $2"]:-} active
  active=${share#* }
  ! is_standby || share="${share%% *} 0"
  # With a weight that something else has given it again, new connections may be on their way.
  if [ "${share:-0 0}" = '0 0' ]; then
    note "$host: $2 of $1: drained"
    return 1
  fi
  if [ "$3" -gt 0 ]; then
    [ -z "$5" ] || note "$host: $2 of $1: $active connections left, $3 s"
    return 0
  fi
  [ "$4" = proceed ] ||
    fail "$2 of $1 still has $active connections after drainSeconds and goes on serving them (onDrainTimeout is stop)"
  # ipvs-sysctl, expire_nodest_conn: the next datagram of a client goes to another real server.
  if [ "${1%% *}" = udp ]; then
    note "$host: $2 of $1: drained of all but $active clients, whose next datagrams go to others"
    return 1
  fi
  note "$host: warning: $2 of $1 still has $active connections after drainSeconds; they end now (onDrainTimeout is proceed)"
  return 1
}
