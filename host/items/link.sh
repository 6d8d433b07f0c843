# The interface that holds this host's address: link ADDRESS [INTERFACE]. Nothing sets it; the plan is wrong where it differs.

# Sets `link` to the interface that holds ADDRESS; empty where none does.
find_link() {
  link=''
  read -r _ link _ < <(ip -4 -o address show to "$1") || true
}

link_read() {
  local link
  find_link "$1"
  found=${link:-no interface} wanted=${2:-${link:-an interface}}
}

link_set() { fail "$found has $1, not ${2:-one of this host}; correct the address or the interface"; }
