/** A managed Apache: a site of its own for each VIP and port, so that whatever else the host serves stays untouched. */
import { createHash } from "node:crypto";
import { endpointText } from "../model/address.ts";
import type { Apache, RealServer } from "../model/cluster.ts";
import type { FileItem, Item } from "./hostPlan.ts";

const folder = "/var/www/pulumi-lvs";
const unit = "apache2.service";
/** Below /etc/apache2. */
const healthFolder = "pulumi-lvs-health";

/** Debian's /etc/apache2/ports.conf listens on port 80; a second Listen for it would keep Apache from starting. */
const listenedAnyway = 80;

/** The software, before anything else of the host changes. */
export const apachePackages: readonly Item[] = [
  // The package enables and starts the second unit too; nothing of ours needs it.
  { kind: "packages", names: ["apache2"], units: [unit, "apache-htcacheclean.service"] },
];

/** Configured and running. */
export function holdApache(server: RealServer, apache: Apache): Item[] {
  return [
    ...pages(server, apache),
    ...healthPages(apache),
    ...sites(server, apache),
    { kind: "unit", name: unit, enabled: true, active: true },
    { kind: "revision", package: "apache2", unit, text: apache.revision ?? "" },
  ];
}

/** Proven to answer its health pages where clients are sent. */
export function provenApache({ vips }: RealServer, { ports, healthPaths }: Apache): Item[] {
  return vips.flatMap((address) =>
    ports.flatMap((port) => healthPaths.map((path): Item => ({ kind: "http", address, port, path }))),
  );
}

/** Whether a change to the item may interrupt what Apache serves, so that clients must be elsewhere meanwhile. */
export function disturbsApache(item: Item): boolean {
  switch (item.kind) {
    case "packages":
      return item.units.includes(unit);
    case "file":
      return item.notify === unit;
    case "unit":
      return item.name === unit;
    case "revision":
      return item.unit === unit;
    default:
      return false;
  }
}

/** Whether it may do so that a host gives back the item with this label. */
export function givingBackDisturbsApache(label: string): boolean {
  return label === `unit ${unit}` || label.startsWith("file /etc/apache2/");
}

function pages(server: RealServer, apache: Apache): FileItem[] {
  const page = (name: string, content: string): FileItem => ({
    kind: "file",
    path: `${folder}/${name}`,
    mode: "0644",
    content,
  });
  return [
    ...(apache.documentRoot === undefined ? [page("index.html", `${server.name}\n`)] : []),
    page("health", "ok\n"),
  ];
}

/** A file for each path, as for each site: the directors ask for the old one until they have been changed. */
function healthPages({ healthPaths }: Apache): FileItem[] {
  return healthPaths
    .filter((path) => path !== "/")
    .map((path) => ({
      kind: "file",
      path: `/etc/apache2/${healthFolder}/${createHash("sha256").update(path).digest("hex").slice(0, 8)}.conf`,
      mode: "0644",
      content: `Alias "${path}" "${folder}/health"\n`,
      notify: unit,
      check: "apache",
    }));
}

/** A file for each, so that one which goes can stay in place until the directors have stopped sending. */
function sites({ vips }: RealServer, apache: Apache): FileItem[] {
  const file = (name: string, content: string): FileItem => ({
    kind: "file",
    path: `/etc/apache2/sites-enabled/pulumi-lvs-${name}.conf`,
    mode: "0644",
    content,
    notify: unit,
    check: "apache",
  });
  return [
    ...apache.ports
      .filter((port) => port !== listenedAnyway)
      .map((port) => file(`listen-${port}`, `Listen ${port}\n`)),
    ...vips.flatMap((address) =>
      apache.ports.map((port) => file(`${address}-${port}`, site(endpointText({ address, port }), apache))),
    ),
  ];
}

function site(at: string, { documentRoot = folder }: Apache): string {
  return [
    `<VirtualHost ${at}>`,
    `    DocumentRoot "${documentRoot}"`,
    `    IncludeOptional ${healthFolder}/*.conf`,
    ...[...new Set([documentRoot, folder])].flatMap((directory) => [
      `    <Directory "${directory}">`,
      "        Require all granted",
      "    </Directory>",
    ]),
    "</VirtualHost>",
    "",
  ].join("\n");
}
