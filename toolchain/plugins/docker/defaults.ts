/** What the official plugin, which is bridged from Terraform, adds to inputs before they are kept: values nobody gave, and their names. */
import type { Properties } from "../properties.ts";

/** On every object that the bridge knows field by field: which of the fields it has filled in. */
const FILLED_IN = "__defaults";

/** Inputs as the official plugin keeps them: `defaults` filled in at the top, and the names at every depth. `maps` are of any keys. */
export function withDefaults(inputs: Properties, defaults: Properties, maps: readonly string[]): Properties {
  const named = Object.entries(inputs).map(([key, value]) => [key, maps.includes(key) ? value : name(value)]);
  const filledIn = Object.keys(defaults).filter((key) => inputs[key] === undefined);
  return { ...defaults, ...Object.fromEntries(named), [FILLED_IN]: filledIn.sort() };
}

/** The inputs that a program gave, from those that either plugin has kept. */
export function withoutDefaults(kept: Properties, defaults: Properties): Properties {
  const given = Object.entries(kept).filter(([key, value]) => defaults[key] !== value);
  return unname(Object.fromEntries(given)) as Properties;
}

function name(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(name);
  return isObject(value) ? { ...value, [FILLED_IN]: [] } : value;
}

function unname(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unname);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key]) => key !== FILLED_IN);
  return Object.fromEntries(entries.map(([key, item]) => [key, unname(item)]));
}

function isObject(value: unknown): value is Properties {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
