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
  local entry from line code lost=''
  trap - EXIT
  [ "$1" -ne 0 ] || return 0
  trap '' HUP INT PIPE TERM
  set +e
  note "$host: failed at: $current"
  while IFS= read -r -u 8 line; do
    entry_of "$state/undo" "$line"
    from=$state/undo
    [ ! -e "$entry.first" ] || from=$state/before
    keep_rejected "$from" "$line"
    (set -e && restore "$from" "$line")
    code=$?
    if [ "$code" -ne 0 ]; then
      lost=1
      note "$host: $line: cannot be put back as it was (see above)"
      continue
    fi
    [ "$from" = "$state/undo" ] || forget "$line"
    note "$host: $line: put back as it was"
  done 8< <(newest_first "$state/undo")
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
