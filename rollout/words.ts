/** The steps of a timeline as a preview tells them, from how the hosts were found. */
import { byEndpoint } from "../model/table.ts";
import type { OrderedDirector } from "./directorOrder.ts";
import type { FoundHost } from "./runningHost.ts";
import { hasLeftovers, type ServingHost, whileGivingBack } from "./servingHost.ts";

/** Where a real server is out of service while it is changed, and where it is not, as nobody else would serve. */
export async function withdrawn(server: ServingHost): Promise<string | undefined> {
  const { drainedOn, alone } = await sendersTo(server);
  const parts = [
    ...(alone.length > 0 ? [`kept in service for ${list(alone)}, which it alone serves`] : []),
    ...(drainedOn.length > 0 ? [`drained on ${list(drainedOn)}`] : []),
  ];
  return parts.join(", ") || undefined;
}

/** When it comes back. */
export async function readmitted(server: ServingHost): Promise<string | undefined> {
  const { drainedOn } = await sendersTo(server);
  return drainedOn.length > 0 ? "back in service once its health check passes" : undefined;
}

/** What a real server does by itself. */
export async function givesBack(server: ServingHost): Promise<string> {
  return `what is no longer planned given back${await meanwhile(server)}`;
}

/** What real servers do after a director. */
export async function givenBack({ realServers }: OrderedDirector): Promise<string | undefined> {
  const all = realServers.map(async (server) =>
    (await hasLeftovers(server)) ? [`${server.host.name}${await meanwhile(server)}`] : [],
  );
  const names = (await Promise.all(all)).flat();
  return names.length > 0 ? `what is no longer planned given back by ${list(names)}` : undefined;
}

/** Who is drained where the VIPs are; a director that is only made then comes after that one. */
export async function drained({ host, order, realServers }: OrderedDirector): Promise<string | undefined> {
  const holder = await order.drainsFor(host);
  const { reading } = await host.found();
  if (!holder || !reading.held) return undefined;
  const leaving = leavingFrom(await holder.found());
  const found = await Promise.all(
    realServers.map(async (server) => ({ name: server.host.name, ...(await server.host.found()) })),
  );
  const nameOf = (address: string) => found.find(({ plan }) => plan.address === address)?.name ?? address;
  return leaving.length > 0 ? `${list(leaving.map(nameOf))} drained on ${holder.name}` : undefined;
}

/** Where the VIPs go. */
export async function handedOver({ host, order }: OrderedDirector): Promise<string> {
  const names = (await order.successorsOf(host)).map((member) => member.host.name);
  return `VIPs handed over to ${names.join(" or ")}`;
}

/** The directors that withdraw a real server, and the services that it alone serves (host/withdraw.sh). */
async function sendersTo({ host, directors }: ServingHost) {
  const { plan } = await host.found();
  const all = await Promise.all(
    directors.map(async (turns) => ({
      name: turns.director.name,
      services: await turns.servicesOf(plan.address),
    })),
  );
  const alone = all.flatMap(({ services }) => services.filter((each) => each.alone).map(({ key }) => key));
  return {
    drainedOn: all.filter(({ services }) => services.some((each) => !each.alone)).map(({ name }) => name),
    alone: [...new Set(alone)],
  };
}

async function meanwhile(server: ServingHost): Promise<string> {
  const { drainedOn } = await sendersTo(await whileGivingBack(server));
  return drainedOn.length > 0 ? ` while drained on ${list(drainedOn)}` : "";
}

/** Addresses of real servers that have a share of a director's table and none in its plan (host/items/drain.sh). */
function leavingFrom({ plan, reading }: FoundHost): string[] {
  const services = plan.items.filter((item) => item.kind === "service");
  const leaving = [...reading.table].flatMap(([service, present]) => {
    const item = services.find(({ key }) => key === service);
    const planned = byEndpoint(item?.planned);
    return [...byEndpoint(present)]
      .filter(([to]) => !planned.has(to) && to !== item?.fallback)
      .map(([, to]) => to)
      .filter(({ weight, connections }) => weight + (connections?.active ?? 0) > 0);
  });
  return [...new Set(leaving.map(({ address }) => address))];
}

const conjunction = new Intl.ListFormat("en-GB");

function list(names: readonly string[]): string {
  return conjunction.format(names);
}
