# Nobody else on the link answers ARP for the VIPs, or clients would go past this director:
# silence "VIP…" from peers real_servers; `from` is this host's own address, `peers` are directors that share the VIPs,
# `real_servers` are "ADDRESS=NAME…".

# Asked only while converging: it takes a second.
silence_read() {
  local interface from peers "${@:2}"
  wanted='no answer' found='no answer'
  [ "$mode" = converge ] || return 0
  find_interface "$from"
  # shellcheck disable=SC2086 # separate words
  found=$(answers "$interface" "$from" $1 $peers | strangers "$peers")
  found=${found:-$wanted}
}

# strangers "PEER…": of the lines "ADDRESS MAC" those of hardware addresses at which no PEER answers.
strangers() {
  awk -v peers=" $1 " 'index(peers, " " $1 " ") { peer[$2] = 1; next } { lines[NR] = $0; mac[NR] = $2 }
    END { for (n = 1; n <= NR; n++) if (n in mac && !(mac[n] in peer)) print lines[n] }'
}

# answers INTERFACE FROM ADDRESS…: each hardware address that answers for one of them, as "ADDRESS MAC". Asked as a client
# asks: some hosts leave a probe for duplicates unanswered (ip-sysctl, arp_ignore 2). It takes a second, in which each is
# asked twice; one process asks for all, as arping(8) would take one each, and Perl's modules as long as many of them: 17 is
# AF_PACKET and 2 SOCK_DGRAM (packet(7)). This host answers itself where its interface gives back what it sends, as accept_local
# has it take that for another's.
answers() {
  # shellcheck disable=SC2016 # Perl's own
  perl -e '
    my ($interface, $from, @asked) = @ARGV;
    my $about = sub { open my $file, "<", "/sys/class/net/$interface/$_[0]" or die "$interface: $!"; <$file> =~ /(\S+)/ };
    my ($index, $own) = ($about->("ifindex"), $about->("address"));
    my $address = sub { pack "C4", split /\./, shift };
    my %known = map { $address->($_) => $_ } @asked;
    socket my $socket, 17, 2, unpack "S", pack "n", 0x0806 or die "socket: $!";
    bind $socket, pack "S n l x12", 17, 0x0806, $index or die "$interface: $!";
    my $all = pack "S n l x2 C C H12 x2", 17, 0x0806, $index, 0, 6, "f" x 12;
    my %answers;
    for (1, 2) {
      for my $asked (keys %known) {
        my @sender = ($own =~ s/://gr, $address->($from));
        send $socket, pack("n n C C n H12 a4 x6 a4", 1, 0x0800, 6, 4, 1, @sender, $asked), 0, $all;
      }
      my $left = 0.5;
      while ($left > 0) {
        vec(my $ready = "", fileno $socket, 1) = 1;
        (my $count, $left) = select $ready, undef, undef, $left;
        last if $count <= 0;
        recv $socket, my $packet, 64, 0;
        my ($operation, @mac) = unpack "x6 n (H2)6", $packet;
        my $mac = join ":", @mac;
        my $name = $known{substr $packet, 14, 4};
        $answers{"$name $mac\n"} = 1 if $operation == 2 && $name && $mac ne $own;
      }
    }
    print sort keys %answers' "$@"
}

silence_set() {
  local interface known vip mac from real_servers "${@:2}"
  local -a pairs
  read -r -a pairs <<<"$real_servers"
  find_interface "$from"
  known=$(answers "$interface" "$from" "${pairs[@]%%=*}" && ip -4 neigh show dev "$interface" | awk '$2 == "lladdr" { print $1, $3 }')
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
