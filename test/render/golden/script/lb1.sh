if [ "$(id -u)" -ne 0 ]; then
  sudo -n true || { echo "$(id -un) must be root or run sudo without a password here" >&2; exit 1; }
  exec sudo -n env "SSH_CLIENT=${SSH_CLIENT:-}" bash -s -- "$@"
fi
script=$(cat) && eval "$script"
set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022
host='lb1'
address='198.18.7.11'
role='director'
digest=…
generation=0
format=1
settings='set -euo pipefail
export LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
umask 022'
globals=(host address role digest generation format settings globals state programs lock mode planned current differences debconf_answers file_modes interface_of brought table_is_settled unit_states vip_program vrrp_program vrrp_record vrrp_resigned vrrp_took_over vrrp_advertised table_program planned_services planned_probes daemon_repair daemon_log table_is_compared found_of out_of other_services other_services_planned missed longest_asking_seconds check_results mute_preference terms_of share_of held_values handshake_seconds longest_hold_seconds laid_scripts lock_wait_seconds)

plan() {
  item 'link' '198.18.7.11' 'interface=eth0'
  item 'debconf' 'ipvsadm' 'answers=ipvsadm/auto_load_rules boolean false
ipvsadm/daemon_method select none'
  item 'packages' 'ipvsadm ldirectord iputils-arping' 'units=ipvsadm.service ldirectord.service'
  item 'packages' 'keepalived' 'units=keepalived.service'
  item 'assignment' '/etc/default/ipvsadm AUTO' 'value=false'
  item 'assignment' '/etc/default/ipvsadm DAEMON' 'value=none'
  item 'module' 'ip_vs'
  item 'sysctl' 'net.ipv4.vs.expire_nodest_conn' 'value=1'
  item 'sysctl' 'net.ipv4.vs.expire_quiescent_template' 'value=1'
  item 'sysctl' 'net.ipv4.conf.all.accept_local' 'value=1'
  item 'sysctl' 'net.ipv4.vs.sync_threshold' 'value=2 50'
  item 'sysctl' 'net.ipv4.vs.conn_reuse_mode' 'value=3'
  item 'record' 'probe 198.18.7.21'
  item 'probe' '198.18.7.21'
  item 'record' 'probe 198.18.7.22'
  item 'probe' '198.18.7.22'
  item 'silence' '198.18.7.100' 'from=198.18.7.11' 'peers=198.18.7.12' 'real_servers=198.18.7.21=web1 198.18.7.22=web2'
  item 'clash' '121' 'program=…' 'from=198.18.7.11' 'peers=198.18.7.12'
  item 'unit' 'pulumi-lvs-sync.service' 'enablement=enabled' 'activity=-'
  item 'sync' 'eth0' 'sync_id=121'
  item 'record' 'service tcp 198.18.7.100:80'
  item 'drain' 'table'
  item 'scheduler' 'table'
  item 'unit' 'ldirectord.service' 'enablement=enabled' 'activity=active'
  item 'service' 'tcp 198.18.7.100:80' 'planned_lines=tcp 198.18.7.100:80 scheduler wrr
tcp 198.18.7.100:80 to 198.18.7.21:80 dr weight 1
tcp 198.18.7.100:80 to 198.18.7.22:80 dr weight 2' 'settle_seconds=16' 'when_down=removed' 'repair=reload ldirectord.service' 'log=/var/log/ldirectord.log' 'check=/usr/local/lib/pulumi-lvs/checks/web' 'fallback=' 'drain_seconds=60' 'on_timeout=stop'
  item 'record' 'vrrp vips'
  item 'unit' 'keepalived.service' 'enablement=enabled' 'activity=active'
  item 'vrrp' 'vips' 'advertises=id 121 to each director'
  item 'vip' '198.18.7.100' 'manner=share' 'from=198.18.7.11'
}

# … the shell of host/ stands here …

main "$@" </dev/null
