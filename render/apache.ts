/** A managed Apache: a site of its own for each VIP and port, so that whatever else the host serves stays untouched. */
import { createHash } from "node:crypto";
import { endpointText } from "../model/address.ts";
import type { Apache, RealServer } from "../model/cluster.ts";
import { type FileItem, type Item, unitsDisturbedBy } from "./hostPlan.ts";
import { type ApacheLayout, installed, systems } from "./systems.ts";

const folder = "/var/www/pulumi-lvs";
/** Below Apache's configuration. */
const healthFolder = "pulumi-lvs-health";

/** The software, before anything else of the host changes. */
export function apachePackages({ system }: RealServer): Item[] {
  return [installed(system, ["apache"])];
}

/** Configured and running. */
export function holdApache(server: RealServer, apache: Apache): Item[] {
  const { apache: layout, packages } = systems[server.system];
  const { unit } = layout;
  return [
    ...pages(server, apache),
    ...healthPages(apache, layout),
    ...sites(server, apache, layout),
    { kind: "unit", name: unit, enabled: true, active: true },
    { kind: "revision", package: packages.apache.name, unit, text: apache.revision ?? "" },
  ];
}

/** Proven to answer its health pages where clients are sent. */
export function provenApache({ vips }: RealServer, { ports, healthPaths }: Apache): Item[] {
  return vips.flatMap((address) =>
    ports.flatMap((port) => healthPaths.map((path): Item => ({ kind: "http", address, port, path }))),
  );
}

const layouts: readonly ApacheLayout[] = Object.values(systems).map(({ apache }) => apache);

/** Whether a change to the item may interrupt what Apache serves, so that clients must be elsewhere meanwhile. */
export function disturbsApache(item: Item): boolean {
  return layouts.some(({ unit }) => unitsDisturbedBy(item).includes(unit));
}

/** Whether it may do so that a host gives back the item with this label. */
export function givingBackDisturbsApache(label: string): boolean {
  return layouts.some(({ unit, folder }) => label === `unit ${unit}` || label.startsWith(`file ${folder}/`));
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
function healthPages({ healthPaths }: Apache, layout: ApacheLayout): FileItem[] {
  return healthPaths
    .filter((path) => path !== "/")
    .map((path) => ({
      kind: "file",
      path: `${layout.folder}/${healthFolder}/${createHash("sha256").update(path).digest("hex").slice(0, 8)}.conf`,
      mode: "0644",
      content: `Alias "${path}" "${folder}/health"\n`,
      notify: layout.unit,
      check: "apache",
    }));
}

/** A file for each, so that one which goes can stay in place until the directors have stopped sending. */
function sites({ vips }: RealServer, apache: Apache, layout: ApacheLayout): FileItem[] {
  const file = (name: string, content: string): FileItem => ({
    kind: "file",
    path: `${layout.sites}/pulumi-lvs-${name}.conf`,
    mode: "0644",
    content,
    notify: layout.unit,
    check: "apache",
  });
  return [
    ...apache.ports
      .filter((port) => port !== layout.listenedAnyway)
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
