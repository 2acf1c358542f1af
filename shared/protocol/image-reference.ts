/** Longest accepted reference, in characters: name 255, tag 128, digest below 128. */
export const IMAGE_REFERENCE_MAX = 512;
const NAME_MAX = 255;

/** The parts of a full image reference: `docker.io`, `library/nginx`, `1.27`. */
export interface ImageReference {
  /** Host and port of the registry; default `docker.io`. */
  registry: string;
  /** Path at the registry, such as `library/nginx`. */
  repository: string;
  /** Null only when a digest is given. */
  tag: string | null;
  /** `sha256:…`: always the same image. */
  digest: string | null;
}

const label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?";
const domain = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[0-9a-fA-F:]+\\])(?::[0-9]{1,5})?$`);
const component = /^[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*$/;
const tagForm = /^\w[\w.-]{0,127}$/;
const digestForm = /^[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,128}$/;

/**
 * Parses an image reference in the grammar of the distribution project, with the short forms of Docker: the default registry
 * is Docker Hub, a single name is in `library/` there, and the default tag is `latest`. Returns undefined when not valid.
 */
export function parseImageReference(text: string): ImageReference | undefined {
  if (text.length === 0 || text.length > IMAGE_REFERENCE_MAX) return undefined;
  const at = text.indexOf("@");
  const digest = at < 0 ? null : text.slice(at + 1);
  if (digest !== null && !digestForm.test(digest)) return undefined;
  const named = at < 0 ? text : text.slice(0, at);
  // A colon before the last slash belongs to the port of the registry.
  const colon = named.indexOf(":", named.lastIndexOf("/") + 1);
  const tag = colon < 0 ? null : named.slice(colon + 1);
  if (tag !== null && !tagForm.test(tag)) return undefined;
  const name = colon < 0 ? named : named.slice(0, colon);
  if (name.length === 0 || name.length > NAME_MAX) return undefined;

  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === "localhost" || first !== first.toLowerCase();
  let registry = isHost ? first : "docker.io";
  if (registry === "index.docker.io") registry = "docker.io";
  let repository = isHost ? name.slice(slash + 1) : name;
  if (!domain.test(registry) || !repository.split("/").every((part) => component.test(part))) return undefined;
  if (registry === "docker.io" && !repository.includes("/")) {
    if (/^[0-9a-f]{64}$/.test(repository)) return undefined; // an id, which no registry knows
    repository = `library/${repository}`;
  }
  return { registry, repository, tag: tag ?? (digest === null ? "latest" : null), digest };
}

/** Short form of the name, without tag and digest: `nginx`, `ghcr.io/owner/app`. */
export function familiarName({ registry, repository }: ImageReference): string {
  if (registry !== "docker.io") return `${registry}/${repository}`;
  return repository.replace(/^library\/(?=[^/]+$)/, "");
}

/** Short form of the reference, always with its tag or digest. */
export function familiarReference(reference: ImageReference): string {
  const { tag, digest } = reference;
  return `${familiarName(reference)}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@${digest}`}`;
}
