#!/usr/bin/perl
# Asks http://ADDRESS:PORT/ on a new connection every INTERVAL ms, whatever became of the ones before, until the file
# `stop` appears or LONGEST seconds are over. Writes a line for each, in milliseconds of the epoch: when it was asked, and
# when its answer began to come; `-` where none came within PATIENCE ms.
# Arguments: ADDRESS PORT INTERVAL PATIENCE LONGEST
use strict;
use warnings;
use Errno qw(EINPROGRESS);
use Fcntl qw(F_GETFL F_SETFL O_NONBLOCK);
use Socket;
use Time::HiRes qw(time);

my ($address, $port, $interval, $patience, $longest) = @ARGV;
defined $longest or die "poll.pl: give ADDRESS PORT INTERVAL PATIENCE LONGEST\n";
my $peer = pack_sockaddr_in($port, inet_aton($address));
my $request = "GET / HTTP/1.1\r\nHost: $address\r\nConnection: close\r\n\r\n";
$_ /= 1000 for $interval, $patience;
$SIG{PIPE} = 'IGNORE';

# By file descriptor.
my %open;

sub ask {
    my ($now) = @_;
    socket(my $socket, PF_INET, SOCK_STREAM, 0) or die "poll.pl: socket: $!\n";
    fcntl($socket, F_SETFL, fcntl($socket, F_GETFL, 0) | O_NONBLOCK) or die "poll.pl: fcntl: $!\n";
    my $poll = { socket => $socket, asked => $now, sent => 0 };
    if (connect($socket, $peer) || $! == EINPROGRESS) { $open{ fileno $socket } = $poll }
    else { finish($poll) }
}

sub finish {
    my ($poll, $answered) = @_;
    printf "%.1f %s\n", $poll->{asked} * 1000, defined $answered ? sprintf('%.1f', $answered * 1000) : '-';
    delete $open{ fileno $poll->{socket} };
    close $poll->{socket};
}

# Returns when a connection is ready or it is time for something else; then goes on with those that are ready.
sub attend {
    my ($until) = @_;
    my ($readable, $writable) = ('', '');
    vec($open{$_}{sent} ? $readable : $writable, $_, 1) = 1 for keys %open;
    my $wait = $until - time;
    return if select($readable, $writable, undef, $wait > 0 ? $wait : 0) <= 0;
    my $now = time;
    for my $number (keys %open) {
        my $poll = $open{$number};
        if (vec $writable, $number, 1) {
            # Also where the connection was refused.
            defined syswrite($poll->{socket}, $request) ? ($poll->{sent} = 1) : finish($poll);
        }
        elsif (vec $readable, $number, 1) {
            my $read = sysread $poll->{socket}, my $answer, 4096;
            finish($poll, $read && $answer =~ m{^HTTP/1\.[01] 200 } ? $now : undef);
        }
    }
}

sub give_up {
    my ($now) = @_;
    finish($_) for grep { $now - $_->{asked} >= $patience } values %open;
}

my $begin = time;
for (my $next = $begin; $next < $begin + $longest && !-e 'stop';) {
    my $now = time;
    give_up($now);
    if ($now >= $next) {
        ask($now);
        # What this process was too late for is not made good by asking several times at once.
        $next += $interval * (1 + int(($now - $next) / $interval));
    }
    attend($next);
}
while (%open) {
    give_up(time);
    attend(time + 0.01);
}
