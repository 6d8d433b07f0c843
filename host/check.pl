# The health check that ldirectord runs inside itself (checktype external-perl): asks one real server through the VIP.
# One whose loopback lacks the VIP drops what clients send it, however well it answers on its own address.
#
# IPVS balances a packet with a firewall mark by the service of that mark. Each real server has such a service to itself,
# its probe (also items/probe.sh), so a marked packet to the VIP takes a client's way to exactly that real server.
package PulumiLvs;

use strict;
use warnings;
no warnings qw(once redefine);

use IO::Socket::IP;
use LWP::UserAgent;
use Socket qw(IPPROTO_IP SOL_SOCKET inet_aton);

# Linux: include/uapi/asm-generic/socket.h and include/uapi/linux/in.h.
our $SO_MARK                 = 36;
our $IP_BIND_ADDRESS_NO_PORT = 24;

our %asks = ( http => \&fetch, https => \&fetch, connect => \&open_connection );
our $table = '/proc/net/ip_vs';
our %down;

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
    # LWP and IO::Socket::SSL catch what is thrown inside them, and may make something of it.
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
    my $was_down = delete $down{$asked};
    $down{$asked} = 1 if defined $failure;
    main::ld_log("$asked: $failure") if defined $failure && !$was_down;
    main::ld_log("$asked: up again") if !defined $failure && $was_down;
}

sub fetch {
    my ( $check, $vip, $real_server ) = @_;
    local @LWP::Protocol::http::EXTRA_SOCK_OPTS = socket_options( $check, $real_server );
    my $agent = LWP::UserAgent->new(
        parse_head => 0,
        ssl_opts   => { verify_hostname => 0, SSL_verify_mode => 0 },
    );
    my $url    = "$check->{type}://$vip:$check->{port}$check->{path}";
    my $answer = $agent->get( $url, Host => $check->{virtualHost} // $vip );
    die $answer->message . "\n"     if $answer->header('Client-Warning');
    die $answer->status_line . "\n" if !$answer->is_success;
    die "the answer does not match $check->{expect}\n" if $check->{pattern} && $answer->content !~ $check->{pattern};
}

sub open_connection {
    my ( $check, $vip, $real_server ) = @_;
    IO::Socket::IP->new( PeerHost => $vip, PeerPort => $check->{port}, Proto => 'tcp', socket_options( $check, $real_server ) )
      or die "$@\n";
}

# From the director's own address: left to itself the kernel would take the VIP where the director holds it.
sub socket_options {
    my ( $check, $real_server ) = @_;
    return (
        LocalAddr => $check->{directorAddress},
        Sockopts  => [
            [ SOL_SOCKET, $SO_MARK, pack 'L', mark($real_server) ],
            # Ports in turn, not at random: for a minute IPVS sends a port that asked a dead real server there again.
            [ IPPROTO_IP, $IP_BIND_ADDRESS_NO_PORT, 1 ],
        ],
    );
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
