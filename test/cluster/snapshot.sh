# Prints what this host is, one fact per line: KIND, a tab, NAME, a tab, VALUE. What changes by itself is left out.
set -euo pipefail
export LC_ALL=C

# dpkg and apt keep their own books; a seed is for the next boot.
listed() {
  # shellcheck disable=SC2046 # nothing where there is none
  find /etc /opt /root /srv /usr/local /var/lib $(find /var/www -maxdepth 0 2>/dev/null) -xdev \
    \( -path /var/lib/apt -o -path /var/lib/dpkg -o -path /root/.ssh -o -name random-seed \) -prune -o "$@"
}

files() {
  listed -printf 'file\t%p\t%y %m %u:%g %l\n'
  listed -type f -exec sha256sum {} + | sed -E 's/^([0-9a-f]+) +(.*)$/content\t\2\t\1/'
}

settings() {
  sysctl -a --pattern '^net\.' 2>/dev/null | sed -E 's/^([^ ]+) = ?(.*)$/sysctl\t\1\t\2/' |
    grep -vE $'^sysctl\t(net\\.netfilter\\.nf_conntrack_count|.*_key|.*\\.(stable_secret|boot_id))\t'
}

network() {
  ip -o address show | awk '{ print "address\t" $2 " " $4 "\t" $6 }' | grep -v link
  ip route show table all | sed 's/.*/route\t&\t/'
  ip rule show | sed 's/.*/rule\t&\t/'
}

units() {
  systemctl list-unit-files --no-legend --no-pager | awk '{ print "unit file\t" $1 "\t" $2 }'
  systemctl list-units --no-legend --no-pager --plain --state=active |
    awk '$1 !~ /^(session-|user|run-)/ { print "active unit\t" $1 "\t" $4 }'
}

kernel_table() { if [ -e /proc/net/ip_vs ]; then tail -n +4 /proc/net/ip_vs | sed 's/.*/ipvs\t&\t/'; fi; }

{
  files
  settings
  network
  units
  kernel_table
} | sort
