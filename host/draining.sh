# How real servers lose their new connections, and get time for those they have.

# By KEY, "SECONDS|stop or proceed|CHECK" as the last run had it that knew the service. The check tells when a real server may
# come back.
declare -A terms_of=()
# "WEIGHT CONNECTIONS" by name.
declare -A share_of=()

# Services of ours, planned or not, by what is kept of them: lines "held KEY".
held_names() { [ ! -e "$state/before/order" ] || sed -n 's/^service /held /p' "$state/before/order"; }

read_terms() {
  local key terms
  terms_of=()
  [ ! -e "$state/drain" ] || while IFS='|' read -r key terms; do terms_of[$key]=$terms; done <"$state/drain"
}

keep_terms() {
  local key
  read_terms
  each service add_terms
  for key in "${!terms_of[@]}"; do printf '%s|%s\n' "$key" "${terms_of[$key]}"; done >"$state/drain.new"
  mv "$state/drain.new" "$state/drain"
}

add_terms() {
  local drain_seconds on_timeout check "${@:2}"
  terms_of[$1]="$drain_seconds|$on_timeout|$check"
}

# Drains those that `leaving` names: at weight 0 from now on, watched until no connection is left. One that has begun but is
# not established yet is counted a second later.
drain_all() {
  local begin=$SECONDS told=$((SECONDS - 5)) tell name pending=("${leaving[@]}") still gaining
  while [ ${#pending[@]} -gt 0 ]; do
    gaining=() still=() tell=''
    for name in "${pending[@]}"; do [[ ${share_of[$name]:-1} == 0* ]] || gaining+=("$name"); done
    [ ${#gaining[@]} -eq 0 ] || change_table "$(printf '%s\n' "${gaining[@]}")" quiesce
    sleep 1
    read_shares "${pending[@]}"
    [ "$((SECONDS - told))" -lt 5 ] || tell=1 told=$SECONDS
    for name in "${pending[@]}"; do ! is_draining "$name" "$((SECONDS - begin))" "$tell" || still+=("$name"); done
    pending=("${still[@]}")
  done
}

# read_shares NAME…: sets `share_of`; who is not in the table has none.
read_shares() {
  local shares name weight connections
  share_of=()
  for name in "$@"; do share_of[$name]='0 0'; done
  shares=$(printf '%s\n' "$@" | table shares) || exit 1
  while IFS='|' read -r name weight connections _; do [ -z "$name" ] || share_of[$name]="$weight $connections"; done <<<"$shares"
}

# A director that does not hold the VIPs knows connections by hearsay only.
is_standby() {
  local role_now role_since
  vrrp_role
  [ -n "$role_now" ] && [ "$role_now" != MASTER ]
}

# is_draining NAME SECONDS [TELL], by `share_of`: tells how far it is; ends the run where it has had its time.
is_draining() {
  local of="${1##* } of ${1% to *}" share=${share_of[$1]} active=${share_of[$1]#* } seconds choice
  IFS='|' read -r seconds choice _ <<<"${terms_of[${1% to *}]:-60|stop|}"
  ! is_standby || share="${share%% *} 0"
  # With a weight that something else has given it again, new connections may be on their way.
  if [ "$share" = '0 0' ]; then
    note "$host: $of: drained"
    return 1
  fi
  if [ "$2" -lt "$seconds" ]; then
    [ -z "$3" ] || note "$host: $of: $active connections left, $((seconds - $2)) s"
    return 0
  fi
  [ "$choice" = proceed ] ||
    fail "$of still has $active connections after drainSeconds and goes on serving them (onDrainTimeout is stop)"
  # ipvs-sysctl, expire_nodest_conn: the next datagram of a client goes to another real server.
  if [[ $1 == 'udp '* ]]; then
    note "$host: $of: drained of all but $active clients, whose next datagrams go to others"
    return 1
  fi
  note "$host: warning: $of still has $active connections after drainSeconds; they end now (onDrainTimeout is proceed)"
  return 1
}
