# Changes by hand what a converge of this host must repair, in ways that take no connection away.
# Argument: the host's role.
set -euo pipefail

case $1 in
  realServer)
    # The interface's own values keep the host silent: the kernel takes the larger one.
    sysctl -qw net.ipv4.conf.eth0.arp_ignore=1 net.ipv4.conf.eth0.arp_announce=2
    sysctl -qw net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0
    systemctl --quiet disable apache2
    ;;
  director)
    sysctl -qw net.ipv4.vs.expire_nodest_conn=0 net.ipv4.vs.expire_quiescent_template=0
    sed -i 's/^AUTO=.*/AUTO="true"/; s/^DAEMON=.*/DAEMON="master"/' /etc/default/ipvsadm
    echo 'ipvsadm ipvsadm/auto_load_rules boolean true' | debconf-set-selections
    rm -f /etc/modules-load.d/pulumi-lvs.conf
    systemctl --quiet disable ldirectord
    ;;
esac
rm -f /usr/local/lib/pulumi-lvs/vip
chmod 600 /etc/sysctl.d/zz-pulumi-lvs.conf
systemctl --quiet disable pulumi-lvs-vip
