/** The one error for people: everything that is wrong with a configuration. */
import { RunError } from "@pulumi/pulumi";
import type { Issue } from "../model/issue.ts";
import { explain } from "./errors.ts";

/** An error that Pulumi shows as its message alone. */
export function configError(issues: readonly Issue[]): RunError {
  return errorForPeople(explain(issues));
}

/** An error that Pulumi shows as `message`, and nothing else. */
export function errorForPeople(message: string): RunError {
  return Object.defineProperties(new RunError(message), {
    // Where an Output fails, the SDK puts the name of each property on the way before the message; ours says where it is.
    message: { get: () => message, set: () => {} },
    // Nobody sees the stack, and Node 20 takes many seconds to format one that ends in the SDK.
    stack: { value: "" },
  });
}
