/** One part of a path; a half of a surrogate pair, which cannot be encoded, is replaced. */
const part = (text: string): string => encodeURIComponent(text.toWellFormed());

/** The text behind an encoded part of a path. A part that is not valid percent-encoding is the text itself. */
export function decodePart(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

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
