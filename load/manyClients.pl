#!/usr/bin/perl
# Many clients that ask services in turn, each with an address of its own, until the file STOP is there, or for SECONDS:
# many-clients STOP SECONDS tcp|udp ADDRESS,… VIP:PORT…
# tcp: GET / on a new connection; udp: a datagram every millisecond that must come back with the answering host before it.
# Prints a line "VIP:PORT ASKED LOST" for each service, and a line "lost TIME CLIENT VIP:PORT REASON" for each loss; udp
# also a line "answers TIME HOST=COUNT …" each second.
use strict;
use warnings;
use IO::Select;
use Socket qw(:DEFAULT SOL_SOCKET SO_RCVTIMEO SO_SNDTIMEO);
use Time::HiRes qw(time);

my ( $stop, $seconds, $protocol, $addresses, @services ) = @ARGV;
my $end              = time + $seconds;
my @clients          = split /,/, $addresses;
my $patience_seconds = 3;
my ( %asked, %lost );
$| = 1;

if   ( $protocol eq 'tcp' ) { ask_over_tcp() }
else                        { ask_over_udp() }
print "$_ $asked{$_} ", $lost{$_} // 0, "\n" for @services;

sub is_over { return -e $stop || time > $end }

sub lose {
    my ( $client, $service, $reason ) = @_;
    $lost{$service}++;
    printf "lost %.2f %s %s %s\n", time, $client, $service, $reason;
}

sub ask_over_tcp {
    while (1) {
        for my $service (@services) {
            for my $client (@clients) {
                return if is_over();
                $asked{$service}++;
                my $failure = eval { get( $client, $service ); 1 } ? undef : $@;
                lose( $client, $service, $failure =~ s/\n//r ) if defined $failure;
            }
        }
    }
}

sub get {
    my ( $client, $service ) = @_;
    socket my $connection, PF_INET, SOCK_STREAM, 0 or die "$!\n";
    my $patience = pack 'l!l!', $patience_seconds, 0;
    setsockopt $connection, SOL_SOCKET, $_, $patience or die "$!\n" for SO_RCVTIMEO, SO_SNDTIMEO;
    bind $connection, pack_sockaddr_in( 0, inet_aton($client) ) or die "$!\n";
    connect $connection, address_of($service) or die "$!\n";
    syswrite $connection, "GET / HTTP/1.0\r\n\r\n" or die "$!\n";
    my $answer = '';
    while ( my $count = sysread( $connection, $answer, 4096, length $answer ) // die "$!\n" ) { }
    die "no answer\n" if $answer !~ m{^HTTP/1.\d 200 };
}

# Each client has one socket, so that all its datagrams to a service belong together for the kernel.
sub ask_over_udp {
    my %socket_of;
    my $ready = IO::Select->new;
    for my $client (@clients) {
        socket my $socket, PF_INET, SOCK_DGRAM, 0 or die "$!\n";
        bind $socket, pack_sockaddr_in( 0, inet_aton($client) ) or die "$!\n";
        $socket_of{$client} = $socket;
        $ready->add($socket);
    }
    my @turns = map {
        my $service = $_;
        map { [ $_, $service, address_of($service) ] } @clients
    } @services;
    my ( $number, $turn, $next, $told, %waiting, %answers ) = ( 0, 0, time, time );
    my $ended;
    while ( !defined $ended || time < $ended + $patience_seconds ) {
        $ended //= time if is_over();
        if ( !defined $ended && time >= $next ) {
            my ( $client, $service, $address ) = @{ $turns[ $turn++ % @turns ] };
            $asked{$service}++;
            $waiting{ ++$number } = [ time, $client, $service ];
            defined send $socket_of{$client}, $number, 0, $address or lose( $client, $service, "$!" );
            $next += 0.001;
        }
        for my $socket ( $ready->can_read( $next > time ? $next - time : 0 ) ) {
            defined recv $socket, my $answer, 100, 0 or next;
            my ( $host, $which ) = split / /, $answer;
            $answers{$host}++ if delete $waiting{$which};
        }
        if ( time > $told + 1 ) {
            $told = time;
            printf "answers %.2f %s\n", $told, join ' ', map { "$_=$answers{$_}" } sort keys %answers;
            for my $late ( grep { $waiting{$_}[0] < $told - $patience_seconds } keys %waiting ) {
                my ( undef, $client, $service ) = @{ delete $waiting{$late} };
                lose( $client, $service, "no answer in $patience_seconds s" );
            }
        }
    }
    lose( @{ $_ }[ 1, 2 ], "no answer in $patience_seconds s" ) for values %waiting;
}

sub address_of {
    my ( $address, $port ) = split /:/, shift;
    return pack_sockaddr_in( $port, inet_aton($address) );
}
