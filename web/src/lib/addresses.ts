/** One part of a path; a half of a surrogate pair, which cannot be encoded, is replaced. */
const part = (text: string): string => encodeURIComponent(text.toWellFormed());

/** The text behind an encoded part of a path. A part that is not valid percent-encoding is the text itself. */
export const decodePart = (encoded: string): string => decode(encoded) ?? encoded;

/** Null for text that is not valid percent-encoding. A decoding whose result is unused would be left out of the build. */
function decode(encoded: string): string | null {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return null;
  }
}

/** A path whose parts can all be decoded: one with a broken percent-encoding stands for its own letters. */
export const toValidPath = (path: string): string =>
  path
    .split("/")
    .map((encoded) => (decode(encoded) !== null ? encoded : encoded.replaceAll("%", "%25")))
    .join("/");

/** The one address of a container: by its name, which outlives the container when it is recreated. */
export const containerHref = (name: string): string => `/services/${part(name)}`;
/** Address of a PM2 process by the id of its deployment. */
export const processHref = (id: string): string => `/deployments/${part(id)}`;
export const stackHref = (name: string): string => `/stacks/${part(name)}`;
export const entryHref = (id: string): string => `/catalogue/${part(id)}`;
export const serverHref = (id: string): string => `/mcp/${part(id)}`;
export const volumeHref = (name: string): string => `/volumes/${part(name)}`;
/** Address of a folder by its absolute path. */
export const folderHref = (path: string): string => `/files${path === "/" ? "" : path.split("/").map(part).join("/")}`;

/** Address of an item of a list by the address of the list, such as `/images`. */
export const itemHref = (list: string, id: string): string => `${list}/${part(id)}`;
