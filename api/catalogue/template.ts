/** What the places of a template stand for. */
export interface TemplateValues {
  name: string;
  host: string;
  /** By the id of the port: where it is reached at `host`. */
  ports: ReadonlyMap<string, number>;
  environment: ReadonlyMap<string, string>;
}

const place = /\{(name|host|port:[a-z0-9-]+|env:[A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** The places named in a template, such as `env:POSTGRES_USER`. */
export const placeholdersOf = (template: string): string[] =>
  [...template.matchAll(place)].map(([, name]) => name ?? "");

/** Fills a template in. In a URL, values of variables are encoded, so that a password cannot end its part. */
export function fill(template: string, { name, host, ports, environment }: TemplateValues): string {
  const encode = /^[a-z][a-z0-9+.-]*:\/\//.test(template) ? encodeURIComponent : (value: string) => value;
  return template.replace(place, (_all, key: string) => {
    if (key === "name") return name;
    if (key === "host") return host;
    if (key.startsWith("port:")) return String(ports.get(key.slice("port:".length)) ?? "");
    return encode(environment.get(key.slice("env:".length)) ?? "");
  });
}
