/** Values of the placeholders in a template. */
export interface TemplateValues {
  name: string;
  host: string;
  /** Port at `host`, by the id of the port. */
  ports: ReadonlyMap<string, number>;
  environment: ReadonlyMap<string, string>;
}

const placeholder = /\{(name|host|port:[a-z0-9-]+|env:[A-Za-z_][A-Za-z0-9_.-]*)\}/g;

/** The placeholders in a template, such as `env:POSTGRES_USER`. */
export const placeholdersOf = (template: string): string[] =>
  [...template.matchAll(placeholder)].map(([, name]) => name ?? "");

/** Fills in a template. In a URL, values of variables are encoded, so that a password stays within its part. */
export function fill(template: string, { name, host, ports, environment }: TemplateValues): string {
  const encode = /^[a-z][a-z0-9+.-]*:\/\//.test(template) ? encodeURIComponent : (value: string) => value;
  return template.replace(placeholder, (_all, key: string) => {
    if (key === "name") return name;
    if (key === "host") return host;
    if (key.startsWith("port:")) return String(ports.get(key.slice("port:".length)) ?? "");
    return encode(environment.get(key.slice("env:".length)) ?? "");
  });
}
