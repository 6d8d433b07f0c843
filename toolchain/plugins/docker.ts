/** The docker plugin 5.2.0 for networks that cannot download the official one: the three resource types the lab uses. */
import { container } from "./docker/container.ts";
import { image } from "./docker/image.ts";
import { network } from "./docker/network.ts";
import { serve } from "./serve.ts";

serve({
  name: "docker",
  version: "5.2.0",
  acceptsSecrets: false,
  configuration: ["host", "certPath"],
  configure({ host, certPath }) {
    // As the official plugin: explicit configuration wins over the environment, and the client reads the environment.
    if (host) process.env.DOCKER_HOST = host;
    if (certPath) process.env.DOCKER_CERT_PATH = certPath;
  },
  resources: {
    "docker:index/network:Network": network,
    "docker:index/image:Image": image,
    "docker:index/container:Container": container,
  },
});
