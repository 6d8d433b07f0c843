# The health check that ldirectord runs inside itself (checktype external-perl) and keepalived as a program (MISC_CHECK):
# asks one real server through the VIP. One whose loopback lacks the VIP drops what clients send it, however well it
# answers on its own address.
#
# IPVS balances a packet with a firewall mark by the service of that mark. Each real server has such a service to itself,
# its probe (also items/probe.sh), so a marked packet to the VIP takes a client's way to exactly that real server.
package PulumiLvs;

use strict;
use warnings;
no warnings qw(once redefine);

use Socket qw(IPPROTO_IP IPPROTO_TCP PF_INET SOCK_STREAM SOL_SOCKET inet_aton pack_sockaddr_in);

# Linux: include/uapi/asm-generic/socket.h and include/uapi/linux/in.h.
our $SO_MARK                 = 36;
our $IP_BIND_ADDRESS_NO_PORT = 24;

our %asks = ( http => \&fetch, https => \&fetch, connect => \&open_connection );
our $table = '/proc/net/ip_vs';
our %down;
our $memory = '/run/pulumi-lvs-checks';

# check(SETTINGS, VIP, PORT, REAL_SERVER, PORT) as ldirectord calls a check: dies where the real server is down.
# Without addresses it only makes sure that it could ask.
sub check {
    my ( $check, $vip, undef, $real_server ) = @_;
    forget_compiled();
    my $ask = $asks{ $check->{type} } or die "no way to check \"$check->{type}\"\n";
    $check->{pattern} = qr/$check->{expect}/ if defined $check->{expect};
    return if !defined $vip;

    my $failure = in_time( $check->{timeoutSeconds}, sub { hold_probe($real_server); $ask->( $check, $vip, $real_server ) } );
    log_change( "$check->{service}: $real_server, asked through VIP $vip:$check->{port}", $failure );
    die "$failure\n" if defined $failure;
}

# ldirectord keeps what it has compiled for as long as it lives; a changed file must count after a reload.
sub forget_compiled {
    delete $main::check_external_perl__funcs{$_} for grep { -r } keys %main::check_external_perl__funcs;
    delete $INC{ +__FILE__ } if -r __FILE__;
}

# What `$work` died of; undef when it ended well, and in time.
sub in_time {
    my ( $seconds, $work ) = @_;
    my $late;
    # IO::Socket::SSL catches what is thrown inside it, and may make something of it.
    local $SIG{ALRM} = sub { alarm 1; die $late = "no answer within $seconds s\n" };
    alarm $seconds;
    my $failure = eval { $work->(); 1 } ? undef : $@;
    # ldirectord would be killed by the alarm that it leaves behind when a check dies.
    alarm 0;
    $failure = $late if defined $late;
    chomp $failure if defined $failure;
    return $failure;
}

sub log_change {
    my ( $asked, $failure ) = @_;
    my $was_down = swap_down( $asked, defined $failure );
    my $log      = main->can('ld_log') // \&log_to_journal;
    $log->("$asked: $failure") if defined $failure && !$was_down;
    $log->("$asked: up again") if !defined $failure && $was_down;
}

# Whether it was down, which is remembered from now on: by ldirectord's process, or beyond one of keepalived's.
sub swap_down {
    my ( $asked, $is_down ) = @_;
    my $was_down;
    if ( main->can('ld_log') ) {
        $was_down = delete $down{$asked};
        $down{$asked} = 1 if $is_down;
    }
    else {
        my $mark = "$memory/" . $asked =~ tr/ /-/r;
        $was_down = -e $mark;
        if ( $is_down && !$was_down ) { mkdir $memory; open my $file, '>', $mark }
        unlink $mark if $was_down && !$is_down;
    }
    return $was_down;
}

sub log_to_journal { system 'logger', '--tag', 'pulumi-lvs-checks', @_ }

# By hand, as a module that speaks HTTP takes a small director longer to load than the check itself: keepalived starts a
# process for each.
sub fetch {
    my ( $check, $vip, $real_server ) = @_;
    my $connection = open_connection(@_);
    if ( $check->{type} eq 'https' ) {
        require IO::Socket::SSL;
        no warnings 'once';
        $connection = IO::Socket::SSL->start_SSL( $connection, SSL_verify_mode => 0 ) or die "$IO::Socket::SSL::SSL_ERROR\n";
    }
    my $host    = $check->{virtualHost} // $vip;
    my $request = join "\r\n", "GET $check->{path} HTTP/1.1", "Host: $host", 'User-Agent: pulumi-lvs', 'Connection: close', '', '';
    local $SIG{PIPE} = 'IGNORE';
    syswrite $connection, $request or die "$!\n";
    my ( $status, $content ) = answer($connection);
    die "$status\n" if $status !~ /^2/;
    die "the answer does not match $check->{expect}\n" if $check->{pattern} && $content !~ $check->{pattern};
}

# The status with its reason, and the content, as RFC 9112 has them.
sub answer {
    my ($connection) = @_;
    my $received = '';
    my ( $status, $fields );
    do {
        die "the answer ends within its head\n" if !more( $connection, \$received, sub { $received =~ /\r?\n\r?\n/ } );
        ( my $head, $received ) = split /\r?\n\r?\n/, $received, 2;
        ( $status, $fields ) = $head =~ m{^HTTP/1\.\d (\d{3}[^\r\n]*)(.*)}s or die "the answer is not HTTP\n";
    } while $status =~ /^1/;

    return ( $status, unchunked( $connection, $received ) ) if $fields =~ /^transfer-encoding:.*\bchunked\s*$/im;
    my ($length) = $fields =~ /^content-length:\s*(\d+)/im;
    $length = 0 if $status =~ /^[23]04/;
    more( $connection, \$received, sub { defined $length && length $received >= $length } );
    die "the answer ends early\n" if defined $length && length $received < $length;
    return ( $status, defined $length ? substr( $received, 0, $length ) : $received );
}

sub unchunked {
    my ( $connection, $received ) = @_;
    my $content = '';
    my $early   = "the answer ends early\n";
    while (1) {
        more( $connection, \$received, sub { $received =~ /\n/ } ) or die $early;
        $received =~ s/^([0-9a-f]+)[^\n]*\n//i or die "the answer is not chunked as it says\n";
        my $length = hex $1 or return $content;
        more( $connection, \$received, sub { length $received >= $length + 2 } ) or die $early;
        $content .= substr $received, 0, $length, '';
        $received =~ s/^\r?\n//;
    }
}

# Reads on until there is enough; false where the answer ends before.
sub more {
    my ( $connection, $received, $is_enough ) = @_;
    while ( !$is_enough->() ) {
        my $count = sysread $connection, $$received, 65536, length $$received;
        die "$!\n" if !defined $count;
        return 0    if $count == 0;
    }
    return 1;
}

sub open_connection {
    my ( $check, $vip, $real_server ) = @_;
    socket my $connection, PF_INET, SOCK_STREAM, IPPROTO_TCP or die "$!\n";
    send_from( $connection, $check->{directorAddress}, $real_server );
    connect $connection, pack_sockaddr_in( $check->{port}, inet_aton($vip) ) or die "$!\n";
    return $connection;
}

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
sub hold_probe {
    my ($real_server) = @_;
    return if is_held($real_server);
    my $mark = mark($real_server);
    system "ipvsadm -D -f $mark; ipvsadm -A -f $mark -s rr; ipvsadm -a -f $mark -r $real_server -g";
    die "ipvsadm cannot make its probe\n" if !is_held($real_server);
}

# The kernel prints marks and addresses in hexadecimal.
sub is_held {
    my ($real_server) = @_;
    open my $lines, '<', $table or return 0;
    local $/ = undef;
    my $probe = sprintf 'FWM +%08X rr *\n +-> %08X:0000 +Route +1 .*\n(?! +->)', mark($real_server),
      unpack 'N', inet_aton($real_server);
    return <$lines> =~ /^$probe/m;
}

1;
