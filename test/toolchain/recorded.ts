/** What the official plugins were asked and what they answered, recorded once, and how the stand-ins are held to it. */
import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { secret, UNKNOWN } from "../../toolchain/plugins/properties.ts";
import { inCheckout } from "../fixtures.ts";
import type { Call, PluginClient } from "./pluginClient.ts";

type Json = Readonly<Record<string, unknown>>;

/** One call; addresses, keys and names in it are words in capitals. */
export interface Exchange {
  /** Which call it is, and on which resource. */
  readonly title: string;
  readonly call: Call;
  readonly request: Json;
  readonly response?: Json;
  readonly error?: string;
}

/** The exchanges with one plugin, in an order in which they can be replayed. */
export function exchangesWith(plugin: string): Exchange[] {
  const lines = readFileSync(inCheckout(`test/toolchain/recorded/${plugin}.jsonl`), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => {
    const exchange = JSON.parse(line) as Omit<Exchange, "title">;
    const { call, request } = exchange;
    const title = `${request.preview ? "previewed " : ""}${call} of ${String(request.urn).split("::").at(-1)}`;
    return { ...exchange, title };
  });
}

/** A stand-in that is asked what the official plugin was asked. */
export class Replay {
  readonly #plugin: PluginClient;
  /** What stands here for a word of the recording. */
  readonly #words = new Map<string, unknown>();

  constructor(plugin: PluginClient, words: Readonly<Record<string, unknown>>) {
    this.#plugin = plugin;
    for (const [word, meaning] of Object.entries(words)) this.#words.set(word, meaning);
  }

  /** What the stand-in answers, beside what it should. */
  async ask({ call, request, ...recorded }: Exchange): Promise<{ expected: Json; answer: Json }> {
    const given = await this.#plugin.ask(call, this.#translated(request) as Json);
    if ("response" in given && recorded.response) this.#learn(recorded.response, given.response);
    const isPreview = request.preview === true;
    return {
      expected: comparable(this.#translated(recorded) as Json, isPreview),
      answer: comparable(given as Json, isPreview),
    };
  }

  /** Takes over what a plugin or the daemon makes up: later requests name it. */
  #learn(recorded: Json, given: Json): void {
    const found = madeUp(given);
    for (const [index, word] of madeUp(recorded).entries()) {
      if (typeof word === "string" && found[index]) this.#words.set(word, found[index]);
    }
  }

  #translated(value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#translated(item));
    if (isObject(value)) return mapValues(value, (item) => this.#translated(item));
    if (typeof value !== "string") return value;
    if (this.#words.has(value)) return this.#words.get(value);
    return [...this.#words].reduce((text, [word, meaning]) => text.replaceAll(word, String(meaning)), value);
  }
}

/** What is made up anew each time: ids, the image's digest, the hardware address that the daemon gives. */
function madeUp({ id, properties = {} }: Json): unknown[] {
  const { repoDigest, networkDatas } = properties as { repoDigest?: string; networkDatas?: Json[] };
  return [id, repoDigest, networkDatas?.[0]?.macAddress];
}

/** An answer without what must differ, or makes no difference. */
function comparable({ response, error }: Json, isPreview: boolean): Json {
  if (!isObject(response)) return { error };
  const { inputs, failures, changes, diffs = [], detaileddiff, replaces = [], id, properties } = response;
  const paths = isObject(detaileddiff) ? Object.keys(detaileddiff) : (diffs as string[]);
  return normalised({
    inputs,
    failures,
    changes,
    // The official plugins also say where inside a property the change is: shown, not kept.
    diffs: [...new Set(paths.map((path) => path.split(/[.[]/)[0]))],
    // That these replace is the SDK's word, which the engine takes only for a change that is told as finely.
    replaces: (replaces as string[]).filter((name) => name !== "triggers"),
    // What a preview calls a resource is forgotten.
    id: isPreview ? undefined : id,
    properties: isPreview && isObject(properties) ? withoutUnknown(properties) : properties,
  }) as Json;
}

/** At preview the SDK takes an output that is not there for one that is not known. */
function withoutUnknown(properties: Json): Json {
  return mapValues(properties, (value) => (isUnknown(value) ? undefined : value));
}

function normalised(value: unknown): unknown {
  // Lists of objects are sets to Terraform, in an order of its own.
  if (Array.isArray(value)) return value.map((item) => normalised(withoutUnsettled(item))).sort(byText);
  if (!isObject(value)) return value;
  if (isUnknown(value)) return secret(UNKNOWN);
  return mapValues(value, (item, key) => (bookkeeping.includes(key) ? undefined : normalised(item)));
}

/** The official docker plugin leaves these out of what it has created, and writes them into what it has updated. */
function withoutUnsettled(item: unknown): unknown {
  const settles = (key: string, value: unknown) => value || !["gwPriority", "readOnly"].includes(key);
  return isObject(item) ? mapValues(item, (value, key) => (settles(key, value) ? value : undefined)) : item;
}

/** How the official docker plugin finds its way from its state to Terraform's; it does without. */
const bookkeeping = ["__meta", "__pulumi_raw_state_delta"];

/** Both ways in which a secret that is not known yet is written; the second only by plugins that the engine lets. */
function isUnknown(value: unknown): boolean {
  if (value === UNKNOWN) return true;
  if (!isObject(value)) return false;
  return "secret" in value && !("value" in value) ? true : isDeepStrictEqual(value, secret(UNKNOWN));
}

/** The object with other values, without those that are null or undefined: to either plugin they are not there. */
function mapValues(object: Json, map: (value: unknown, key: string) => unknown): Json {
  const entries = Object.entries(object).map(([key, value]) => [key, map(value, key)]);
  return Object.fromEntries(entries.filter(([, value]) => value !== null && value !== undefined));
}

function byText(a: unknown, b: unknown): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
