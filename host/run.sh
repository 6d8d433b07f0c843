# One run over this host's plan: converge it, compare it read-only, or give everything back.
# The plan (written before this text) sets $host, $address, $role, $digest and $generation and defines plan(). A script that
# comes over SSH has its own text in $script.

laid_scripts=/run/pulumi-lvs
lock_wait_seconds=30

# Other systems name packages, units and paths differently; refuse them while nothing has changed.
preflight() {
  local ID='' VERSION_ID='' PRETTY_NAME='unknown'
  # shellcheck source=/dev/null
  [ ! -r /etc/os-release ] || . /etc/os-release
  case "$ID $VERSION_ID" in
    'debian 12' | 'debian 13' | 'ubuntu 22.04' | 'ubuntu 24.04') ;;
    *) fail "$PRETTY_NAME is not supported; use Debian 12 or 13, or Ubuntu 22.04 or 24.04" ;;
  esac
  [ -d /run/systemd/system ] || fail 'systemd does not run here; it must be PID 1'
}

# lock [--shared]: a run that has to wait says so at once. It names the other run's SSH login, even if that login became root
# by sudo. Runs that take real servers out of service and back share the host: one waits for connections while another
# goes on.
lock() {
  local now way=${1:---exclusive} address=${SSH_CLIENT:-}
  address=${address%% *}
  exec 9<>"$lock"
  flock "$way" -n 9 || {
    note "$host: waiting up to $lock_wait_seconds s for another run: $(lock_owner)"
    flock "$way" -w "$lock_wait_seconds" 9 || fail "another run holds this host: $(lock_owner); wait for it to end"
  }
  TZ=UTC printf -v now '%(%FT%TZ)T' -1
  printf '%s from %s, process %s, since %s\n' "${SUDO_USER:-root}" "${address:-this host itself}" "$$" "$now" >"$lock"
}

# Its file was written when the lock was last taken.
lock_owner() { echo "$(<"$lock") ($(($(date +%s) - $(stat -c %Y "$lock"))) s ago)"; }

# hold [--shared]: for who changes this host: the lock, and what is kept here in the format that this version knows.
hold() {
  know_format
  is_of_this_format || { lock && upgrade_format; }
  lock "$@"
}

converge() {
  local unit fresh
  fresh=$(declare -p "${globals[@]}")
  mode=converge
  begin_undo
  rm -rf "$state/withdrawn"
  plan
  reload_pending
  compare
  if [ ${#differences[@]} -gt 0 ]; then
    show_differences >&2
    fail 'this host is not as planned after converging (see above)'
  fi
  keep_script "$fresh"
  echo "$digest $generation" >"$state/converged.new"
  mv "$state/converged.new" "$state/converged"
  echo "$role $host $address" >"$state/holder"
  sync "$state/holder"
  end_undo
  rm -rf "$state/rejected"
  for unit in "${brought[@]}"; do give_back_unplanned "unit $unit"; done
  if serves_until_released; then
    note "$host: what is no longer planned stays until the directors have stopped sending"
  else
    release
  fi
  echo "converged $digest"
}

# Drains what the next converge would drain, and leaves it drained. This runs on the director that holds the VIPs, before a
# standby is changed: a standby whose table lacks a real server could not take over that server's connections.
drain_ahead() {
  mode=drain
  begin_undo
  plan
  trap - EXIT
}

# keep_script GLOBALS: this host's own way to tell how it is: `bash /var/lib/pulumi-lvs/script inspect`. Drift is what differs
# from it. GLOBALS are as they were before this run filled them: to `remove`, for example, nothing is planned.
keep_script() {
  {
    printf '%s\n' "$settings" "$1"
    declare -f
    # shellcheck disable=SC2016 # expanded when it runs
    echo 'main "$@" </dev/null'
  } >"$state/script.new"
  sync "$state/script.new"
  mv "$state/script.new" "$state/script"
}

# The state has only how to find this run's script (launch.sh). In memory, as nothing needs it after a restart.
lay_script() {
  [ -d "$laid_scripts" ] || install -d -m 700 "$laid_scripts"
  find "$laid_scripts" -ignore_readdir_race -type f -mmin +1440 -delete
  printf '%s\n' "$script" >"$laid_scripts/$digest.$$"
  mv "$laid_scripts/$digest.$$" "$laid_scripts/$digest"
}

# A real server is converged before the directors: until they have drained it, it must serve as it did.
serves_until_released() {
  local line
  local -a newest
  [ "$role" = realServer ] || return 1
  newest_first "$state/before"
  for line in "${newest[@]}"; do
    is_planned "$line" || return 0
  done
  return 1
}

# Gives back what is no longer planned; `planned` is known from the comparison.
release() {
  give_back_unplanned
  reload_pending
}

# answer_as HOLDER ACTION: a state may know this host as another one than it is by now (launch.sh). `read` and `remove` have
# an answer to that.
answer_as() {
  read -r role host address <<<"$1"
  [ "$2" = read ] || [ "$2" = remove ] || is_held ||
    fail "is not held as $role $host, but as $(<"$state/holder"); \`up\` converges it"
}

# A host with a new name, role or address is converged as what it is now before it is removed as what it was.
remove() {
  if [ -e "$state/holder" ] && ! is_held; then
    note "$host: left as it is: it is held as $(cat "$state/holder") now"
    echo removed
    return 0
  fi
  planned=()
  give_back_unplanned
  reload_pending
  rm -rf "$state"
  echo removed
}

main() {
  [ -z "${known_as:-}" ] || answer_as "$known_as" "${1:-}"
  case ${1:-} in
    converge)
      generation=${2:-$generation}
      preflight
      hold
      converge
      ;;
    remove)
      hold
      remove
      ;;
    release)
      hold
      compare
      release
      ;;
    withdraw | readmit)
      hold --shared
      "$1" "$2"
      ;;
    drain)
      hold
      drain_ahead
      ;;
    abandon)
      hold
      abandon
      ;;
    handover)
      hold
      handover
      ;;
    retire)
      hold
      retire
      ;;
    read)
      know_format
      [ "${2:-}" != lay ] || lay_script
      view_upgraded
      read_host
      ;;
    inspect)
      know_format
      compare inspect
      show_differences
      ;;
    *) fail "unknown action \"${1:-}\"; give converge, release, remove, retire, drain, abandon, withdraw, readmit, handover, read or inspect" ;;
  esac
}
