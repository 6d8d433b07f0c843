# Distribution packages: packages "NAME…" units. `units` are those that the packages bring and start; they are kept from
# starting until their own items start them. One without an item ends as it was. Packages are never removed.
brought=()

# shellcheck disable=SC2086 # names are separate words on purpose
packages_read() {
  local name status installed=' ' units "${@:2}"
  wanted=installed found=''
  # shellcheck disable=SC2206 # separate words
  brought+=($units)
  while read -r name status; do
    [ "$status" != installed ] || installed+="$name "
  done < <(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $1 2>/dev/null)
  for name in $1; do [[ $installed == *" $name "* ]] || found+=" $name"; done
  found=${found:+missing$found}
  found=${found:-installed}
}

packages_set() {
  local names=$1 unit units "${@:2}"
  for unit in $units; do
    remember unit "$unit"
    systemctl mask --runtime --quiet "$unit" 2>/dev/null
  done
  note "$host: installing $names"
  : >"$state/apt.log"
  install_packages "$names" || { repair_packages && install_packages "$names"; } ||
    apt_failed "cannot install $names (see above); is this host's package mirror up?"
  unit_states=()
}

# shellcheck disable=SC2086 # names are separate words on purpose
install_packages() { apt_get install --no-install-recommends $1; }

# A run killed while dpkg worked leaves it to be completed first, and apt refuses to install anything while what a package
# needs is missing. Not before apt has failed: apt waits for its lock while the system upgrades itself, dpkg does not.
repair_packages() {
  dpkg --configure -a --force-confold >>"$state/apt.log" 2>&1
  apt_get update
  apt_get install --fix-broken --no-remove --no-install-recommends
}

apt_failed() {
  tail -n 20 "$state/apt.log" >&2
  fail "$1"
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -qy -o DPkg::Lock::Timeout=120 -o Acquire::Retries=3 \
    -o Dpkg::Options::=--force-confold "$@" >>"$state/apt.log" 2>&1
}
