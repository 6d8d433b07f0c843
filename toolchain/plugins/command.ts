/** Executable of the stand-in for Pulumi's `command` plugin. */
import { localInputs, runLocal } from "./command/local.ts";
import { commandHandler } from "./command/provider.ts";
import { remoteInputs, runRemote } from "./command/remote.ts";
import { serve } from "./serve.ts";

serve({
  name: "command",
  version: "1.2.1",
  kept: { "__pulumi-go-provider-version": "1.2.0" },
  acceptsSecrets: true,
  configuration: [],
  configure: () => undefined,
  resources: {
    "command:remote:Command": commandHandler({ inputs: remoteInputs, run: runRemote }),
    "command:local:Command": commandHandler({ inputs: localInputs, run: runLocal }),
  },
});
