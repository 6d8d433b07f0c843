# A systemd unit: unit NAME enablement activity; `enablement` is enabled or disabled, `activity` active, inactive or - for
# either.

# "ENABLEMENT ACTIVITY" by unit, until one or its file changes.
declare -A unit_states=()

unit_read() {
  local enablement activity "${@:2}"
  wanted="$enablement $activity"
  [ ${#unit_states[@]} -gt 0 ] || read_units
  found=${unit_states[$1]}
  [ "$activity" != - ] || found="${found% *} -"
  [ ! -e "$state/reload/$1" ] || found+=' (to be reloaded)'
}

# All units of the plan at once, as each call takes a small director a tenth of a second. The manager may not know yet of one
# whose file has just been written.
read_units() {
  local ids unit line at=0 present=() activities=() enablements=()
  ids_of unit
  while IFS= read -r line; do
    case $line in
      '') at=$((at + 1)) ;;
      LoadState=not-found) is_changing || unit_states[${ids[at]}]=absent ;;
      ActiveState=*) activities[at]=${line#*=} ;;
    esac
  done < <(systemctl show -p LoadState,ActiveState "${ids[@]}")
  for unit in "${ids[@]}"; do [ -n "${unit_states[$unit]:-}" ] || present+=("$unit"); done
  [ ${#present[@]} -eq 0 ] || mapfile -t enablements < <(systemctl is-enabled "${present[@]}" 2>/dev/null)
  # It has no line for one that it cannot tell.
  [ ${#enablements[@]} -eq ${#present[@]} ] ||
    for at in "${!present[@]}"; do enablements[at]=$(unit_enablement "${present[at]}"); done
  for at in "${!present[@]}"; do unit_states[${present[at]}]=${enablements[at]}; done
  for at in "${!ids[@]}"; do unit_states[${ids[at]}]+=" ${activities[at]}"; done
}

# Read from disk: what the manager says is true only after a daemon-reload, which is dear.
unit_enablement() {
  local value
  value=$(systemctl is-enabled "$1" 2>/dev/null) || true
  printf '%s' "${value:-absent}"
}

# unit_property PROPERTY UNIT; an unknown unit is inactive.
unit_property() { systemctl show -P "$1" "$2"; }

# `found` is as unit_read left it.
unit_set() {
  local name=$1 enablement activity "${@:2}"
  [[ $found != masked* ]] || systemctl unmask --runtime --quiet "$name"
  # Links for init scripts are left alone: systemd does not read them where there is a unit.
  [[ $found == "$enablement "* ]] || SYSTEMCTL_SKIP_SYSV=1 systemctl --quiet --no-reload "${enablement%d}" "$name"
  [ "$activity" = - ] || [ "$(unit_property NeedDaemonReload "$name")" != yes ] || systemctl daemon-reload
  case $activity in
    active) unit_start "$name" ;;
    inactive) systemctl stop "$name" ;;
  esac
  unit_states=()
}

# Reload, never restart: what the unit serves must not be interrupted.
unit_start() {
  local verb=start
  [[ $found != *' active'* ]] || verb=reload
  if [ "$verb" = start ] || [ -e "$state/reload/$1" ]; then
    # It may be the daemon that fills the table (../table.sh).
    table_is_compared=''
    tell_unit "$verb" "$1" || {
      journalctl -q -n 10 --no-pager -u "$1" >&2
      fail "$1 does not $verb (see above)"
    }
  fi
  rm -f "$state/reload/$1"
}

# tell_unit VERB UNIT. To reload, ldirectord would start anew only to send itself this signal (ldirectord, `reload`), which takes
# a small director seconds.
tell_unit() {
  [ "$*" != 'reload ldirectord.service' ] || ! systemctl kill --kill-who=main --signal=HUP "$2" || return 0
  systemctl "$1" "$2"
}

unit_save() {
  if [ -n "${unit_states[$1]:-}" ]; then
    echo "${unit_states[$1]% *}" >"$2/enablement"
    echo "${unit_states[$1]##* }" >"$2/activity"
  else
    unit_enablement "$1" >"$2/enablement"
    unit_property ActiveState "$1" >"$2/activity"
  fi
}

unit_restore() {
  systemctl unmask --runtime --quiet "$1" 2>/dev/null || true
  case $(cat "$2/enablement") in
    enabled) SYSTEMCTL_SKIP_SYSV=1 systemctl --quiet enable "$1" ;;
    *) SYSTEMCTL_SKIP_SYSV=1 systemctl --quiet disable "$1" 2>/dev/null || true ;;
  esac
  case $(cat "$2/activity") in
    active) mark start "$1" ;;
    *) systemctl stop "$1" 2>/dev/null || true ;;
  esac
}

# mark start|reload UNIT: to be done once the files that the unit reads are in place. Noted on disk, so that a run killed
# before it is made good by the next one.
mark() {
  mkdir -p "$state/$1"
  touch "$state/$1/$2"
}

mark_reload() { mark reload "$1"; }

reload_pending() {
  local mark
  for mark in "$state"/start/*; do
    [ -e "$mark" ] || continue
    systemctl start "${mark##*/}" || fail "${mark##*/} does not start"
    rm -f "$mark"
  done
  for mark in "$state"/reload/*; do
    [ -e "$mark" ] || continue
    if [ "$(unit_property ActiveState "${mark##*/}")" = active ]; then
      tell_unit reload "${mark##*/}" || fail "${mark##*/} does not reload"
    fi
    rm -f "$mark"
  done
}
