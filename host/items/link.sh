# The interface that holds this host's address: link ADDRESS [INTERFACE]. Nothing sets it; the plan is wrong where it differs.

link_of() { ip -4 -o address show to "$1" | awk '{ print $2; exit }'; }
link_wanted() { printf '%s' "${2:-$(link_of "$1" | grep . || echo 'an interface')}"; }
link_found() { link_of "$1" | grep . || echo 'no interface'; }
link_set() { fail "$1 is on $(link_found "$1"), not on ${2:-any interface of this host}; correct the address or the interface"; }
link_save() { :; }
link_restore() { :; }
