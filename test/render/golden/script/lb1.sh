if [ "$(id -u)" -ne 0 ]; then
  sudo -n true || { echo "$(id -un) must be root or run sudo without a password here" >&2; exit 1; }
  exec sudo -n env "SSH_CLIENT=${SSH_CLIENT:-}" bash -s -- "$@"
fi
eval "$(cat)"
set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
host='lb1'
address='198.18.7.11'
role='director'
digest=…
generation='0'
settings='set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022'
globals=(host address role digest generation settings globals file_modes brought probe_table vip_program vrrp_program vrrp_record vrrp_resigned vrrp_took_over vrrp_advertised state lock lock_wait_seconds mode planned current differences)

plan() {
  item 'link' '198.18.7.11' 'eth0'
  item 'debconf' 'ipvsadm' 'ipvsadm/auto_load_rules boolean false' 'ipvsadm/daemon_method select none'
  item 'packages' 'ipvsadm ldirectord iputils-arping' 'ldirectord.service'
  item 'packages' 'keepalived' 'keepalived.service'
  item 'assignment' '/etc/default/ipvsadm AUTO' 'false'
  item 'assignment' '/etc/default/ipvsadm DAEMON' 'none'
  item 'module' 'ip_vs'
  item 'sysctl' 'net.ipv4.vs.expire_nodest_conn' '1'
  item 'sysctl' 'net.ipv4.vs.expire_quiescent_template' '1'
  item 'sysctl' 'net.ipv4.conf.all.accept_local' '1'
  item 'sysctl' 'net.ipv4.vs.sync_threshold' '2 50'
  item 'sysctl' 'net.ipv4.vs.conn_reuse_mode' '3'
  item 'record' 'probe 198.18.7.21'
  item 'probe' '198.18.7.21'
  item 'record' 'probe 198.18.7.22'
  item 'probe' '198.18.7.22'
  item 'silence' '198.18.7.100' '198.18.7.11' '198.18.7.12' '198.18.7.21=web1' '198.18.7.22=web2'
  item 'clash' '121' '#!/usr/bin/perl
# Names the hosts that use a virtual router id on this link, for VRRP by multicast or for the connection synchronisation of
# LVS: hear SECONDS ID ADDRESS KNOWN…; ADDRESS is this host'\''s own on the link, and those KNOWN are not named.
use strict;
use warnings;
use Socket qw(:DEFAULT IPPROTO_IP IP_ADD_MEMBERSHIP pack_ip_mreq);
my ($seconds, $id, $own, @known) = @ARGV;
my %known = map { $_ => 1 } $own, @known;

sub member {
    my ($type, $protocol, $group, $port) = @_;
    socket(my $socket, AF_INET, $type, $protocol) or die "socket: $!";
    setsockopt($socket, SOL_SOCKET, SO_REUSEADDR, 1) or die "reuse: $!";
    bind($socket, sockaddr_in($port, inet_aton($group))) or die "bind: $!";
    my $membership = pack_ip_mreq(inet_aton($group), inet_aton($own));
    setsockopt($socket, IPPROTO_IP, IP_ADD_MEMBERSHIP, $membership) or die "join: $!";
    return $socket;
}

# RFC 5798 section 5.1; the kernel'\''s ip_vs_sync.c. A raw socket gives the IP header too.
my %sockets = (
    '\''VRRP'\'' => member(SOCK_RAW, 112, '\''224.0.0.18'\'', 0),
    '\''connection synchronisation'\'' => member(SOCK_DGRAM, 17, '\''224.0.0.81'\'', 8848),
);
my $end = time + $seconds;
my %others;
while ((my $left = $end - time) > 0) {
    my $ready = '\'''\'';
    vec($ready, fileno $_, 1) = 1 for values %sockets;
    next if select($ready, undef, undef, $left) <= 0;
    for my $what (keys %sockets) {
        next unless vec($ready, fileno $sockets{$what}, 1);
        my $from = recv($sockets{$what}, my $packet, 65535, 0) or next;
        my (undef, $address) = sockaddr_in($from);
        my $start = $what eq '\''VRRP'\'' ? 4 * (ord($packet) & 15) : 0;
        next if length $packet < $start + 2 || ord(substr $packet, $start + 1, 1) != $id;
        my $name = inet_ntoa($address);
        $others{"$name ($what)"} = 1 unless $known{$name};
    }
}
print join('\'', '\'', sort keys %others), "\n" if %others;
' '198.18.7.11' '198.18.7.12'
  item 'unit' 'pulumi-lvs-sync.service' 'enabled' '-'
  item 'sync' 'eth0' '121'
  item 'record' 'service tcp 198.18.7.100:80'
  item 'drain' 'table' 'tcp 198.18.7.100:80|60|stop|/usr/local/lib/pulumi-lvs/checks/web|198.18.7.21:80 198.18.7.22:80'
  item 'unit' 'ldirectord.service' 'enabled' 'active'
  item 'service' 'tcp 198.18.7.100:80' '-A -t 198.18.7.100:80 -s wrr
-a -t 198.18.7.100:80 -r 198.18.7.21:80 -g -w 1
-a -t 198.18.7.100:80 -r 198.18.7.22:80 -g -w 2' '16' 'removed' 'reload ldirectord.service' '/var/log/ldirectord.log'
  item 'unit' 'keepalived.service' 'enabled' 'active'
  item 'vrrp' 'vips' 'id 121 to each director'
  item 'vip' '198.18.7.100' 'share' '198.18.7.11'
}

# … the shell of host/ stands here …

main "$@" </dev/null
