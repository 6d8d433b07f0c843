# The kernel's IPVS table, which ipvsadm(8) prints and changes: how it is told, and what leads to how it should be. What can
# be asked of it stands in tableVerbs.pl, which follows this text. Nothing here changes the table.
#
# A table is told in lines, each of which begins with a name: that of a service, or of a real server in it.
#   tcp 192.0.2.10:80 scheduler wrr persistent 300 mask 255.255.255.0 flags sh-fallback,sh-port
#   tcp 192.0.2.10:80 to 192.0.2.21:80 dr weight 1 upper-threshold 10 lower-threshold 5 active 3 inactive 7
# Services may be `udp`, `sctp`, `mark 7` or `mark 7 ipv6` too. Connections are told where somebody asks how it is.
use strict;
use warnings;

# A line is ipvsadm's own (`ipvsadm -Sn`) in other words. What has no word here is told as ipvsadm does.
my %word = qw(
  -t tcp -u udp --sctp-service sctp -f mark -6 ipv6 -s scheduler -p persistent -M mask --pe engine -o one-packet -b flags
  -r to -g dr -m nat -i tun -w weight -x upper-threshold -y lower-threshold
);
my %option = reverse %word;
my %listed = qw(TCP tcp UDP udp SCTP sctp FWM mark);

sub translated { my ( $words, $text ) = @_; return join ' ', map { $words->{$_} // $_ } split ' ', $text }

# --- A table: what follows each name, the names of a service's real servers, and their connections ---

sub table_of {
    my $table = { rest => {}, real => {}, connections => {} };
    for (@_) {
        my ( $service, $to, $rest ) = /^((?:tcp|udp|sctp|mark) \S+(?: ipv6)?)( to \S+)? (.+?)(?: active \d+ inactive \d+)?$/
          or die "not a line of a table: $_\n";
        my $name = $service . ( $to // '' );
        push @{ $table->{real}{$service} }, $name if defined $to && !$table->{rest}{$name};
        $table->{rest}{$name} = $rest;
    }
    return $table;
}

sub service_of { return $_[0] =~ s/ to .*//r }
sub endpoint   { return $_[0] =~ s/.* to //r }
sub address    { return endpoint( $_[0] ) =~ s/:\d+$//r =~ tr/[]//dr }
sub services   { my ($table) = @_; return grep { !/ to / } sort keys %{ $table->{rest} } }
sub real       { my ( $table, $service ) = @_; return sort @{ $table->{real}{$service} // [] } }
sub line       { my ( $table, $name ) = @_; return "$name $table->{rest}{$name}" }
sub weight     { my ( $table, $name ) = @_; return $table->{rest}{$name} =~ /\bweight (\d+)/ ? $1 : 0 }

# Those of the names that are there; that of a service stands for all its real servers.
sub named { my ( $table, @names ) = @_; return map { / to / ? grep { $table->{rest}{$_} } $_ : real( $table, $_ ) } @names }

# --- What ipvsadm prints ---

# The table of this moment; empty where the kernel has none. `ipvsadm -Sn` tells all but thresholds and connections.
sub kernel {
    my $table = table_of( map { translated( \%word, s/^-[Aa] //r ) } ipvsadm('-Sn') );
    my $service;
    for ( ipvsadm( '-Ln', '--thresholds' ) ) {
        $service = $listed{$1} . " $2" . ( $3 ? ' ipv6' : '' ) if /^(TCP|UDP|SCTP|FWM) +(\S+)( IPv6)?/;
        my ( $to, $upper, $lower, @connections ) = /^ +-> +(\S+) +(\d+) +(\d+) +(\d+) +(\d+)/ or next;
        my $name = "$service to $to";
        next if !$table->{rest}{$name};
        $table->{rest}{$name} .= " upper-threshold $upper" if $upper;
        $table->{rest}{$name} .= " lower-threshold $lower" if $lower;
        $table->{connections}{$name} = \@connections;
    }
    return $table;
}

sub ipvsadm { return qx(exec ipvsadm @_ 2>/dev/null) }

# --- Changes, as ipvsadm takes them ---

sub told    { my ( $verb, $line ) = @_; return ( $line =~ / to / ? lc $verb : $verb ) . ' ' . translated( \%option, $line ) }
sub removal { return map { told( '-D', $_ ) } @_ }

# While the scheduler of a service changes the kernel has neither (ip_vs_edit_service waits for all readers in between), and
# answers new connections that nobody is there. `mute VIP` says whose answers are to be kept back.
sub edited_service {
    my ($line) = @_;
    my ($vip)  = $line =~ /^(?:tcp|udp|sctp) (\S+):\d+ /;
    return ( defined $vip ? 'mute ' . ( $vip =~ tr/[]//dr ) . ' ' : '' ) . told( '-E', $line );
}

# What is there becomes as it is wanted, without ending a connection that may go on; with `$adds` the rest is added.
sub changes {
    my ( $now, $wanted, $adds ) = @_;
    my ( @changes, @services );
    for my $name ( sort keys %{ $wanted->{rest} } ) {
        my ( $line, $service ) = ( line( $wanted, $name ), service_of($name) );
        if ( !$now->{rest}{$name} ) {
            push @changes, told( '-A', $line ) if $adds && ( $now->{rest}{$service} || $wanted->{rest}{$service} );
        }
        elsif ( $line eq line( $now, $name ) ) { }
        elsif ( $name eq $service )            { push @services, edited_service($line) }
        else                                   { push @changes,  told( '-E', $line ) }
    }
    return ( @changes, @services );
}

# dh refuses whoever falls on a real server of weight 0, and has no flag against it (ip_vs_dh_schedule); another scheduler
# stands in for it meanwhile.
sub refuses  { return $_[0] =~ /^scheduler dh\b/ }
sub stand_in { return $_[0] =~ s/^scheduler dh\b/scheduler wlc/r }

# --- The plan, and what differs from it ---

# Lines, and in between what table.sh knows of names:
#   service NAME|WHEN_DOWN|SETTLE_SECONDS|FALLBACK|CHECK   of a service that the health daemon fills, as its item has it
#   held NAME        a service that is ours, planned or not
#   withdrawn NAME   a real server that is out for a change of its own
#   missed NAME      one that is out though its check passes
#   left NAME        one that has drained to leave for good
sub plan {
    my %plan = map { $_ => {} } qw(service held withdrawn missed left);
    my @lines;
    for ( input() ) {
        my ( $what, $text ) = split ' ', $_, 2;
        if ( !$plan{$what} ) { push @lines, $_; next }
        my ( $name, @terms ) = split /\|/, $text, -1;
        @{ $plan{$what}{$name} }{qw(when_down settle_seconds fallback check)} = @terms;
    }
    return { %plan, table => table_of(@lines) };
}

# Whether checker.pl asks it.
sub is_checked { my ( $plan, $name ) = @_; return $plan->{service}{ service_of($name) }{check} =~ /^checker / }

sub input { chomp( my @input = <STDIN> ); return grep { $_ ne '' } @input }

# Without the fallback, which comes and goes with the health of the real servers.
sub own { my ( $plan, @names ) = @_; return grep { endpoint($_) ne ( $plan->{service}{ service_of($_) }{fallback} // '' ) } @names }

# The lines of a service; with `$no_effects`, as if no health check had taken anybody out. Then a planned real server counts as
# in place where it is out of the table and not missed. It does too at weight 0 where health checks quiesce, or where it is
# withdrawn.
sub found {
    my ( $plan, $now, $service, $no_effects ) = @_;
    return 'absent' if !$now->{rest}{$service};
    my $when_down = $plan->{service}{$service}{when_down};
    my %line      = map { $_ => line( $now, $_ ) } $service, own( $plan, real( $now, $service ) );
    for my $name ( $no_effects && $when_down ? real( $plan->{table}, $service ) : () ) {
        my $is_quiesced = $line{$name} && weight( $now, $name ) == 0;
        my $is_effect =
          $is_quiesced ? $when_down eq 'quiesced' || $plan->{withdrawn}{$name} : !$line{$name} && !$plan->{missed}{$name};
        $line{$name} = line( $plan->{table}, $name ) if $is_effect;
    }
    return join '; ', @line{ sort keys %line };
}

sub planned {
    my ( $plan, $service ) = @_;
    return join '; ', map { line( $plan->{table}, $_ ) } $service, real( $plan->{table}, $service );
}

# --- Real servers and their connections ---

# Records NAME|WEIGHT|CONNECTIONS|LINE. IPVS counts all connections of UDP as inactive.
sub shares {
    my ( $now, @names ) = @_;
    return map {
        my ( $active, $inactive ) = @{ $now->{connections}{$_} // [ 0, 0 ] };
        join '|', $_, weight( $now, $_ ), /^udp / ? $active + $inactive : $active, line( $now, $_ )
    } @names;
}

# Of those that get new connections, or have old ones.
sub serving { my ( $now, @names ) = @_; return grep { !/\|0\|0\|/ } shares( $now, @names ) }

# Names whose last word in the health daemon's log, which knows no protocols, is that it has taken them out:
#   ldirectord   Deleted real server: ADDRESS:PORT (VIP:PORT)
#   keepalived   Removing service [ADDRESS]:tcp:PORT from VS [VIP]:tcp:PORT
sub taken_out {
    my ($log) = @_;
    my %word;
    open my $lines, '<', $log or die "$log: $!\n";
    while (<$lines>) {
        $word{"$3 to $2"} = $1 if /\b(Added|Restored|Quiescent|Deleted) real server: (\S+) \((\S+)\)/;
        $word{"$4:$5 to $2:$3"} = $1
          if /\b(Adding|Removing|Enabling|Disabling) service \[([\d.]+)\]:\w+:(\d+) \w+ VS \[([\d.]+)\]:\w+:(\d+)/;
    }
    return grep { $word{$_} =~ /^(?:Deleted|Quiescent|Removing|Disabling)$/ } keys %word;
}
