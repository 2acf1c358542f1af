import { OWN_DAEMON } from "../protocol/daemon-key.ts";
import { AppError } from "../server/errors.ts";

const DEFAULT_NAMESPACE = "default";

/** What has a meaning in an id, and control characters, which an id never contains. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is encoded.
const special = /[%/:\u0000-\u001f\u007f]/;

const encodePart = (part: string) =>
  part.replace(
    new RegExp(special, "g"),
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
const decodePart = (part: string) =>
  part.replace(/%(25|2F|3A|[01][0-9A-F]|7F)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * Returns the key of a user's daemon: what stands before the `:` in the ids of its apps. Several daemons of a user differ by
 * their PM2_HOME, which is left out for the usual one.
 */
export const daemonKeyOf = (user: string, home?: string): string =>
  home === undefined ? encodePart(user) : `${encodePart(user)}@${encodePart(home)}`;

/**
 * Returns the id of all processes with one name in one namespace of PM2: the name itself in PM2's `default` namespace,
 * `namespace/name` in others, with `%`, `/`, `:` and control characters encoded in both parts. A name in `default` that contains one of these
 * characters becomes `default/<encoded name>`, so that ids are unique. For another daemon than the panel's own, its key and `:` precede.
 */
export function deploymentIdOf(namespace: string, name: string, daemon = OWN_DAEMON): string {
  const prefix = daemon === OWN_DAEMON ? "" : `${daemon}:`;
  const isDefault = namespace === "" || namespace === DEFAULT_NAMESPACE;
  if (isDefault && !special.test(name)) return prefix + name;
  return `${prefix}${encodePart(isDefault ? DEFAULT_NAMESPACE : namespace)}/${encodePart(name)}`;
}

/** Returns the PM2 name in an id. */
export function nameOfDeployment(id: string): string {
  const own = id.slice(id.indexOf(":") + 1);
  const slash = own.indexOf("/");
  return slash === -1 ? own : decodePart(own.slice(slash + 1));
}

/** Returns the namespace and the name in an id. */
export function partsOfDeployment(id: string): { namespace: string; name: string } {
  const own = id.slice(id.indexOf(":") + 1);
  const slash = own.indexOf("/");
  const namespace = slash === -1 ? DEFAULT_NAMESPACE : decodePart(own.slice(0, slash));
  return { namespace, name: nameOfDeployment(id) };
}

interface Named {
  id: string;
  name: string;
}

/**
 * Finds the listed app that a client means by an id and a name. If PM2 has no such id, the name decides: it must belong
 * to a single app, or to one in the `default` namespace.
 * @throws AppError `not_found`; `conflict` if several apps have the name
 */
export function chooseDeployment<T extends Named>(
  listed: readonly T[],
  { deploymentId, pm2Name }: { deploymentId: string; pm2Name: string },
): T {
  const same = listed.filter(({ id, name }) => name === pm2Name || id === pm2Name);
  const exact = same.find(({ id }) => id === deploymentId);
  if (exact) return exact;
  // An id of a missing app must not select another app by its name.
  const [only, ...more] = /[/:]/.test(deploymentId) ? [] : same;
  if (!only) throw new AppError("not_found", "PM2 has no process with this name.");
  if (more.length === 0) return only;
  const inDefault = same.find(({ id }) => id === deploymentIdOf(DEFAULT_NAMESPACE, pm2Name));
  if (inDefault) return inDefault;
  throw new AppError("conflict", "Several PM2 apps have this name; use the id instead.");
}
