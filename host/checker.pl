# Checks the real servers of all services for as long as it runs, all at once and without a process for each. For each of them it
# keeps a file below /run/pulumi-lvs-checks, 0 where it is up and 1 where it is down, which keepalived watches (FILE_CHECK).
# Its folder has check.pl, which asks, and `services`, what is to be asked: blocks of Perl, one for each service.
#
#   checker.pl run                        as pulumi-lvs-checker.service
#   checker.pl reload PID                 has that one start anew as it is by now, and returns when every real server has its file
#   checker.pl prepare                    makes rules that are in the kernel's table as the results have it: a keepalived that
#                                         starts takes them for its own, and for right
#   checker.pl test FILE                  whether a file can be the next `services`
#   checker.pl once SERVICE ADDRESS:PORT  asks now; fails, and says why, where the real server is down
use strict;
use warnings;
no warnings qw(once);

use File::Basename qw(dirname);
use File::Path qw(make_path);
use IO::Socket::UNIX ();
use Time::HiRes qw(sleep);

my $folder = dirname(__FILE__);
my $results = $ENV{PULUMI_LVS_RESULTS} // '/run/pulumi-lvs-checks';
my $ready   = "$results/ready";
require "$folder/check.pl";

# A burst must not be too much for the real servers.
my $most_at_once  = 512;
my $tick_seconds  = 0.1;
# What happens within this time is handled together: a system call is dear on small hosts.
my $rest_seconds  = 0.01;
my $table_seconds = 1;
my $alive_seconds = 10;

# What becomes known of each real server of a service: whether it is down, and how often in a row it has failed.
my @checked;

# --- What is to be asked ---

# services(FILE): dies where it is none.
sub services {
    my ($file) = @_;
    my $services = eval '[' . read_file($file) . ']' or die $@;
    PulumiLvs::understand($_) for @$services;
    return @$services;
}

# Who has never been asked is down until it answers, unless it gets connections already.
sub load {
    my $balanced = balanced();
    for my $service ( services("$folder/services") ) {
        for my $real_server ( sort keys %{ $service->{realServers} } ) {
            my $result = result_of( $service, $real_server );
            my $one    = { service => $service, real_server => $real_server, result => $result, failures => 0 };
            push @checked, $one;
            if ( -e $result ) {
                @$one{qw(is_down is_known is_spread)} = ( read_file($result), 1, 1 );
                PulumiLvs::remember( $service, $service->{vip}, address($real_server) ) if $one->{is_down};
            }
            elsif ( !$balanced->{ rule_of( $service, $real_server ) } ) { settle( $one, 1 ) }
        }
    }
}

sub result_of { my ( $service, $real_server ) = @_; return "$results/" . $service->{key} =~ tr/ /-/r . "-$real_server" }
sub rule_of   { my ( $service, $real_server ) = @_; return $service->{realServers}{$real_server}{up} =~ s/^-e (.* -r \S+).*/$1/r }

# The rules of the kernel's table that lead to a real server, as far as their SERVICE -r ADDRESS:PORT.
sub balanced { return { map { /^-a (.* -r \S+)/ ? ( $1 => 1 ) : () } qx(ipvsadm -Sn 2>/dev/null) } }

sub address { return $_[0] =~ s/:\d+$//r }

# --- When something is due ---

# By ticks; what is due later than now waits in its tick.
my %due;
my $done_until = 0;

sub now { return PulumiLvs::now() }

sub begin_moment { undef $PulumiLvs::moment; $PulumiLvs::moment = now() }

sub at { my ( $seconds, $do ) = @_; push @{ $due{ int $seconds / $tick_seconds } }, $do }

sub do_what_is_due {
    my $now = int now() / $tick_seconds;
    return if $now == $done_until;
    $done_until = $now;
    for my $tick ( sort { $a <=> $b } grep { $_ <= $now } keys %due ) { $_->() for @{ delete $due{$tick} } }
}

# --- Asking ---

my ( %asking, @waiting, %held );
my ( $readable, $writable, $probes_are_old_at ) = ( '', '', 0 );

sub ask {
    my ($one) = @_;
    if ( keys %asking >= $most_at_once ) { push @waiting, $one; return }
    my $service = $one->{service};
    my $asking  = eval {
        hold_probe( address( $one->{real_server} ) );
        PulumiLvs::begin( $service, $service->{vip}, address( $one->{real_server} ) );
    } or return answered( $one, $@ );
    @$asking{qw(one number)} = ( $one, fileno $asking->{connection} );
    $asking{ $asking->{number} } = $asking;
    await($asking);
    at( $asking->{deadline}, sub { end( $asking, PulumiLvs::late($asking) ) } );
}

# The kernel's table is read for many checks at once.
sub hold_probe {
    my ($address) = @_;
    if ( now() > $probes_are_old_at ) { %held = %{ PulumiLvs::held_probes() }; $probes_are_old_at = now() + $table_seconds }
    return if $held{$address};
    PulumiLvs::hold_probes($address);
    begin_moment();
    $held{$address} = 1;
}

sub await {
    my ($asking) = @_;
    vec( $readable, $asking->{number}, 1 ) = $asking->{wants} eq 'read';
    vec( $writable, $asking->{number}, 1 ) = $asking->{wants} eq 'write';
}

sub go_on {
    my ($asking) = @_;
    my $is_well = eval { $asking->{next}->($asking); 1 };
    if    ( !$is_well )        { end( $asking, $@ ) }
    elsif ( $asking->{next} )  { await($asking) }
    else                       { end($asking) }
}

sub end {
    my ( $asking, $failure ) = @_;
    return if !$asking->{one};
    my $one = delete $asking->{one};
    vec( $_, $asking->{number}, 1 ) = 0 for $readable, $writable;
    delete $asking{ $asking->{number} };
    close $asking->{connection};
    answered( $one, $failure );
}

sub answered {
    my ( $one, $failure ) = @_;
    my ( $service, $address ) = ( $one->{service}, address( $one->{real_server} ) );
    chomp $failure if defined $failure;
    PulumiLvs::log_change( sub { print STDERR "@_\n" }, $service, $service->{vip}, $address, $failure );
    $one->{failures} = defined $failure ? $one->{failures} + 1 : 0;
    take_out($one) if $one->{is_down} && $one->{failures};
    settle( $one, $one->{failures} ? 1 : 0 ) if !$one->{failures} || $one->{failures} >= $service->{failures};
    ask_within( $one, $one->{is_spread}++ ? 1 : rand );
}

# In this share of its interval. They are spread over it, as all at once would be a burst each time.
sub ask_within {
    my ( $one, $share ) = @_;
    at( now() + $share * $one->{service}{intervalSeconds}, sub { ask($one) } );
}

# --- What becomes known ---

sub settle {
    my ( $one, $is_down ) = @_;
    return if defined $one->{is_down} && $one->{is_down} == $is_down;
    $one->{is_down} = $is_down;
    write_file( $one->{result}, $is_down );
}

# keepalived may have read a file just before it changed, and not watched it yet. It has had an interval since.
my ( $served, $served_is_old_at ) = ( {}, 0 );

sub take_out {
    my ($one) = @_;
    my ( $service, $real_server ) = @$one{qw(service real_server)};
    if ( now() > $served_is_old_at ) { $served = PulumiLvs::served(); $served_is_old_at = now() + $table_seconds }
    return if !delete $served->{"$service->{key} to $real_server"};
    print STDERR "$service->{service}: $real_server is down, and keepalived has missed it: taken out\n";
    system 'ipvsadm', split / /, $service->{realServers}{$real_server}{down};
}

sub read_file { local ( $/, @ARGV ) = ( undef, @_ ); return <> =~ s/\n\z//r }

# Whoever reads it never sees a part.
sub write_file {
    my ( $file, $text ) = @_;
    open my $new, '>', "$file.new" or die "$file.new: $!\n";
    print {$new} "$text\n";
    close $new or die "$file.new: $!\n";
    rename "$file.new", $file or die "$file: $!\n";
}

# sd_notify(3).
sub tell_systemd {
    my $path = $ENV{NOTIFY_SOCKET} or return;
    my $socket = IO::Socket::UNIX->new( Type => IO::Socket::UNIX::SOCK_DGRAM(), Peer => $path =~ s/^@/\0/r ) or return;
    $socket->send( join "\n", @_ );
}

sub tell_that_ready {
    if ( grep { !defined $_->{is_down} } @checked ) { at( now() + $tick_seconds, \&tell_that_ready ); return }
    write_file( $ready, $$ );
    tell_systemd('READY=1');
}

sub tell_that_alive {
    my $down = grep { $_->{is_down} } @checked;
    tell_systemd( 'WATCHDOG=1', 'STATUS=' . @checked . " real servers of services checked, $down of them down" );
    at( now() + $alive_seconds, \&tell_that_alive );
}

# --- Verbs ---

my $is_to_start_anew;

sub run {
    $SIG{PIPE} = 'IGNORE';
    make_path($results);
    unlink $ready;
    # Perl blocks a signal while it is handled, and the next program would inherit that.
    local $SIG{HUP} = sub { $is_to_start_anew = 1 };
    load();
    tell_that_alive();
    for my $one (@checked) {
        if   ( $one->{is_known} ) { ask_within( $one, rand ) }
        else                      { ask($one) }
    }
    tell_that_ready();
    until ($is_to_start_anew) {
        sleep $rest_seconds;
        my $count = select my $can_read = $readable, my $can_write = $writable, undef, $tick_seconds;
        begin_moment();
        if ( $count > 0 ) { go_on($_) for grep { defined } map { $asking{$_} } numbers_in( $can_read | $can_write ) }
        do_what_is_due();
        ask( shift @waiting ) while @waiting && keys %asking < $most_at_once;
    }
    # Itself, as it is by now. What is known stands in the results.
    exec $^X, __FILE__, 'run';
}

sub numbers_in {
    my $bits = unpack 'b*', $_[0];
    my ( $at, @numbers ) = (-1);
    push @numbers, $at while ( $at = index $bits, '1', $at + 1 ) >= 0;
    return @numbers;
}

sub reload {
    my ($pid) = @_;
    unlink $ready;
    kill HUP => $pid or die "process $pid: $!\n";
    until ( -e $ready ) {
        kill 0 => $pid or die "it has ended, see the journal\n";
        sleep 0.05;
    }
}

sub prepare {
    my $balanced = balanced();
    my @changes;
    for my $service ( services("$folder/services") ) {
        for my $real_server ( grep { -e result_of( $service, $_ ) } sort keys %{ $service->{realServers} } ) {
            next if !$balanced->{ rule_of( $service, $real_server ) };
            my $is_down = read_file( result_of( $service, $real_server ) );
            push @changes, $service->{realServers}{$real_server}{ $is_down ? 'down' : 'up' };
        }
    }
    return if !@changes;
    open my $ipvsadm, '|-', 'ipvsadm -R' or die "ipvsadm: $!\n";
    print {$ipvsadm} "$_\n" for @changes;
    close $ipvsadm or die "ipvsadm has refused something\n";
}

sub once {
    my ( $name, $real_server ) = @_;
    my ($service) = grep { $_->{service} eq $name } services("$folder/services");
    die "no service $name\n" if !$service;
    my $address = address($real_server);
    PulumiLvs::hold_probes($address);
    PulumiLvs::wait_for( PulumiLvs::begin( $service, $service->{vip}, $address ) );
}

my %verbs = ( run => \&run, reload => \&reload, prepare => \&prepare, once => \&once, test => \&services );
my ( $verb, @arguments ) = @ARGV;
my $do = $verbs{ $verb // '' } or die "give run, reload, prepare, test or once\n";
@ARGV = ();
$do->(@arguments);
