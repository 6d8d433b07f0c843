# The interface that holds this host's address: link ADDRESS interface. Nothing sets it; the plan is wrong where it differs.
# `interface` is empty where any will do.

# By address, once for each comparison.
declare -A link_of=()

# find_link ADDRESS: sets `link` to the interface that holds it; empty where none does.
find_link() {
  link=${link_of[$1]:-}
  [ -z "$link" ] || return 0
  read -r _ link _ < <(ip -4 -o address show to "$1") || true
  link_of[$1]=$link
}

link_read() {
  local link interface "${@:2}"
  find_link "$1"
  found=${link:-no interface} wanted=${interface:-${link:-an interface}}
}

link_set() {
  local interface "${@:2}"
  fail "$found has $1, not ${interface:-one of this host}; correct the address or the interface"
}
