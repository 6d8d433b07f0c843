# The interface that holds this host's address: link ADDRESS interface. Nothing sets it; the plan is wrong where it differs.
# `interface` is empty where any will do.

# Sets `link` to the interface that holds ADDRESS; empty where none does.
find_link() {
  link=''
  read -r _ link _ < <(ip -4 -o address show to "$1") || true
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
