# A run that fails, or is cut off, leaves the host as it was at the last good one.

# A signal ends a run as an error does. SIGPIPE is the one that comes when the SSH connection is lost.
begin_undo() {
  install -d -m 700 "$state"
  # First, as what has no number is taken for what older versions kept.
  [ -e "$state/format" ] || write_format "$format"
  mkdir -p "$state/undo" "$state/before"
  trap 'undo $?' EXIT
  trap 'exit 129' HUP INT PIPE TERM
}

# At once: half of it would be taken for what a killed run has left.
end_undo() {
  rm -rf "$state/done"
  mv "$state/undo" "$state/done"
  trap - EXIT
  rm -rf "$state/done"
}

undo() {
  local line entry at code lost=''
  local -a newest lines=() entries=() put_back=()
  local -A code_of=()
  trap - EXIT
  [ "$1" -ne 0 ] || return 0
  trap '' HUP INT PIPE TERM
  set +e
  note "$host: failed at: $current"
  newest_first "$state/undo"
  for line in "${newest[@]}"; do
    entry_of "$state/undo" "$line"
    [ ! -e "$entry.first" ] || entry_of "$state/before" "$line"
    lines+=("$line") entries+=("$entry")
  done
  for at in "${!lines[@]}"; do
    line=${lines[at]} entry=${entries[at]}
    keep_rejected "$line" "$entry"
    (set -e && restore_at "$at")
    code=$?
    code_of[${line%% *}]=$code
    if [ "$code" -ne 0 ]; then
      lost=1
      note "$host: $line: cannot be put back as it was (see above)"
      continue
    fi
    [ "${entry%/*}" = "$state/undo" ] || put_back+=("$line")
    note "$host: $line: put back as it was"
  done
  [ ${#put_back[@]} -eq 0 ] || forget "${put_back[@]}"
  (reload_pending) || lost=1
  if [ -n "$lost" ]; then
    note "$host: what could not be put back is kept in $state"
  else
    end_undo
    [ -s "$state/before/order" ] || forget_all_but_rejected
  fi
  exit "$1"
}

forget_all_but_rejected() {
  find "$state" -mindepth 1 -maxdepth 1 ! -name rejected -exec rm -rf {} +
  rmdir --ignore-fail-on-non-empty "$state"
}

# Puts back what a run has left half done.
abandon() {
  [ -e "$state/undo" ] || return 0
  mode=list planned=()
  plan
  current='another director'
  (undo 1) || true
}
