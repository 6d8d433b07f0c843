/** Runs `loadSettings` as a program of the engine would, on settings given as values. */
import * as pulumi from "@pulumi/pulumi";
import { type Settings as Loaded, loadSettings } from "../../config/load.ts";
import { asEngineConfig, projectName, type Settings } from "../fixtures.ts";

await pulumi.runtime.setMocks(
  { newResource: () => ({ id: "", state: {} }), call: () => ({}) },
  projectName,
  "test",
);

/** What the program gets for these settings and secrets. */
export function load(settings: Settings, secrets: Settings = {}): Loaded {
  const stored = asEngineConfig({ ...settings, ...secrets });
  const secretKeys = Object.keys(secrets).map((key) => `${projectName}:${key}`);
  pulumi.runtime.setAllConfig(stored, secretKeys);
  return loadSettings();
}

/** The message that these settings are refused with. */
export function refusalOf(settings: Settings, secrets: Settings = {}): string {
  try {
    load(settings, secrets);
  } catch (error) {
    if (pulumi.RunError.isInstance(error)) return error.message;
    throw error;
  }
  throw new Error("these settings were accepted");
}
