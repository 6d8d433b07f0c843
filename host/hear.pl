#!/usr/bin/perl
# Names the hosts that use a virtual router id on this link, for VRRP by multicast or for the connection synchronisation of
# LVS: hear SECONDS ID ADDRESS KNOWN…; ADDRESS is this host's own on the link, and those KNOWN are not named.
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

# RFC 5798 section 5.1; the kernel's ip_vs_sync.c. A raw socket gives the IP header too.
my %sockets = (
    'VRRP' => member(SOCK_RAW, 112, '224.0.0.18', 0),
    'connection synchronisation' => member(SOCK_DGRAM, 17, '224.0.0.81', 8848),
);
my $end = time + $seconds;
my %others;
while ((my $left = $end - time) > 0) {
    my $ready = '';
    vec($ready, fileno $_, 1) = 1 for values %sockets;
    next if select($ready, undef, undef, $left) <= 0;
    for my $what (keys %sockets) {
        next unless vec($ready, fileno $sockets{$what}, 1);
        my $from = recv($sockets{$what}, my $packet, 65535, 0) or next;
        my (undef, $address) = sockaddr_in($from);
        my $start = $what eq 'VRRP' ? 4 * (ord($packet) & 15) : 0;
        next if length $packet < $start + 2 || ord(substr $packet, $start + 1, 1) != $id;
        my $name = inet_ntoa($address);
        $others{"$name ($what)"} = 1 unless $known{$name};
    }
}
print join(', ', sort keys %others), "\n" if %others;
