import { AppError } from "../server/errors.ts";

const DEFAULT_NAMESPACE = "default";

const encodePart = (part: string) =>
  part.replace(/[%/:]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
const decodePart = (part: string) =>
  part.replace(/%(25|2F|3A)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/**
 * The id of all processes of one name in one namespace of PM2: the name itself in PM2's `default` namespace, and
 * `namespace/name` elsewhere with `%`, `/` and `:` in its parts encoded. A default name that holds one of these is
 * `default/<encoded name>`, so that no two apps have one id.
 */
export function deploymentIdOf(namespace: string, name: string): string {
  const isDefault = namespace === "" || namespace === DEFAULT_NAMESPACE;
  if (isDefault && !/[%/:]/.test(name)) return name;
  return `${encodePart(isDefault ? DEFAULT_NAMESPACE : namespace)}/${encodePart(name)}`;
}

/** The PM2 name in an id. */
export function nameOfDeployment(id: string): string {
  const slash = id.indexOf("/");
  return slash === -1 ? id : decodePart(id.slice(slash + 1));
}

interface Named {
  id: string;
  name: string;
}

/**
 * Which of the listed apps a client means that gives an id and a name. An id that is none of PM2's is the client's own
 * word: then the name decides, if it is that of one app only, or of one in the `default` namespace.
 * Throws `not_found`, or `conflict` when the name alone is not enough.
 */
export function chooseDeployment<T extends Named>(
  listed: readonly T[],
  { deploymentId, pm2Name }: { deploymentId: string; pm2Name: string },
): T {
  const same = listed.filter(({ id, name }) => name === pm2Name || id === pm2Name);
  const exact = same.find(({ id }) => id === deploymentId);
  if (exact) return exact;
  // What has the form of an id must not fall back on another app.
  const [only, ...more] = deploymentId.includes("/") ? [] : same;
  if (!only) throw new AppError("not_found", "PM2 runs no process of that name.");
  if (more.length === 0) return only;
  const inDefault = same.find(({ id }) => id === deploymentIdOf(DEFAULT_NAMESPACE, pm2Name));
  if (inDefault) return inDefault;
  throw new AppError("conflict", "Several apps of PM2 have this name; say which one by its id.");
}
