# The interface that holds this host's address: link ADDRESS interface. Nothing sets it; the plan is wrong where it differs.
# `interface` is empty where any will do.

# By address, once for each comparison.
declare -A interface_of=()

# find_interface ADDRESS: sets `interface` to the one that holds it; empty where none does.
find_interface() {
  interface=${interface_of[$1]:-}
  [ -z "$interface" ] || return 0
  read -r _ interface _ < <(ip -4 -o address show to "$1") || true
  interface_of[$1]=$interface
}

link_read() {
  local named interface "${@:2}"
  named=$interface
  find_interface "$1"
  found=${interface:-no interface} wanted=${named:-${interface:-an interface}}
}

link_set() {
  local interface "${@:2}"
  fail "$found has $1, not ${interface:-one of this host}; correct the address or the interface"
}
