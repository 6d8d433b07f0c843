"""Brings a host to the state that its inventory data describe: the work of pulumi-lvs in pyinfra's own operations."""

from io import StringIO
from shlex import quote

from pyinfra import host
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server, systemd

desired = host.data.desired

for entry in desired["debconf"]:
    # pyinfra has no operation for debconf.
    shown = host.get_fact(Command, command=f"debconf-show {entry['package']} 2>/dev/null || true")
    if f"{entry['question']}: {entry['value']}" not in shown:
        answer = " ".join(entry.values())
        server.shell(name=entry["question"], commands=[f"echo {quote(answer)} | debconf-set-selections"])

apt.packages(name="packages", packages=desired["packages"])

for setting in desired["assignments"]:
    line = f'{setting["key"]}="{setting["value"]}"'
    files.line(name=setting["path"], path=setting["path"], line=f"^{setting['key']}=.*$", replace=line)

reloads = {}
for file in desired["files"]:
    put = files.put(name=file["path"], src=StringIO(file["content"]), dest=file["path"], mode=file["mode"])
    if file["notify"]:
        reloads[file["notify"]] = put

for module in desired["modules"]:
    server.modprobe(name=module, module=module)

for key, value in desired["sysctls"].items():
    server.sysctl(name=key, key=key, value=value)

for unit in desired["units"]:
    started = systemd.service(
        name=unit["name"], service=unit["name"], running=unit["running"], enabled=unit["enabled"]
    )
    changed = reloads.get(unit["name"])
    if changed:
        systemd.service(
            name=f"reload {unit['name']}",
            service=unit["name"],
            reloaded=True,
            _if=lambda changed=changed, started=started: changed.did_change() and not started.did_change(),
        )



def add_vips():
    for vip in desired["vips"]:
        if not host.get_fact(Command, command=f"ip -4 -o address show to {vip['address']}/32"):
            server.shell(name=vip["address"], commands=[vip["add"]])


# Real servers first: a director's table is full once they answer through the VIP. pyinfra runs operations in the order of
# their lines, for all hosts at once, hence two calls.
if not desired["ready"]:
    add_vips()
else:
    server.shell(name="ready", commands=desired["ready"])
    add_vips()

server.shell(name="read back", commands=desired["readBack"])
