# The health check: asks one real server through the VIP. One whose loopback lacks the VIP drops what clients send it, however
# well it answers on its own address. ldirectord runs it inside itself (checktype external-perl), for keepalived checker.pl
# runs all of them.
#
# IPVS balances a packet with a firewall mark by the service of that mark. Each real server has such a service to itself,
# its probe (also items/probe.sh), so a marked packet to the VIP takes a client's way to exactly that real server.
package PulumiLvs;

use strict;
use warnings;
no warnings qw(once redefine);

use Errno qw(EAGAIN EINPROGRESS EINTR);
use Socket qw(IPPROTO_IP IPPROTO_TCP PF_INET SOCK_NONBLOCK SOCK_STREAM SOL_SOCKET SO_ERROR inet_aton pack_sockaddr_in);
use Time::HiRes qw(CLOCK_MONOTONIC clock_gettime);

# Linux: include/uapi/asm-generic/socket.h and include/uapi/linux/in.h.
our $SO_MARK                 = 36;
our $IP_BIND_ADDRESS_NO_PORT = 24;

# What follows once there is a connection, by the type of check.
our %follows = ( http => \&send_request, https => \&start_tls, connect => undef );
our $table = '/proc/net/ip_vs';
our %down;

# check(SETTINGS, VIP, PORT, REAL_SERVER, PORT) as ldirectord calls a check: dies where the real server is down.
# Without addresses it only makes sure that it could ask.
sub check {
    my ( $check, $vip, undef, $real_server ) = @_;
    forget_compiled();
    understand($check);
    return if !defined $vip;

    # ldirectord would be killed by the one that it leaves behind when a check dies.
    alarm 0;
    my $failure = eval { hold_probes($real_server); wait_for( begin( $check, $vip, $real_server ) ); 1 } ? undef : $@;
    chomp $failure if defined $failure;
    log_change( \&main::ld_log, $check, $vip, $real_server, $failure );
    die "$failure\n" if defined $failure;
}

# ldirectord keeps what it has compiled for as long as it lives; a changed file must count after a reload.
sub forget_compiled {
    delete $main::check_external_perl__funcs{$_} for grep { -r } keys %main::check_external_perl__funcs;
    delete $INC{ +__FILE__ } if -r __FILE__;
}

# Dies where the settings are no check.
sub understand {
    my ($check) = @_;
    exists $follows{ $check->{type} } or die "no way to check \"$check->{type}\"\n";
    $check->{pattern} = qr/$check->{expect}/ if defined $check->{expect};
    require IO::Socket::SSL                  if $check->{type} eq 'https';
}

# Says by `$log` what has changed since the last answer; undef is no failure.
sub log_change {
    my ( $log, $check, $vip, $real_server, $failure ) = @_;
    my $asked    = asked( $check, $vip, $real_server );
    my $was_down = delete $down{$asked};
    $down{$asked} = 1          if defined $failure;
    $log->("$asked: $failure") if defined $failure && !$was_down;
    $log->("$asked: up again") if !defined $failure && $was_down;
}

# It was down before this process began.
sub remember { $down{ asked(@_) } = 1 }

sub asked { my ( $check, $vip, $real_server ) = @_; return "$check->{service}: $real_server, asked through VIP $vip:$check->{port}" }

# --- Asking, step by step, so that many can be asked at once ---
#
# An asking has a connection, `next`, what is done as soon as the connection is ready for what it `wants` (read or write), and
# a `deadline`. What is done dies where the real server is down; `next` is undef when it is up.

sub begin {
    my ( $check, $vip, $real_server ) = @_;
    socket my $connection, PF_INET, SOCK_STREAM | SOCK_NONBLOCK, IPPROTO_TCP or die "$!\n";
    send_from( $connection, $check->{directorAddress}, $real_server );
    connect $connection, pack_sockaddr_in( $check->{port}, inet_aton($vip) ) or $!{EINPROGRESS} or die "$!\n";
    return {
        check      => $check,
        vip        => $vip,
        connection => $connection,
        deadline   => now() + $check->{timeoutSeconds},
        wants      => 'write',
        next       => \&connected,
        received   => '',
    };
}

# Seconds, whatever becomes of the host's date. Whoever does much in a moment says when that is: some kernels take a system call
# to tell.
our $moment;
sub now { return $moment // clock_gettime(CLOCK_MONOTONIC) }

# For one alone: until it is known.
sub wait_for {
    my ($asking) = @_;
    local $SIG{PIPE} = 'IGNORE';
    while ( $asking->{next} ) {
        my $bits = '';
        vec( $bits, fileno $asking->{connection}, 1 ) = 1;
        my ( $readable, $writable ) = $asking->{wants} eq 'read' ? ( $bits, undef ) : ( undef, $bits );
        my $left  = $asking->{deadline} - now();
        my $count = $left > 0 ? select $readable, $writable, undef, $left : 0;
        next              if $count < 0 && $!{EINTR};
        die late($asking) if $count <= 0;
        $asking->{next}->($asking);
    }
}

sub late { my ($asking) = @_; return "no answer within $asking->{check}{timeoutSeconds} s\n" }

sub connected {
    my ($asking) = @_;
    $! = unpack 'i', getsockopt $asking->{connection}, SOL_SOCKET, SO_ERROR;
    die "$!\n" if $!;
    $asking->{next} = $follows{ $asking->{check}{type} };
}

sub start_tls {
    my ($asking) = @_;
    my %settings = ( SSL_verify_mode => 0, SSL_startHandshake => 0 );
    IO::Socket::SSL->start_SSL( $asking->{connection}, %settings ) or die "$IO::Socket::SSL::SSL_ERROR\n";
    $asking->{next} = \&shake_hands;
}

sub shake_hands {
    my ($asking) = @_;
    if ( $asking->{connection}->connect_SSL ) { @$asking{qw(wants next)} = ( 'write', \&send_request ) }
    else                                      { wait_for_tls($asking) }
}

# TLS may have to read before it can write, and the other way round.
sub wait_for_tls {
    my ($asking) = @_;
    my $error = $IO::Socket::SSL::SSL_ERROR;
    if    ( $error == IO::Socket::SSL::SSL_WANT_READ() )  { $asking->{wants} = 'read' }
    elsif ( $error == IO::Socket::SSL::SSL_WANT_WRITE() ) { $asking->{wants} = 'write' }
    else                                                  { die "$error\n" }
}

# By hand, as a module that speaks HTTP waits for one answer at a time.
sub send_request {
    my ($asking) = @_;
    my $check    = $asking->{check};
    my $host     = $check->{virtualHost} // $asking->{vip};
    $asking->{unsent} //= join "\r\n", "GET $check->{path} HTTP/1.1", "Host: $host", 'User-Agent: pulumi-lvs',
      'Connection: close', '', '';
    my $count = syswrite $asking->{connection}, $asking->{unsent};
    return not_yet($asking) if !defined $count;
    substr $asking->{unsent}, 0, $count, '';
    @$asking{qw(wants next part)} = ( 'read', \&receive, \&head ) if $asking->{unsent} eq '';
}

# Nothing could be sent or received: it cannot be yet, or never.
sub not_yet {
    my ($asking) = @_;
    return wait_for_tls($asking) if $asking->{check}{type} eq 'https';
    die "$!\n" if !$!{EAGAIN} && !$!{EINTR};
}

sub receive {
    my ($asking) = @_;
    while ( $asking->{next} ) {
        my $count = sysread $asking->{connection}, $asking->{received}, 65536, length $asking->{received};
        return not_yet($asking) if !defined $count;
        1 while $asking->{part} and $asking->{part}->( $asking, $count == 0 );
        judge($asking)                   if !$asking->{part};
        die "the answer ends early\n"    if $asking->{next} && $count == 0;
    }
}

sub judge {
    my ($asking) = @_;
    my ( $status, $pattern ) = ( $asking->{status}, $asking->{check}{pattern} );
    die "$status\n" if $status !~ /^2/;
    die "the answer does not match $asking->{check}{expect}\n" if $pattern && $asking->{content} !~ $pattern;
    $asking->{next} = undef;
}

# --- The parts of an answer, as RFC 9112 has them: each takes what it can of `received`, and is false where it needs more ---

sub head {
    my ( $asking, $has_ended ) = @_;
    if ( $asking->{received} !~ /\r?\n\r?\n/ ) {
        die "the answer ends within its head\n" if $has_ended;
        return 0;
    }
    ( my $head, $asking->{received} ) = split /\r?\n\r?\n/, $asking->{received}, 2;
    my ( $status, $fields ) = $head =~ m{^HTTP/1\.\d (\d{3}[^\r\n]*)(.*)}s or die "the answer is not HTTP\n";
    # It goes on before it answers.
    return 1 if $status =~ /^1/;
    @$asking{qw(status content)} = ( $status, '' );
    my ($length) = $fields =~ /^content-length:\s*(\d+)/im;
    $asking->{length} = $status =~ /^[23]04/ ? 0 : $length;
    my $is_chunked = $fields =~ /^transfer-encoding:.*\bchunked\s*$/im;
    $asking->{part} = $is_chunked ? \&chunk_size : defined $asking->{length} ? \&sized : \&unsized;
    return 1;
}

sub sized {
    my ($asking) = @_;
    return 0 if length $asking->{received} < $asking->{length};
    $asking->{content} = substr $asking->{received}, 0, $asking->{length};
    $asking->{part}    = undef;
    return 1;
}

sub unsized {
    my ( $asking, $has_ended ) = @_;
    return 0 if !$has_ended;
    @$asking{qw(content part)} = ( $asking->{received}, undef );
    return 1;
}

sub chunk_size {
    my ($asking) = @_;
    return 0 if $asking->{received} !~ /\n/;
    $asking->{received} =~ s/^([0-9a-f]+)[^\n]*\n//i or die "the answer is not chunked as it says\n";
    $asking->{length} = hex $1;
    $asking->{part} = $asking->{length} ? \&chunk : undef;
    return 1;
}

sub chunk {
    my ($asking) = @_;
    return 0 if length $asking->{received} < $asking->{length} + 2;
    $asking->{content} .= substr $asking->{received}, 0, $asking->{length}, '';
    $asking->{received} =~ s/^\r?\n//;
    $asking->{part} = \&chunk_size;
    return 1;
}

# --- The way of what is sent ---

# From the director's own address: left to itself the kernel would take the VIP where the director holds it.
sub send_from {
    my ( $connection, $address, $real_server ) = @_;
    setsockopt $connection, SOL_SOCKET, $SO_MARK, pack 'L', mark($real_server) or die "SO_MARK: $!\n";
    # Ports in turn, not at random: for a minute IPVS sends a port that asked a dead real server there again.
    setsockopt $connection, IPPROTO_IP, $IP_BIND_ADDRESS_NO_PORT, 1 or die "IP_BIND_ADDRESS_NO_PORT: $!\n";
    bind $connection, pack_sockaddr_in( 0, inet_aton($address) ) or die "$address: $!\n";
}

# The real server's address as a number, but for its first bit, which is the same on the whole link: ipvsadm prints a
# mark that has it as a negative number, which ldirectord cannot read.
sub mark {
    my ($real_server) = @_;
    return unpack( 'N', inet_aton($real_server) ) & 0x7fffffff;
}

# Without its probe a marked packet would go to any real server, and one that is down would seem to be up.
sub hold_probes {
    my (@real_servers) = @_;
    my $held = held_probes();
    my @missing = grep { !$held->{$_} } @real_servers or return;
    for my $real_server (@missing) {
        my $mark = mark($real_server);
        system "ipvsadm -D -f $mark; ipvsadm -A -f $mark -s rr; ipvsadm -a -f $mark -r $real_server -g";
    }
    $held = held_probes();
    die "ipvsadm cannot make its probe\n" if grep { !$held->{$_} } @missing;
}

# The real servers whose probes lead to them, and to nobody else.
sub held_probes {
    my $text = table_text();
    my %held;
    while ( $text =~ /^FWM +([0-9A-F]{8}) rr *\n +-> ([0-9A-F]{8}):0000 +Route +1 .*\n(?! +->)/mg ) {
        my ( $mark, $address ) = ( hex $1, dotted($2) );
        $held{$address} = 1 if $mark == mark($address);
    }
    return \%held;
}

# Who gets new connections: `tcp VIP:PORT to ADDRESS:PORT`.
sub served {
    my ( $service, %served );
    for ( split /\n/, table_text() ) {
        if    (/^(TCP|UDP) +(\w{8}):(\w{4}) /)        { $service = lc($1) . ' ' . dotted($2) . ':' . hex $3 }
        elsif (/^FWM /)                               { $service = undef }
        elsif (/^ +-> (\w{8}):(\w{4}) +\w+ +[1-9]/) { $served{ "$service to " . dotted($1) . ':' . hex $2 } = 1 if $service }
    }
    return \%served;
}

# What the kernel has: it prints marks, addresses and ports in hexadecimal.
sub table_text {
    open my $lines, '<', $table or return '';
    local $/ = undef;
    return <$lines> // '';
}

sub dotted { return join '.', unpack 'C4', pack 'N', hex $_[0] }

1;
