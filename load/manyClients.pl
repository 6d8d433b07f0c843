#!/usr/bin/perl
# Many clients that ask services in turn, each with an address of its own, until the file STOP is there, or for SECONDS:
# many-clients STOP SECONDS tcp|udp ADDRESS,… VIP:PORT…
# tcp: GET / on a new connection, at most 125 a second, as a small director has other things to do; udp: a datagram every
# millisecond that must come back with the answering host before it, and is sent once more where it does not, as resolvers
# do.
# Prints a line "VIP:PORT ASKED REPEATED LOST" for each service, and a line "lost ASKED_AT CLIENT VIP:PORT REASON" for each
# loss; udp also a line "answers TIME HOST=COUNT …" each second.
use strict;
use warnings;
use IO::Select;
use Socket qw(:DEFAULT SOL_SOCKET SO_RCVTIMEO SO_SNDTIMEO);
use Time::HiRes qw(sleep time);

my ( $stop, $seconds, $protocol, $addresses, @services ) = @ARGV;
my $end              = time + $seconds;
my @clients          = split /,/, $addresses;
my $patience_seconds = 2;
my ( %asked, %repeated, %lost );
$| = 1;

if   ( $protocol eq 'tcp' ) { ask_over_tcp() }
else                        { ask_over_udp() }
print join( ' ', $_, $asked{$_}, $repeated{$_} // 0, $lost{$_} // 0 ), "\n" for @services;

sub is_over { return -e $stop || time > $end }

sub lose {
    my ( $asked_at, $client, $service, $reason ) = @_;
    $lost{$service}++;
    printf "lost %.3f %s %s %s\n", $asked_at, $client, $service, $reason;
}

sub ask_over_tcp {
    my $next = time;
    while (1) {
        for my $service (@services) {
            for my $client (@clients) {
                return if is_over();
                sleep seconds_until($next);
                $next = time + 0.008;
                $asked{$service}++;
                my $asked_at = time;
                my $failure  = eval { get( $client, $service ); 1 } ? undef : $@;
                lose( $asked_at, $client, $service, $failure =~ s/\n//r ) if defined $failure;
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
    while ( !defined $ended || time < $ended + 2 * $patience_seconds ) {
        $ended //= time if is_over();
        if ( !defined $ended && time >= $next ) {
            my ( $client, $service, $address ) = @{ $turns[ $turn++ % @turns ] };
            $asked{$service}++;
            $waiting{ ++$number } = [ time, $client, $service ];
            send $socket_of{$client}, $number, 0, $address;
            $next += 0.001;
        }
        for my $socket ( $ready->can_read( seconds_until($next) ) ) {
            defined recv $socket, my $answer, 100, 0 or next;
            my ( $host, $which ) = split / /, $answer;
            $answers{$host}++ if delete $waiting{$which};
        }
        if ( time > $told + 1 ) {
            $told = time;
            printf "answers %.2f %s\n", $told, join ' ', map { "$_=$answers{$_}" } sort keys %answers;
            for my $late ( grep { $waiting{$_}[0] < $told - $patience_seconds } keys %waiting ) {
                my ( $asked_at, $client, $service, $is_repeated ) = @{ delete $waiting{$late} };
                if ($is_repeated) { lose( $asked_at, $client, $service, 'no answer, twice' ); next }
                $repeated{$service}++;
                $waiting{$late} = [ $told, $client, $service, 1 ];
                send $socket_of{$client}, $late, 0, address_of($service);
            }
        }
    }
    lose( @{$_}[ 0 .. 2 ], 'no answer' ) for values %waiting;
}

sub seconds_until {
    my $seconds = shift() - time;
    return $seconds > 0 ? $seconds : 0;
}

sub address_of {
    my ( $address, $port ) = split /:/, shift;
    return pack_sockaddr_in( $port, inet_aton($address) );
}
