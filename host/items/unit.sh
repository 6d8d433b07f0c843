# A systemd unit: unit NAME ENABLED ACTIVE; ENABLED is enabled or disabled, ACTIVE is active, inactive or - for either.

unit_read() {
  wanted="$2 $3" found="$(unit_property UnitFileState "$1") -"
  [ "$3" = - ] || found="${found% -} $(unit_property ActiveState "$1")"
  [ ! -e "$state/reload/$1" ] || found+=' (to be reloaded)'
}

# unit_property PROPERTY UNIT; an unknown unit has an empty UnitFileState and is inactive.
unit_property() {
  local value
  value=$(systemctl show -P "$1" "$2")
  printf '%s' "${value:-absent}"
}

unit_set() {
  local name=$1 enabled=$2 active=$3
  systemctl unmask --runtime --quiet "$name"
  [ "$(unit_property NeedDaemonReload "$name")" != yes ] || systemctl daemon-reload
  [ "$(unit_property UnitFileState "$name")" = "$enabled" ] || systemctl --quiet "${enabled%d}" "$name"
  case $active in
    active) unit_start "$name" ;;
    inactive) systemctl stop "$name" ;;
  esac
}

# Reload, never restart: what the unit serves must not be interrupted.
unit_start() {
  local verb=start
  [ "$(unit_property ActiveState "$1")" != active ] || verb=reload
  if [ "$verb" = start ] || [ -e "$state/reload/$1" ]; then
    systemctl "$verb" "$1" || {
      journalctl -q -n 10 --no-pager -u "$1" >&2
      fail "$1 does not $verb (see above)"
    }
  fi
  rm -f "$state/reload/$1"
}

unit_save() {
  unit_property UnitFileState "$1" >"$2/enablement"
  unit_property ActiveState "$1" >"$2/activity"
}

unit_restore() {
  case $(cat "$2/enablement") in
    enabled) systemctl --quiet enable "$1" ;;
    *) systemctl --quiet disable "$1" 2>/dev/null || true ;;
  esac
  case $(cat "$2/activity") in
    active) systemctl start "$1" ;;
    *) systemctl stop "$1" 2>/dev/null || true ;;
  esac
}

# Noted on disk, so that a run killed before the reload is made good by the next one.
mark_reload() {
  mkdir -p "$state/reload"
  touch "$state/reload/$1"
}

reload_pending() {
  local mark
  for mark in "$state"/reload/*; do
    [ -e "$mark" ] || continue
    if [ "$(unit_property ActiveState "${mark##*/}")" = active ]; then
      systemctl reload "${mark##*/}" || fail "${mark##*/} does not reload"
    fi
    rm -f "$mark"
  done
}
