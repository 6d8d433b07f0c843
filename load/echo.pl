#!/usr/bin/perl
# Sends each datagram back with the name of this host before it: echo VIP PORT…
# Bound to the VIP, so that answers come from there.
use strict;
use warnings;
use IO::Select;
use Socket;
use Sys::Hostname;

my ( $vip, @ports ) = @ARGV;
my $host  = hostname();
my $ready = IO::Select->new;
for my $port (@ports) {
    socket my $socket, PF_INET, SOCK_DGRAM, 0 or die "$!\n";
    setsockopt $socket, SOL_SOCKET, SO_RCVBUF, 1 << 20 or die "$!\n";
    bind $socket, pack_sockaddr_in( $port, inet_aton($vip) ) or die "$vip:$port: $!\n";
    $ready->add($socket);
}
while (1) {
    for my $socket ( $ready->can_read ) {
        my $client = recv $socket, my $datagram, 100, 0;
        send $socket, "$host $datagram", 0, $client if defined $client;
    }
}
