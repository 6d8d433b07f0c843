# --- Verbs: table VERB [ARGUMENT…]. They print lines, records whose fields | parts, or changes ---

my %verbs = (

    # lines [NAME…]: of these, or of all services but those of a mark, which are the health checks' own; with connections.
    lines => sub {
        my $now   = kernel();
        my @names = @_ ? @_ : grep { !/^mark / } services($now);
        return map {
            my $connections = $now->{connections}{$_};
            line( $now, $_ ) . ( $connections ? " active $connections->[0] inactive $connections->[1]" : '' )
        } grep { $now->{rest}{$_} } map { / to / ? $_ : ( $_, real( $now, $_ ) ) } @names;
    },

    # compare exact|lenient|weights <PLAN: found|NAME|LINES of each service that is not as planned, but for `exact` with the
    # effects of health checks taken out; at `weights` weight 0 is none of them. In any case out|NAME|ADDRESS:PORT… are real
    # servers that are not in place, and service|NAME|LINE|PLANNED is the line of a service that is there.
    compare => sub {
        my ($way) = @_;
        my ( $plan, $now, @records ) = ( plan(), kernel() );
        if ( $way eq 'weights' ) { $_->{when_down} = 'removed' for values %{ $plan->{service} } }
        my ( $there, $planned ) = map { $_->{rest} } $now, $plan->{table};
        for my $service ( services( $plan->{table} ) ) {
            my $found = found( $plan, $now, $service, $way ne 'exact' );
            push @records, "found|$service|$found" if $found ne planned( $plan, $service );
            next if !$there->{$service};
            my @out = map { endpoint($_) } grep { ( $there->{$_} // '' ) ne $planned->{$_} } real( $plan->{table}, $service );
            push @records, "out|$service|@out" if @out;
            push @records, join '|', 'service', $service, map { line( $_, $service ) } $now, $plan->{table}
              if $there->{$service} ne $planned->{$service};
        }
        return @records;
    },

    # await <PLAN: until each service is exactly as planned, or has had its time since the table last came nearer to the plan:
    # ldirectord starts a process for each line of a large one.
    await => sub {
        my ( $plan, $begin, $most ) = ( plan(), time, -1 );
        while (1) {
            my $now      = kernel();
            my $in_place = grep { ( $now->{rest}{$_} // '' ) eq $plan->{table}{rest}{$_} } keys %{ $plan->{table}{rest} };
            ( $begin, $most ) = ( time, $in_place ) if $in_place > $most;
            my @waiting = grep { time - $begin < $plan->{service}{$_}{settle_seconds} } services( $plan->{table} );
            return if !grep { found( $plan, $now, $_ ) ne planned( $plan, $_ ) } @waiting;
            select undef, undef, undef, 0.2;
        }
    },

    # missing [LOG] <PLAN: planned real servers that are not in their service, NAME|LINE|CHECK; with the health daemon's LOG,
    # without those that it has taken out. It does not say of each that it has put it back, so that what the checker has found
    # counts instead where there is one.
    missing => sub {
        my ( $plan, $now ) = ( plan(), kernel() );
        my %is_taken_out = map { $_ => 1 } map { taken_out($_) } @_;
        my @planned      = map { real( $plan->{table}, $_ ) } grep { $now->{rest}{$_} } services( $plan->{table} );
        return map { join '|', $_, line( $plan->{table}, $_ ), $plan->{service}{ service_of($_) }{check} }
          grep { !$now->{rest}{$_} && ( is_checked( $plan, $_ ) || !$is_taken_out{ s/^\w+ //r } ) } @planned;
    },

    # shares <NAMES
    shares => sub { my $now = kernel(); return shares( $now, named( $now, input() ) ) },

    # leaving <PLAN: shares of who still serves in a service of ours, but is not planned there.
    leaving => sub {
        my ( $plan, $now ) = ( plan(), kernel() );
        my @ours = own( $plan, map { real( $now, $_ ) } sort keys %{ $plan->{held} } );
        return serving( $now, grep { !$plan->{table}{rest}{$_} } @ours );
    },

    # serving ADDRESS <PLAN: its shares of services of ours; |alone follows where nobody else gets new connections.
    serving => sub {
        my ($address) = @_;
        my ( $plan, $now ) = ( plan(), kernel() );
        return map {
            my @real     = real( $now, $_ );
            my $is_alone = !grep { address($_) ne $address && weight( $now, $_ ) } @real;
            map { $_ . ( $is_alone ? '|alone' : '|' ) } serving( $now, grep { address($_) eq $address } @real )
        } sort keys %{ $plan->{held} };
    },

    # refusing <NAMES: lines of those whose scheduler refuses clients of a real server at weight 0, and of their services.
    refusing => sub {
        my $now   = kernel();
        my @names = grep { refuses( $now->{rest}{ service_of($_) } ) } named( $now, input() );
        my %all   = map { $_ => 1 } @names, map { service_of($_) } @names;
        return map { line( $now, $_ ) } sort keys %all;
    },

    # edit <LINES: what is there is so. hold <LINES: all is so.
    edit => sub { return changes( kernel(), table_of( input() ) ) },
    hold => sub { return changes( kernel(), table_of( input() ), 1 ) },

    # restore [NAME…] <LINES: each of these services, and of those with lines, has its lines and no others.
    restore => sub {
        my ( $now, $wanted ) = ( kernel(), table_of( input() ) );
        my @gone = grep { $now->{rest}{$_} && !$wanted->{rest}{$_} } @_;
        my @others = grep { !$wanted->{rest}{$_} } map { real( $now, $_ ) } services($wanted);
        return ( changes( $now, $wanted, 1 ), removal( @gone, @others ) );
    },

    # repair <PLAN: all is as planned, but for real servers that are missing.
    repair => sub {
        my ( $plan, $now ) = ( plan(), kernel() );
        my @ours = own( $plan, map { real( $now, $_ ) } services( $plan->{table} ) );
        return ( changes( $now, $plan->{table} ), removal( grep { !$plan->{table}{rest}{$_} } @ours ) );
    },

    # quiesce <NAMES: they have weight 0, under a scheduler that stands that.
    quiesce => sub {
        my $now      = kernel();
        my @real     = named( $now, input() );
        my %services = map { $_ => stand_in( $now->{rest}{$_} ) } map { service_of($_) } @real;
        return map { changes( $now, table_of(@$_) ) } [ map { "$_ $services{$_}" } keys %services ],
          [ map { line( $now, $_ ) =~ s/ weight \d+/ weight 0/r } @real ];
    },

    # resume <PLAN: services have their scheduler back where nobody is at weight 0 any more.
    resume => sub {
        my ( $plan, $now ) = ( plan(), kernel() );
        my $planned = $plan->{table}{rest};
        my @back = grep {
            my $service = $_;
            refuses( $planned->{$_} )
              && ( $now->{rest}{$_} // '' ) eq stand_in( $planned->{$_} )
              && !grep { !weight( $now, $_ ) } real( $now, $service )
        } services( $plan->{table} );
        return changes( $now, table_of( map { line( $plan->{table}, $_ ) } @back ) );
    },

    # leave <PLAN: who has left a service for good is out before it has back a scheduler that would refuse their clients.
    leave => sub {
        my ( $plan, $now ) = ( plan(), kernel() );
        my @left = named( $now, sort keys %{ $plan->{left} } );
        return removal( grep { refuses( $plan->{table}{rest}{ service_of($_) } // '' ) } @left );
    },
);

my ( $verb, @arguments ) = @ARGV;
my $does = $verbs{ $verb // '' } or die 'table: give one of ', join( ', ', sort keys %verbs ), "\n";
print map { "$_\n" } $does->(@arguments);
