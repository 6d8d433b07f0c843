# Stands in for ipvsadm(8) and the kernel: `perl ipvsadm.pl FOLDER ARGUMENT…`. The table is FOLDER/table, a line of
# `ipvsadm -Sn` each, with thresholds (-x, -y) and, after " # ", active and inactive connections; what is told with -R is kept
# in FOLDER/done. Prints what ipvsadm 1.31 prints, and refuses what the kernel refuses.
use strict;
use warnings;

my ( $folder, @arguments ) = @ARGV;
my ( %rest, @names );

sub name_of { return $_[0] =~ /^-\w (\S+ \S+(?: -6)?(?: -r \S+)?) ?(.*)/ ? ( $1, $2 ) : die "invalid: $_[0]\n" }

sub put {
    my ( $name, $rest ) = @_;
    push @names, $name if !defined $rest{$name};
    $rest{$name} = $rest;
}

sub parts {
    my ( $rules, $counts ) = split / # /, $_[0];
    my ($upper) = $rules =~ s/ -x (\d+)// ? $1 : 0;
    my ($lower) = $rules =~ s/ -y (\d+)// ? $1 : 0;
    return ( $rules, $upper, $lower, split ' ', $counts // '0 0' );
}

# In the order in which the kernel has services, each with its real servers.
sub ordered {
    return map { my $service = $_; ( $service, grep { index( $_, "$service -r " ) == 0 } @names ) } grep { !/ -r / } @names;
}

sub change {
    my ($line) = @_;
    my ( $name, $rest ) = name_of($line);
    my ( $verb, $service ) = ( substr( $line, 1, 1 ), $name =~ s/ -r .*//r );
    my $what = $name eq $service ? 'Service' : 'Destination';
    return "No such service\n" if $what eq 'Destination' && !defined $rest{$service};
    return "$what already exists\n" if $verb =~ /a/i && defined $rest{$name};
    return 'No such ' . lc($what) . "\n" if $verb =~ /[ed]/i && !defined $rest{$name};
    if ( $verb =~ /d/i ) { my @gone = grep { $_ eq $name || index( $_, "$name -r " ) == 0 } @names; delete @rest{@gone} }
    else { put( $name, $rest . ( ( $rest{$name} // '' ) =~ /( # .*)/ ? $1 : '' ) ) }
    @names = grep { defined $rest{$_} } @names;
    return;
}

if ( open my $table, '<', "$folder/table" ) {
    while (<$table>) { chomp; put( name_of($_) ) if /\S/ }
}
if ( $arguments[0] eq '-Sn' ) {
    for ( ordered() ) { my ($rules) = parts( $rest{$_} ); print( ( / -r / ? "-a $_" : "-A $_" ) . " $rules\n" ) }
}
elsif ( "@arguments" eq '-Ln --thresholds' ) {
    print "IP Virtual Server version 1.2.1 (size=4096)\n";
    printf "%-33s %-10s %-10s %-10s %-10s\n  -> RemoteAddress:Port\n", 'Prot LocalAddress:Port', qw(Uthreshold Lthreshold ActiveConn InActConn);
    my %protocol = ( -t => 'TCP', -u => 'UDP', -f => 'FWM' );
    for ( ordered() ) {
        my ( $rules, @numbers ) = parts( $rest{$_} );
        if (/ -r (.*)/) { printf "  -> %-28s %-10u %-10u %-10u %-10u\n", $1, @numbers }
        else { my ( $flag, $at, $ipv6 ) = split; printf "%-4s %s %s\n", $protocol{$flag}, $at . ( $ipv6 ? ' IPv6' : '' ), $rules =~ /-s (\S+)/ }
    }
}
elsif ( $arguments[0] eq '-R' ) {
    my $failed = 0;
    open my $done, '>>', "$folder/done" or die;
    while (<STDIN>) {
        chomp;
        print $done "ipvsadm $_\n";
        my $failure = change($_);
        $failed = defined $failure;
        print STDERR $failure if $failed;
    }
    open my $table, '>', "$folder/table" or die;
    print {$table} ( / -r / ? "-a $_ $rest{$_}\n" : "-A $_ $rest{$_}\n" ) for ordered();
    exit $failed;
}
