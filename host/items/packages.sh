# Distribution packages: packages "NAME…" [UNIT…]. UNITs are those the packages bring; they stay stopped until
# their own items start them. Packages are never removed.

packages_wanted() { echo installed; }

packages_found() {
  local name missing=()
  for name in $1; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && echo installed || echo "missing: ${missing[*]}"
}

packages_set() {
  local names=$1 unit
  shift
  for unit in "$@"; do
    remember unit "$unit"
    systemctl mask --runtime --quiet "$unit"
  done
  note "$host: installing $names"
  install_packages "$names" || { apt_get update && install_packages "$names"; } ||
    fail "cannot install $names (see above); is this host's package mirror up?"
  for unit in "$@"; do systemctl unmask --runtime --quiet "$unit"; done
}

# shellcheck disable=SC2086 # names are separate words on purpose
install_packages() { apt_get install --no-install-recommends $1; }

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confold "$@" >&2
}

packages_save() { :; }
packages_restore() { :; }
