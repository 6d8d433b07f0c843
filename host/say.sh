# What everything else stands on: where things are kept on this host, and how it speaks.

state=/var/lib/pulumi-lvs
programs=/usr/local/lib/pulumi-lvs
lock=/run/pulumi-lvs.lock

note() { printf '%s\n' "$*" >&2; }

fail() {
  note "$host: $*"
  exit 1
}
