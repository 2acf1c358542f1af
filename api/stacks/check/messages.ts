import type { HostPort } from "./span.ts";

/** Sentences of findings in compose files. Text between backticks is shown as code. */
export const findingMessages = {
  atLine: (line: number, message: string) => `Line ${line}: ${message}`,
  outputHidden: (reason: string) => `Compose rejects the stack; its output is not shown. ${reason}`,
  noOutput: "Docker Compose rejects this file without giving a reason.",

  unreadable: (reason: string) => `The file cannot be read: ${reason}.`,
  timeLimit: "it takes too long",
  memoryLimit: "it takes too much memory",
  tooLong: "The file is too long: at most 1 MiB is read.",
  tooManyValues: "The file has too many values, including those of merge keys.",
  nestedTooDeeply: "The file is nested too deeply.",
  notYaml: "The file cannot be read as YAML.",
  duplicateKey: (key: string) => `The key \`${quote(key)}\` appears twice: keys must be unique.`,

  wrongShape: (path: string, expected: string) => `\`${path}\` must be ${expected}.`,
  notOneOf: (path: string, words: readonly string[]) => `\`${path}\` must be one of ${words.join(", ")}.`,
  unknownKey: (name: string, similar: string | undefined) =>
    `\`${name}\` is not a key Compose knows here.${similar === undefined ? "" : ` Did you mean \`${similar}\`?`}`,

  noServicesSection: "A compose file begins with `services:` and the services below it.",
  noServices: "The file defines no service: add at least one below `services:`.",
  versionIgnored: "`version` is obsolete: Compose ignores it.",
  invalidServiceName: "A service name may contain letters, digits, `.`, `_` and `-`.",
  emptyService: (name: string) => `The service \`${quote(name)}\` is empty: it needs an \`image\` or a \`build\`.`,
  noImage: (name: string) => `The service \`${quote(name)}\` needs an \`image\` or a \`build\`.`,
  noSuchService: (name: string) => `There is no service \`${quote(name)}\`.`,
  networkModeConflict: "`networks` and `network_mode` cannot be used together.",
  networkUndefined: (name: string) =>
    `The network \`${quote(name)}\` is not defined: add it below \`networks:\` at the top level.`,
  volumeUndefined: (name: string) =>
    `The volume \`${quote(name)}\` is not defined: add it below \`volumes:\` at the top level.`,
  sourceUndefined: (name: string, section: "secrets" | "configs") =>
    `\`${quote(name)}\` is not defined: add it below \`${section}:\` at the top level.`,
  noTag: "Without a tag this is `latest`: the image may change with any pull.",
  fixedName: "With a fixed `container_name` only one container can run.",
  cycle: (a: string, b: string) => `\`${quote(a)}\` and \`${quote(b)}\` wait for each other.`,
  unsetVariable: (name: string) => `\`${name}\` is not set in the variables of this stack: it will be empty.`,

  portTwice: ({ port }: Pick<HostPort, "port">) => `Port ${port} of the host is published twice.`,
  portUsedBy: ({ port }: Pick<HostPort, "port">, service: string) =>
    `Port ${port} of the host is published by \`${quote(service)}\` as well.`,
  portTaken: ({ port }: Pick<HostPort, "port">, container: string | null) =>
    `Port ${port} of the host is taken: ${container === null ? "something on this host listens there" : `the container ${quote(container)} has it`}.`,
  portsUnknown: "Docker does not respond: which ports of the host are taken is not known.",
};

/** What a service can do to the host. */
export const riskMessages = {
  privileged: "A privileged container has full access to the host: a break-in gives control of the machine.",
  dockerSocket: "A break-in into this container gives control of Docker, and with it of the whole machine.",
  hostNetwork: "The container uses the host's network: its ports are open without being published.",
  hostPid: "The container sees all processes of the host.",
  hostIpc: "The container sees the host's shared memory.",
  hostUsers: "User mapping is turned off: root in the container is root on the host.",
  capability: (name: string) => `\`${name}\` is close to being root on the host.`,
  unconfined: "This removes a barrier between the container and the host.",
  wholeFileSystem: "The whole file system of the host is mounted.",
  pathReadable: (path: string) => `The container can read \`${path}\` of the host, which may contain secrets.`,
  pathWritable: (path: string) => `The container can write to \`${path}\` of the host.`,
};

/** Escapes and truncates a user-supplied name for use in a message. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is replaced.
export const quote = (name: string): string => name.replace(/[\x00-\x1f\x7f\p{Cc}`]/gu, "?").slice(0, 80);
