# The newest version of a package, and a restart, when a text changes: revision "PACKAGE UNIT" text. The first text, and an
# empty one, are only recorded: the package has just been installed, or no upgrade is wanted.

revision_read() {
  local kept text "${@:2}"
  wanted="\"$text\"" found='not kept yet'
  [ ! -e "$state/revision/${1%% *}" ] || { IFS= read -r kept <"$state/revision/${1%% *}" && found="\"$kept\""; } || true
}

# Kept last, so that a run killed before is made good by the next one.
revision_set() {
  local package=${1%% *} text "${@:2}"
  [ -z "$text" ] || [ ! -e "$state/revision/$package" ] || renew "$package" "${1#* }"
  mkdir -p "$state/revision"
  printf '%s\n' "$text" >"$state/revision/$package"
}

# renew PACKAGE UNIT: nothing is stopped before everything has been fetched.
renew() {
  local was
  was=$(version_of "$1")
  : >"$state/apt.log"
  { apt_get update -o APT::Update::Error-Mode=any && upgrade "$1" --download-only; } ||
    apt_failed "cannot fetch the newest $1 (see above); is this host's package mirror up? $2 was not stopped"
  remember unit "$2"
  upgrade "$1" || { repair_packages && upgrade "$1"; } || apt_failed "cannot upgrade $1 (see above)"
  note "$host: $1 $was -> $(version_of "$1"); restarting $2"
  systemctl restart "$2" || {
    journalctl -q -n 10 --no-pager -u "$2" >&2
    fail "$2 does not restart (see above)"
  }
  unit_states=()
}

upgrade() { apt_get install --only-upgrade --no-install-recommends "$@"; }
version_of() { dpkg-query -W -f '${Version}' "$1"; }

revision_save() { [ ! -e "$state/revision/${1%% *}" ] || cp "$state/revision/${1%% *}" "$2/text"; }

# A text that a failed run has put back is asked for again by the next one.
revision_restore() {
  rm -f "$state/revision/${1%% *}"
  [ ! -e "$2/text" ] || cp "$2/text" "$state/revision/${1%% *}"
}
