# Nobody else on the link answers ARP for the VIPs, or clients would go past this director:
# silence "VIP…" ADDRESS "PEER…" [ADDRESS=NAME…]; ADDRESS is this host's own, PEERs are directors that share the VIPs, and
# NAMEs are those of real servers.

# Asked only while converging: it takes a second.
silence_read() {
  local link
  wanted='no answer' found='no answer'
  [ "$mode" = converge ] || return 0
  find_link "$2"
  # shellcheck disable=SC2086 # separate words
  found=$(answers "$link" "$2" $1 $3 | strangers "$3")
  found=${found:-$wanted}
}

# strangers "PEER…": of the lines "ADDRESS MAC" those of hardware addresses at which no PEER answers.
strangers() {
  awk -v peers=" $1 " 'index(peers, " " $1 " ") { peer[$2] = 1; next } { lines[NR] = $0; mac[NR] = $2 }
    END { for (n = 1; n <= NR; n++) if (n in mac && !(mac[n] in peer)) print lines[n] }'
}

# answers LINK FROM ADDRESS…: each hardware address that answers for one of them, as "ADDRESS MAC". Asked as a client
# asks: some hosts leave a probe for duplicates (arping -D) unanswered (ip-sysctl, arp_ignore 2). This host answers itself
# where its link gives back what it sends, as accept_local has it take that for another's.
answers() {
  local link=$1 from=$2 address
  shift 2
  for address in "$@"; do arping -b -w 1 -s "$from" -I "$link" "$address" 2>/dev/null & done |
    sed -nE 's/^[A-Za-z]+ reply from ([0-9.]+) \[([0-9A-Fa-f:]+)\].*/\1 \L\2/p' |
    awk -v own="$(hardware_address "$link")" '$2 != own' | sort -u
}

hardware_address() { cat "/sys/class/net/$1/address"; }

silence_set() {
  local from=$2 link known vip mac
  local -a pairs
  shift 3
  pairs=("$@")
  find_link "$from"
  known=$(answers "$link" "$from" "${pairs[@]%%=*}" && ip -4 neigh show dev "$link" | awk '$2 == "lladdr" { print $1, $3 }')
  while read -r vip mac; do
    note "$host: $vip is answered by $mac: $(who_has "$mac" "$known" "${pairs[@]}")"
  done <<<"$found"
  fail 'a VIP is answered by another host (see above), which clients may take for this director, so its table stays as' \
    'it is; a real server may hold a VIP on lo only, with net.ipv4.conf.all.arp_ignore=1; any other host must give it up'
}

# who_has MAC KNOWN [ADDRESS=NAME…]: in words, from the lines "ADDRESS MAC" of KNOWN.
who_has() {
  local mac=$1 address pair
  address=$(awk -v mac="$mac" '$2 == mac { print $1; exit }' <<<"$2")
  shift 2
  for pair in "$@"; do
    [ "${pair%%=*}" != "$address" ] || { echo "${pair#*=} ($address)" && return; }
  done
  echo "${address:-a host that nothing is known of}"
}
