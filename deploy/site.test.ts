import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { otherListens, ownAddresses, renderSite, siteFolder } from "./site.ts";

const template = await readFile(join(import.meta.dirname, "nginx.conf"), "utf8");
const main = `# configuration file /etc/nginx/nginx.conf:
http {
    include /etc/nginx/conf.d/*.conf;
    include /etc/nginx/sites-enabled/*;
}
`;
const options = {
  name: "panel.test",
  tlsFolder: "/tls",
  webPort: 1,
  apiPort: 2,
  realtimePorts: [3],
  uploadMax: "10g",
  ipv6: true,
};
const withSite = (body: string, path = "/etc/nginx/sites-enabled/shop") =>
  `${main}\n# configuration file ${path}:\n${body}\n`;
const listens = (site: string) => [...site.matchAll(/^ *(listen .*);$/gm)].map(([, line]) => line);
const defaults = (site: string) => listens(site).filter((line) => line?.endsWith("default_server"));

test.each([
  ["sites-enabled before conf.d", main, "/etc/nginx/sites-enabled"],
  ["conf.d, where nginx reads nothing else", main.replace(/.*sites-enabled.*\n/, ""), "/etc/nginx/conf.d"],
  [
    "conf.d, where the other line is a comment",
    main.replace("include /etc/nginx/sites", "# include /etc/nginx/sites"),
    "/etc/nginx/conf.d",
  ],
  [
    "a folder named from where nginx's file is",
    "# configuration file /usr/nginx/nginx.conf:\nhttp { include conf.d/*.conf; }\n",
    "/usr/nginx/conf.d",
  ],
  [
    "none, where single files are named",
    "# configuration file /etc/nginx/nginx.conf:\nhttp { include /etc/nginx/conf.d/shop.conf; }\n",
    undefined,
  ],
])("finds the folder that sites are read from: %s", (_what, dump, folder) => {
  expect(siteFolder(dump)).toBe(folder);
});

test.each([
  ["listen 80 default_server;", [{ address: "*", port: 80 }]],
  ["listen 0.0.0.0:8080;", [{ address: "*", port: 8080 }]],
  ["listen [::]:443 ssl;", [{ address: "[::]", port: 443 }]],
  ["listen 192.0.2.1:443 ssl;", [{ address: "192.0.2.1", port: 443 }]],
  ["listen 192.0.2.1;", [{ address: "192.0.2.1", port: 80 }]],
  ["listen [2001:db8::1];", [{ address: "[2001:db8::1]", port: 80 }]],
  ["listen localhost:80;", [{ address: "localhost", port: 80 }]],
  ["listen unix:/run/shop.sock;", []],
  ["server_name shop.test;", [{ address: "*", port: 80 }]],
  ["# listen 443;\nlisten 81; # and 443 later: listen 443;", [{ address: "*", port: 81 }]],
])("reads what %j of another site means", (line, found) => {
  expect(otherListens(withSite(`server {\n${line}\nlocation / { return 200; }\n}`))).toEqual(found);
});

test("excludes its own file, also under previous names", () => {
  for (const name of ["ai-desktop.conf", "zz-ai-desktop.conf", "zzz-ai-desktop.conf"]) {
    expect(otherListens(withSite("server { listen 80 default_server; }", `/etc/nginx/sites-enabled/${name}`))).toEqual(
      [],
    );
  }
});

test.each([
  ["no other site listens", main, ["80", "[::]:80", "443 ssl http2", "[::]:443 ssl http2"]],
  [
    "another site is the default one of port 80",
    withSite("server { listen 80 default_server; }"),
    ["443 ssl http2", "[::]:443 ssl http2"],
  ],
  [
    "another site has port 80 without being marked as default",
    withSite("server { listen 80; server_name _; }"),
    ["443 ssl http2", "[::]:443 ssl http2"],
  ],
  ["another site has only port 443", withSite("server { listen 443 ssl; }"), ["80", "[::]:80"]],
  ["other sites have both", withSite("server { listen 80; }\nserver { listen [::]:443 ssl; }"), []],
])("hangs up on unknown names only on ports of its own: %s", (_what, dump, expected) => {
  expect(defaults(renderSite(template, dump, options))).toEqual(
    expected.map((line) => `listen ${line} default_server`),
  );
});

test("has no certificate in a block without TLS", () => {
  const site = renderSite(template, withSite("server { listen 443 ssl; }"), options);
  const block = /# BEGIN default server[\s\S]*# END default server/.exec(site)?.[0] ?? "";
  expect(block).not.toContain("ssl_certificate");
});

test("also listens on the numeric addresses of other sites, where nginx would find no other site", () => {
  const dump = withSite("server { listen 192.0.2.1:443 ssl; listen 192.0.2.1:80; }");
  const site = renderSite(template, dump, options);
  expect(listens(site)).toContain("listen 192.0.2.1:443 ssl http2");
  expect(listens(site)).toContain("listen 192.0.2.1:80");
  expect(ownAddresses(dump, 443)).toEqual(["192.0.2.1"]);
});

test("opens no IPv6 address if the kernel does not support IPv6", () => {
  expect(renderSite(template, main, { ...options, ipv6: false })).not.toMatch(/listen \[/);
});

test("enlarges the table of names for a long name, unless its size is configured", () => {
  const name = `${"long-".repeat(12)}name.example.com`;
  const line = "server_names_hash_bucket_size 128;";
  expect(renderSite(template, main, { ...options, name }).startsWith(line)).toBe(true);
  expect(renderSite(template, main, options)).not.toContain("hash_bucket");
  expect(renderSite(template, withSite("server_names_hash_bucket_size 256;"), { ...options, name })).not.toContain(
    "hash_bucket",
  );
});

test("fills in name, certificate, ports and size, and adds the emit endpoint for several realtime servers", () => {
  const site = renderSite(template, main, {
    ...options,
    name: "[2001:db8::1]",
    realtimePorts: [3, 4],
    uploadMax: "5m",
  });
  expect(site).toContain("server_name [2001:db8::1];");
  expect(site).toContain("ssl_certificate /tls/fullchain.pem;");
  expect(site).toContain("    server 127.0.0.1:3;\n    server 127.0.0.1:4;\n");
  expect(site).toContain("client_max_body_size 5m;");
  expect(listens(site)).toContain("listen 127.0.0.1:3017");
  expect(site).not.toMatch(/example\.com|127\.0\.0\.1:300|listen.*3007/);
});
