import { readFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import process from "node:process";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";

/** A `listen` of a site: the address in nginx's notation (`*` and `[::]` are all addresses), and the port. */
export interface Listen {
  address: string;
  port: number;
}

export interface SiteOptions {
  /** Name or address of the panel for `server_name`; IPv6 in brackets. */
  name: string;
  tlsFolder: string;
  webPort: number;
  apiPort: number;
  /** One or more. */
  realtimePorts: number[];
  /** Size in nginx's notation. */
  uploadMax: string;
  /** Whether the kernel supports IPv6; without it, `[::]` cannot be opened. */
  ipv6: boolean;
}

/** Splits the output of `nginx -T` into configuration files by path, without comments and without the files of the panel. */
export function otherFiles(dump: string): Map<string, string> {
  const parts = dump.split(/^# configuration file (.+):$/m);
  const files = new Map<string, string>();
  for (let index = 1; index < parts.length; index += 2) {
    const path = parts[index] ?? "";
    if (!isOwn(path)) files.set(path, (parts[index + 1] ?? "").replace(/(^|[\s;{}])#.*$/gm, "$1"));
  }
  return files;
}

const isOwn = (path: string): boolean => /^(z+-)?ai-desktop\.conf$/.test(basename(path));

/**
 * Returns the folder from which nginx includes sites: `sites-enabled`, otherwise `conf.d`; undefined if neither is included.
 * @param dump output of `nginx -T`
 */
export function siteFolder(dump: string): string | undefined {
  const includes = [...otherFiles(dump)].flatMap(([path, body]) =>
    [...body.matchAll(/\binclude\s+["']?([^;"'\s]+)["']?\s*;/g)].map(([, pattern = ""]) =>
      isAbsolute(pattern) ? pattern : join(dirname(path), pattern),
    ),
  );
  for (const name of ["sites-enabled", "conf.d"]) {
    const found = includes.find(
      (pattern) => basename(dirname(pattern)) === name && /^\*(\.conf)?$/.test(basename(pattern)),
    );
    if (found) return dirname(found);
  }
  return undefined;
}

/** Returns the addresses and ports of other sites; a `server` block without `listen` has port 80. */
export function otherListens(dump: string): Listen[] {
  return [...otherFiles(dump).values()].flatMap((body) =>
    serverBlocks(body).flatMap((block) => {
      const found = [...block.matchAll(/\blisten\s+([^;]+);/g)].map(
        ([, value = ""]) => value.trim().split(/\s+/)[0] ?? "",
      );
      return (found.length > 0 ? found : ["80"]).flatMap((value) => parseListen(value) ?? []);
    }),
  );
}

function serverBlocks(body: string): string[] {
  const blocks: string[] = [];
  for (const match of body.matchAll(/\bserver\s*\{/g)) {
    let depth = 0;
    let end = match.index;
    for (; end < body.length; end++) {
      if (body[end] === "{") depth++;
      else if (body[end] === "}" && --depth === 0) break;
    }
    blocks.push(body.slice(match.index, end));
  }
  return blocks;
}

function parseListen(value: string): Listen | undefined {
  if (value.startsWith("unix:")) return undefined;
  if (/^\d+$/.test(value)) return { address: "*", port: Number(value) };
  const [, address = "", port = "80"] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(value) ?? [];
  if (address === "") return undefined;
  return { address: address === "0.0.0.0" ? "*" : address, port: Number(port) };
}

const isAll = ({ address }: Listen): boolean => address === "*" || address === "[::]";

/**
 * Returns the numeric addresses that other sites listen on. The panel must listen on them too, since nginx searches for a name
 * only among the sites of the same address.
 */
export function ownAddresses(dump: string, port: number): string[] {
  const named = otherListens(dump).filter((listen) => listen.port === port && !isAll(listen));
  return [...new Set(named.map(({ address }) => address))];
}

/** Returns a larger size of nginx's table of names for a long name, unless the configuration sets the size. */
function nameTable(name: string, dump: string): string {
  const set = [...otherFiles(dump).values()].some((body) => /\bserver_names_hash_bucket_size\b/.test(body));
  if (set || name.length < 40) return "";
  return `server_names_hash_bucket_size ${name.length < 100 ? 128 : 512};\n\n`;
}

/**
 * Renders the nginx site of the panel. The block that rejects unknown names is kept only for ports without other sites:
 * otherwise it would reject visitors of those sites who use an address or an unknown name.
 * @param template text of `nginx.conf` beside this file
 * @param dump output of `nginx -T`
 */
export function renderSite(template: string, dump: string, options: SiteOptions): string {
  const others = otherListens(dump);
  const free = [80, 443].filter((port) => !others.some((listen) => listen.port === port));
  const [realtimePort, ...morePorts] = options.realtimePorts;
  let site = template.replace(/^# BEGIN default server[\s\S]*?^# END default server\n\n?/m, (block) =>
    free.length === 0 ? "" : keepPorts(block, free),
  );
  for (const port of [80, 443]) {
    const line = new RegExp(`^( *)listen \\[::\\]:${port}((?: ssl| http2)*);$`, "gm");
    const more = ownAddresses(dump, port).map((address) => `\n$1listen ${address}:${port}$2;`);
    site = site.replace(line, `$&${more.join("")}`);
  }
  if (!options.ipv6) site = site.replace(/^ *listen \[::\].*\n/gm, "");
  site = site
    .replaceAll("panel.example.com", options.name)
    .replaceAll("/etc/ssl/ai-desktop", options.tlsFolder)
    .replace("127.0.0.1:3005", `127.0.0.1:${options.webPort}`)
    .replace("127.0.0.1:3006", `127.0.0.1:${options.apiPort}`)
    .replace(
      "    server 127.0.0.1:3007;",
      [realtimePort, ...morePorts].map((port) => `    server 127.0.0.1:${port};`).join("\n"),
    )
    .replace("client_max_body_size 10g", `client_max_body_size ${options.uploadMax}`);
  // The emit endpoint for backends is needed only with several servers.
  if (morePorts.length > 0) site = site.replace(/^#(server|\}| {4})/gm, "$1");
  return nameTable(options.name, dump) + site;
}

function keepPorts(block: string, ports: number[]): string {
  const kept = block.replace(/^ *listen (?:\[::\]:)?(\d+).*\n/gm, (line, port: string) =>
    ports.includes(Number(port)) ? line : "",
  );
  return ports.includes(443) ? kept : kept.replace(/^ *ssl_certificate.*\n/gm, "");
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: "string", default: "" },
      tls: { type: "string", default: "" },
      web: { type: "string", default: "3005" },
      api: { type: "string", default: "3006" },
      realtime: { type: "string", default: "3007" },
      "upload-max": { type: "string", default: "10g" },
      "no-ipv6": { type: "boolean", default: false },
    },
  });
  const dump = await text(process.stdin);
  const [command] = positionals;
  if (command === "folder") process.stdout.write(siteFolder(dump) ?? "");
  else if (command === "addresses") process.stdout.write(ownAddresses(dump, 443).join(" "));
  else {
    const template = readFileSync(join(import.meta.dirname, "nginx.conf"), "utf8");
    process.stdout.write(
      renderSite(template, dump, {
        name: values.name,
        tlsFolder: values.tls,
        webPort: Number(values.web),
        apiPort: Number(values.api),
        realtimePorts: values.realtime.split(",").map(Number),
        uploadMax: values["upload-max"],
        ipv6: !values["no-ipv6"],
      }),
    );
  }
}

if (import.meta.main) await main();
