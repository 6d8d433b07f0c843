/** A managed Apache: a site for the VIPs and the host's own address, so that other sites on the host stay untouched. */
import type { Apache, RealServer } from "../model/cluster.ts";
import type { FileItem, Item } from "./hostPlan.ts";

const folder = "/var/www/pulumi-lvs";
const unit = "apache2.service";

/** Debian's /etc/apache2/ports.conf listens on port 80; a second Listen for it would keep Apache from starting. */
const listenedAnyway = 80;

/** The software, before anything else of the host changes. */
export const apachePackages: readonly Item[] = [
  // The package enables and starts the second unit too; nothing of ours needs it.
  { kind: "packages", names: ["apache2"], units: [unit, "apache-htcacheclean.service"] },
];

/** Configured, running, and proven to answer its health pages on the host's own address. */
export function holdApache(server: RealServer, apache: Apache): Item[] {
  return [
    ...pages(server, apache),
    {
      kind: "file",
      path: "/etc/apache2/sites-enabled/pulumi-lvs.conf",
      mode: "0644",
      content: site(server, apache),
      notify: unit,
    },
    { kind: "unit", name: unit, enabled: true, active: true },
    ...apache.ports.flatMap((port) =>
      apache.healthPaths.map((path): Item => ({ kind: "http", address: server.address, port, path })),
    ),
  ];
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

function site({ address, vips }: RealServer, { ports, healthPaths, documentRoot = folder }: Apache): string {
  return ports
    .map((port) =>
      [
        ...(port === listenedAnyway ? [] : [`Listen ${port}`]),
        `<VirtualHost ${[address, ...vips].map((at) => `${at}:${port}`).join(" ")}>`,
        `    DocumentRoot "${documentRoot}"`,
        ...healthPaths.filter((path) => path !== "/").map((path) => `    Alias "${path}" "${folder}/health"`),
        ...[...new Set([documentRoot, folder])].flatMap((directory) => [
          `    <Directory "${directory}">`,
          "        Require all granted",
          "    </Directory>",
        ]),
        "</VirtualHost>",
        "",
      ].join("\n"),
    )
    .join("");
}
