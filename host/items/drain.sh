# Real servers that leave a virtual service get no new connections and time for those they have:
# drain table "PROTOCOL VIP:PORT|SECONDS|stop or proceed|CHECK|STAYS STAYS…"…; CHECK is the file of the health check,
# STAYS is ADDRESS:PORT, with ! before that of the fallback.
# A service that is no longer planned drains on the terms of the last run that knew it.

drain_read() {
  local key line to terms
  shift
  wanted=nobody found='' leaving=()
  # Afterwards, who does not belong into a table is told by the item of its service.
  is_changing || { found=$wanted; return 0; }
  keep_drain_terms "$@"
  while IFS= read -r -u 7 key; do
    terms=$(drain_terms "$key" "$@")
    while read -r to; do
      [[ " ${terms##*|} " == *[\ !]"$to "* ]] || ! has_share "$key" "$to" || leaving+=("$key|$to|${terms%|*}") found+="$to "
    done < <(real_servers_of "$key")
  done 7< <(held_services)
  found=${found:-$wanted}
}

drain_set() {
  local line key
  shift
  for line in "${leaving[@]}"; do
    key=${line%%|*}
    admit_staying "$key" "$(drain_terms "$key" "$@")"
  done
  note "$host: draining $found"
  drain_all
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

keep_drain_terms() {
  touch "$state/drain"
  printf '%s\n' "$@" | cat - "$state/drain" | awk -F '|' 'NF && !seen[$1]++' >"$state/drain.new"
  mv "$state/drain.new" "$state/drain"
}

# drain_terms KEY [TERMS…]: prints SECONDS|CHOICE|CHECK|STAYS; nobody stays in a service that TERMS do not name.
drain_terms() {
  local key=$1 terms kept
  shift
  for terms in "$@"; do
    [ "${terms%%|*}" != "$key" ] || { printf '%s' "${terms#*|}"; return 0; }
  done
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

# share_of KEY ADDRESS:PORT: prints "WEIGHT CONNECTIONS"; nothing where the kernel does not have it. IPVS counts those of
# UDP as inactive, all of them.
share_of() {
  ipvsadm -Ln "$(protocol_flag "$1")" "${1#* }" 2>/dev/null |
    awk -v to="$2" '/^UDP/ { udp = 1 } $1 == "->" && $2 == to { print $4, udp ? $5 + $6 : $5 }'
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
return_share() { [ -z "$(share_of "$1" "$2")" ] || printf '%s\n' "$3" | ipvsadm -R; }

# quiesce KEY ADDRESS:PORT
quiesce() {
  local rules line
  kernel_rules "$1"
  line=$(grep -F -- " -r $2 " <<<"$rules") || return 0
  line=${line% -w *}
  printf '%s\n' "-e${line#-a} -w 0" | ipvsadm -R || [ -z "$(share_of "$1" "$2")" ]
}

# Drains what `leaving` lists, a line "KEY|ADDRESS:PORT|SECONDS|CHOICE|CHECK" each: at weight 0 from now on, watched until no
# connection is left. One that has begun but is not established yet is counted a second later.
drain_all() {
  local begin=$SECONDS line key to seconds choice pending=("${leaving[@]}") still
  while [ ${#pending[@]} -gt 0 ]; do
    still=()
    for line in "${pending[@]}"; do
      IFS='|' read -r key to _ <<<"$line"
      quiesce "$key" "$to"
    done
    sleep 1
    for line in "${pending[@]}"; do
      IFS='|' read -r key to seconds choice _ <<<"$line"
      ! is_draining "$key" "$to" "$((seconds - SECONDS + begin))" "$choice" || still+=("$line")
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

# is_draining KEY ADDRESS:PORT SECONDS_LEFT CHOICE: tells how far it is; ends the run where it has had its time.
is_draining() {
  local share active
  share=$(share_of "$1" "$2")
  active=${share#* }
  ! is_standby || share="${share%% *} 0"
  # With a weight that something else has given it again, new connections may be on their way.
  if [ "${share:-0 0}" = '0 0' ]; then
    note "$host: $2 of $1: drained"
    return 1
  fi
  if [ "$3" -gt 0 ]; then
    [ "$(($3 % 5))" -ne 0 ] || note "$host: $2 of $1: $active connections left, $3 s"
    return 0
  fi
  [ "$4" = proceed ] ||
    fail "$2 of $1 still has $active connections after drainSeconds and goes on serving them (onDrainTimeout is stop)"
  note "$host: warning: $2 of $1 still has $active connections after drainSeconds; they end now (onDrainTimeout is proceed)"
  return 1
}
