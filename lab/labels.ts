/** Labels by which a person or a script finds what belongs to a stack. */

interface Label {
  readonly label: string;
  readonly value: string;
}

/** On the network and on every container. */
export function stackLabel(stack: string): Label {
  return { label: "pulumi-lvs.stack", value: stack };
}

/** On a host's container. */
export function hostLabel(host: string): Label {
  return { label: "pulumi-lvs.host", value: host };
}
