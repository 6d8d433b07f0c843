/** Labels as the docker package writes them: a list of `{ label, value }`. */
import { z } from "zod";

/** Labels as the resources take them: a list of pairs. */
export const labelsInput = z.array(z.strictObject({ label: z.string(), value: z.string() }));

/** The same labels as the daemon wants them. */
export function labelsMap(labels: z.infer<typeof labelsInput> = []): Record<string, string> {
  return Object.fromEntries(labels.map(({ label, value }) => [label, value]));
}
