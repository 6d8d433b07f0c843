/** The changes as scripts that tutorials and manuals of LVS lead to: stop and start, delete and add. */
import { addresses, secondVip, vip } from "./cluster.ts";

const configuration = "/etc/ha.d/ldirectord.cf";
const restart = "systemctl restart ldirectord\n";

/** ldirectord with its own defaults, as without pulumi-lvs: stopped, it clears its table. */
export const ownConfiguration = `
sed -i -e '/^cleanstop/d' -e '/^readdquiescent/d' ${configuration}
${restart}
for _ in $(seq 150); do
  [ "$(ipvsadm -Sn | grep -c -- '^-a -t')" -lt "$(grep -c 'real =' ${configuration})" ] || exit 0
  sleep 0.2
done
ipvsadm -Ln >&2
exit 1
`;

/** A weight, in the file and by a restart. */
export const weight = (server: string, value: number) => `
sed -i -E 's/(real = ${server}:80 gate) [0-9]+/\\1 ${value}/' ${configuration}
${restart}`;

/** The check's interval, in the file and by a restart. */
export const checkInterval = (seconds: number) => `
sed -i -E 's/^( +checkinterval =) .*/\\1 ${seconds}/' ${configuration}
${restart}`;

/** The director's part of a tutorial's lvs_dr.sh, as it is run again after each edit. */
const tableWith = (scheduler: string) => `
ipvsadm -C
ipvsadm -A -t ${vip}:80 -s ${scheduler}
ipvsadm -a -t ${vip}:80 -r ${addresses.web1}:80 -g -w 1
ipvsadm -a -t ${vip}:80 -r ${addresses.web2}:80 -g -w 2
`;

export const setUpTable = tableWith("wrr");

export const scheduler = (name: string) => `
sed -i -E 's/^( +scheduler =) .*/\\1 ${name}/' ${configuration}
${tableWith(name)}`;

/** Into the table at once; the real server itself is next, and its web server last. */
export const addToTable = (server: string, value: number) => `
sed -i '0,/ real = /s/^ *real = .*/&\\n    real = ${server}:80 gate ${value}/' ${configuration}
ipvsadm -a -t ${vip}:80 -r ${server}:80 -g -w ${value}
`;

export const deleteFromTable = (server: string) => `
sed -i '/real = ${server}:80/d' ${configuration}
ipvsadm -d -t ${vip}:80 -r ${server}:80
`;

/** The real server's part of a tutorial's realserver.sh, in its order. */
export const realServerStart = `
ip address add ${vip}/32 dev lo
sysctl -q -w net.ipv4.conf.lo.arp_ignore=1 net.ipv4.conf.lo.arp_announce=2
sysctl -q -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
`;

export const startWebServer = `
systemctl start apache2
`;

export const realServerStop = `
ip address delete ${vip}/32 dev lo
`;

/** A web server that nobody manages, and that does not run yet. */
export const webServer = `
systemctl stop apache2
cd /var/www/html
echo web3 >index.html
echo ok >healthz
cp ../pulumi-lvs/large large
`;

export const addService = `
cat >>${configuration} <<'END'

virtual = ${secondVip}:80
    real = ${addresses.web1}:80 gate 1
    real = ${addresses.web2}:80 gate 1
    scheduler = wrr
    checktype = connect
END
ip address add ${secondVip}/32 dev eth0
${restart}`;

/** From the line of its virtual on, whichever it is. */
const withoutSecondBlock = `
awk '/^virtual/ { skip = index($0, "${secondVip}") } !skip' ${configuration} >${configuration}.new
mv ${configuration}.new ${configuration}
ip address delete ${secondVip}/32 dev eth0
`;

export const removeService = `${withoutSecondBlock}${restart}`;

export const forgetService = `${withoutSecondBlock}ipvsadm -D -t ${secondVip}:80 || true\n`;

export const addSecondVip = `ip address add ${secondVip}/32 dev lo\n`;

export const removeSecondVip = `ip address delete ${secondVip}/32 dev lo\n`;

/** So that neither lists nor the package are fetched while the load runs. */
export const packageAtHand = `
apt-get -q update
apt-get -q -y --reinstall --download-only install ldirectord
`;

export const reinstall = `
DEBIAN_FRONTEND=noninteractive apt-get -q -y --reinstall install ldirectord
`;
