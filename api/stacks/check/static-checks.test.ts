import { expect, test } from "vitest";
import { processorMs } from "../../../shared/testing/growth.ts";
import { parseComposeErrors } from "./compose-errors.ts";
import type { HostContext } from "./semantics.ts";
import { checkComposeText } from "./static-checks.ts";

const check = (text: string, context: Partial<HostContext> = {}) =>
  checkComposeText(text, { takenPorts: [], variables: null, ...context }).map(
    ({ severity, line, column, message }) => `${severity} ${line}:${column} ${message}`,
  );
const web = (more: string) => `services:\n  web:\n    image: nginx:1\n${more}`;

test("accepts a file that uses anchors, merges, long forms and variables", () => {
  const text = `
x-common: &common
  restart: unless-stopped
  logging: { driver: local, options: { max-size: 10m } }
services:
  web:
    <<: *common
    image: nginx:\${TAG:-1}
    ports: ["8080:80", { target: 443, published: "\${PORT:?}", protocol: tcp }, "9000-9001:9000-9001/udp"]
    depends_on: { db: { condition: service_healthy } }
    environment: { A: 1, B: null, C: "$$x" }
    volumes: ["data:/data:ro", "./conf:/etc/conf", "\${DIR:-/srv}:/srv"]
    networks: [front]
    deploy: { resources: { limits: { cpus: "0.5", memory: 64M } } }
  db: { <<: *common, build: ., healthcheck: { test: [CMD, "true"], retries: 3 } }
volumes: { data: }
networks: { front: { driver: bridge } }
`;
  expect(check(text, { variables: new Set() })).toEqual([]);
});

test("reports the position of a YAML error, of an unknown key and of a value of the wrong type", () => {
  expect(check(web("    command: [a\n"))[0]).toMatch(/^error 5:1 /);
  expect(check(web("    image: twice\n"))[0]).toMatch(/^error 4:5 .*unique/);
  expect(check(web("    enviroment: {}\n"))).toEqual([
    "warning 4:5 `enviroment` is not a key Compose knows here. Did you mean `environment`?",
  ]);
  expect(check(web("    ports: 80\n    privileged: maybe\n    x-free: 1\n"))).toEqual([
    "error 4:12 `services.web.ports` must be a list.",
    "error 5:17 `services.web.privileged` must be a boolean.",
  ]);
  expect(check("services:\n  web:\n    container_name: 5\n    image: a:1\n")[0]).toMatch(/must be a text/);
});

test("finds references to undefined services, networks, volumes and secrets", () => {
  const text = web(`    depends_on: [db]
    network_mode: service:proxy
    volumes: ["data:/x"]
    secrets: [key]
  api:
    image: a:1
    networks: [inner]
  none: {}
`);
  expect(check(text).map((finding) => finding.replace(/:.*?`/, " `").split(":")[0])).toEqual([
    "error 4 `db`.",
    "error 5 `proxy`.",
    "error 6 `data` is not defined",
    "error 7 `key` is not defined",
    "error 10 `inner` is not defined",
    "error 11 `none` needs an `image` or a `build`.",
  ]);
  expect(check("services:\n  a: {image: a:1, depends_on: [b]}\n  b: {image: b:1, depends_on: [a]}\n")[0]).toMatch(
    /wait for each other/,
  );
  expect(check("- a\n")[0]).toMatch(/begins with `services:`/);
  expect(check("")[0]).toMatch(/begins with `services:`/);
});

test("finds ports that conflict in the file, with other containers and with the host", () => {
  const takenPorts = [
    { address: "", port: 80, protocol: "tcp", by: "proxy" },
    { address: "127.0.0.1", port: 9000, protocol: "tcp", by: null },
  ];
  const text = web(`    ports: ["80:80", "127.0.0.1:81:81", "9000:1", "10.0.0.1:9000:2", "53:53/udp", "70-72:70-72"]
  other:
    image: o:1
    ports: ["81:81", "53:53/tcp", {target: 1, published: 71}]
`);
  expect(check(text, { takenPorts })).toEqual([
    "warning 4:13 Port 80 of the host is taken: the container proxy has it.",
    "warning 4:41 Port 9000 of the host is taken: something on this host listens there.",
    "error 4:51 Port 9000 of the host is published twice.",
    "error 7:13 Port 81 of the host is published by `web` as well.",
    "error 7:35 Port 71 of the host is published by `web` as well.",
  ]);
});

test("warns about access to the host", () => {
  const text = web(`    privileged: true
    pid: host
    network_mode: host
    cap_add: [SYS_ADMIN, CHOWN]
    volumes: ["/var/run/docker.sock:/s", "/:/host:ro", "/etc/localtime:/etc/localtime:ro", "/srv/x:/x", "/root/../etc:/e"]
`);
  const lines = check(text).map((finding) => finding.replace(/:.*/, ""));
  expect(lines).toEqual(["warning 4", "warning 5", "warning 6", "warning 7", ...Array(3).fill("warning 8")]);
});

test("reports each variable that nothing sets once", () => {
  const text = web(
    '    hostname: "%{SET}-%{UNSET}-%{DEFAULT:-x}-$PLAIN-$$NO"\n    # %{COMMENT}\n    user: "%{UNSET}"\n'.replaceAll(
      "%",
      "$$",
    ),
  );
  expect(check(text, { variables: new Set(["SET"]) }).map((finding) => /`(\w+)`/.exec(finding)?.[1])).toEqual([
    "UNSET",
    "PLAIN",
  ]);
});

test("stays fast with files made to break it", async () => {
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${"bcdefghij"
    .split("")
    .map((name, index) => `${name}: &${name} [${Array(9).fill(`*${"abcdefghi"[index]}`)}]`)
    .join("\n")}\nservices: *j\n`;
  const texts = [
    bomb,
    "[".repeat(50_000),
    `services: {web: ${"{a: ".repeat(5_000)}`,
    `services:\n  web: &w\n    image: *w\n`,
    `services:\n  web:\n    image: "${"${A".repeat(60_000)}"\n`,
    `services:\n${Array.from({ length: 8_000 }, (_, index) => `  s${index}: {image: a, depends_on: [s${index + 1}]}\n`).join("")}`,
    `services:\n  web:\n    image: a\n    ports: ["1-65535:1-65535", "1-65535:1-65535"]\n`,
    "\0\u{fffe}: !!js/function 'x'\n--- \n---\n",
  ];
  for (const text of texts) {
    const used = await processorMs(() => {
      expect(Array.isArray(check(text, { variables: new Set() }))).toBe(true);
    });
    expect(used, text.slice(0, 40)).toBeLessThan(8_000);
  }
});

test("positions errors of Compose where they name a line, a path or a service", () => {
  const text = web("    sleep_well: true\n    ports: {}\n");
  const lineOf = (...output: string[]) =>
    parseComposeErrors(output, text).map(({ line, message }) => `${line} ${message}`);
  expect(
    lineOf("The Compose file is invalid because:", "Unsupported config option for services.web: 'sleep_well'"),
  ).toEqual(["4 Unsupported config option for services.web: 'sleep_well'"]);
  expect(lineOf("validating /x/compose.yaml: services.web.ports must be a array")).toEqual([
    "5 services.web.ports must be a array",
  ]);
  expect(lineOf("yaml: line 3: did not find expected key")[0]).toMatch(/^3 /);
  expect(lineOf("Service 'web' depends on service 'db' which is undefined.")[0]).toMatch(/^2 /);
  expect(lineOf("Traceback (most recent call last):", '  File "/usr/x.py", line 9, in f')).toEqual([
    "1 Docker Compose rejects this file without giving a reason.",
  ]);
});

test("reports a file whose merges, values or length exceed the limits", async () => {
  const keys = Array.from({ length: 10_000 }, (_, n) => `k${n}: 1`).join(", ");
  const wide = `a: &a { ${keys} }\nb: { <<: [${Array.from({ length: 10_000 }, () => "*a").join(", ")}] }\n`;
  const chain = ["a0: &a0 { k0: 1 }"];
  for (let n = 1; n < 8_000; n++) chain.push(`a${n}: &a${n} { <<: *a${n - 1}, k${n}: 1 }`);
  for (const [text, message] of [
    [wide, "too many values"],
    [chain.join("\n"), "too many values"],
    [`a: [${"[".repeat(200)}${"]".repeat(200)}]`, "nested too deeply"],
    [`# ${"x".repeat(1024 * 1024)}\nservices: {}`, "too long"],
  ] as const) {
    let found: string[] = [];
    const ms = await processorMs(() => {
      found = check(text);
    });
    expect(found).toEqual([expect.stringContaining(message)]);
    // Processor time: without the limits this takes half a minute.
    expect(ms).toBeLessThan(15_000);
  }
});

test("limits the published ports that are compared", () => {
  const ports = Array.from({ length: 3_000 }, (_, n) => `"${n}-${n + 200}:1"`).join(", ");
  const services = Array.from({ length: 300 }, (_, n) => `  s${n}: { image: "x:1", ports: *p }`).join("\n");
  const text = `x-p: &p [${ports}]\nservices:\n${services}\n`;
  expect(check(text).length).toBeGreaterThan(0);
});
