import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { installInput } from "../../shared/protocol/catalogue.ts";
import { silentLog } from "../../shared/server/log.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { loadCatalogue } from "./catalogue.ts";
import { type CatalogueEntryInput, catalogueEntry } from "./entry.ts";
import { faultsOf } from "./entry-faults.ts";
import { planInstall, promptsOf } from "./install/plan.ts";
import { toCommand, toCompose } from "./install/plan-texts.ts";
import { makeSecrets, secretsOf } from "./install/secrets.ts";
import { placeholdersOf } from "./template.ts";
import { testEntry } from "./testing.ts";

const { entries } = loadCatalogue({ log: silentLog() });

/** An installation of an entry with its own ports and defaults. */
const planOf = (entry: ReturnType<typeof testEntry>, change: object = {}) =>
  planInstall(entry, installInput.parse({ name: "web", tag: entry.tags[0]?.tag, ...change }), {
    secrets: makeSecrets(entry),
    publicHost: "panel.example.com",
    hostPorts: new Map(entry.ports.map(({ id, suggested }) => [id, suggested])),
  });

describe("the catalogue", () => {
  test("contains many valid services of every category", () => {
    expect(entries.length).toBeGreaterThanOrEqual(48);
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
    expect(entries.flatMap((entry) => faultsOf(entry).map((fault) => `${entry.id}: ${fault}`))).toEqual([]);
    expect(new Set(entries.map(({ category }) => category)).size).toBeGreaterThanOrEqual(12);
  });

  test("has a version in every tag and no abandoned image", () => {
    for (const { id, image, tags } of entries) {
      for (const { tag } of tags) expect(tag, id).toMatch(/\d/);
      expect(image, id).not.toMatch(/^(docker\.io\/)?(bitnami|minio)\//);
    }
  });

  test("keeps data in volumes at distinct paths, and at the version's paths where they differ", () => {
    for (const { id, volumes } of entries) {
      for (const { path } of volumes) expect(path, id).toMatch(/^\/[^/].*[^/]$/);
    }
    const postgres = entries.find(({ id }) => id === "postgres");
    if (!postgres) throw new Error("no postgres");
    const path = (tag: string) => planOf(postgres, { tag }).container.volumes[0]?.path;
    expect(path("18")).toBe("/var/lib/postgresql");
    expect(path("17")).toBe("/var/lib/postgresql/data");
  });

  test("generates a secret for each password and returns it to the caller who installs", () => {
    for (const entry of entries) {
      const places = new Set(entry.credentials.flatMap(({ value }) => placeholdersOf(value)));
      for (const { name, length } of secretsOf(entry)) {
        expect(length, `${entry.id} ${name}`).toBeGreaterThanOrEqual(24);
        if (/PASS|KEY_ID|API_KEY|ACCESS_KEY|ADMIN_TOKEN/.test(name))
          expect([...places], entry.id).toContain(`env:${name}`);
      }
      for (const { value, secret } of entry.credentials) {
        const named = placeholdersOf(value).map((place) => place.replace(/^env:/, ""));
        const holdsSecret = secretsOf(entry).some(({ name }) => named.includes(name));
        if (holdsSecret) expect(secret, `${entry.id} ${value}`).toBe(true);
      }
      // What is fixed is read by everybody.
      for (const variable of entry.environment) {
        if (variable.kind === "fixed") expect(variable.name, entry.id).not.toMatch(/PASSWORD$|_TOKEN$|SECRET/);
      }
    }
  });

  test("has no secret in a command or health check, where every program in the container could read it", () => {
    for (const entry of entries) {
      const { container, secretValues } = planOf(entry);
      const words = JSON.stringify([container.command, container.entrypoint, container.health, container.labels]);
      for (const secret of secretValues) expect(words, entry.id).not.toContain(secret);
      expect(words, entry.id).not.toMatch(/\{(env|port|host|name)\b/);
    }
  });

  test("publishes on loopback, without capabilities beyond Docker's default, within limits", () => {
    for (const entry of entries) {
      const { container } = planOf(entry);
      for (const { hostAddress } of container.ports) expect(hostAddress).toBe("127.0.0.1");
      expect(container.pids).toBeGreaterThan(0);
      expect(["MKNOD", "NET_RAW", "SETFCAP"]).toEqual(expect.arrayContaining([...container.dropCapabilities]));
      for (const { name } of promptsOf(entry)) expect(name).not.toBe("");
    }
  });

  test("has the same settings in its compose file and its document", () => {
    for (const entry of entries) {
      const { container } = planOf(entry, { network: { kind: "own" } });
      const compose = parse(toCompose(container, true));
      const { web } = compose.services;
      expect(web.image, entry.id).toBe(container.image);
      const plain = (value: string) => value.replaceAll("$$", "$");
      expect(
        Object.entries<string>(web.environment ?? {}).map(([name, value]) => [name, plain(String(value))]),
      ).toEqual(container.environment.map(([name, value]) => [name, value]));
      expect(web.command?.map(plain), entry.id).toEqual(container.command);
      expect(web.healthcheck?.test.map(plain), entry.id).toEqual(container.health?.test);
      expect(toCommand(container, true)).toContain("--security-opt no-new-privileges:true");
    }
  });
});

describe("an entry", () => {
  const good = testEntry("registry.example.com/greeter");
  const bad: [string, Partial<CatalogueEntryInput> & Record<string, unknown>][] = [
    ["a field of no meaning here", { privileged: true }],
    ["a folder of the host", { volumes: [{ id: "host", label: "Host", path: "../etc" }] }],
    ["an added capability", { keepCapabilities: ["SYS_ADMIN"] as never }],
    ["an image with options", { image: "-x" }],
    ["a tag inside its image", { image: "redis:latest " }],
    ["a short secret", { environment: [{ kind: "secret", name: "KEY", length: 8 }] }],
    ["a home page that runs code", { homepage: "javascript:alert(1)" }],
    ["lines in its name", { name: "a\nb" }],
  ];
  test.each(bad)("is refused for %s", (_what, change) => {
    expect(catalogueEntry.safeParse({ ...good, ...change }).success).toBe(false);
  });

  test("is refused for undefined names and for a tag without a version", () => {
    const faults = (change: Partial<CatalogueEntryInput>) => faultsOf(testEntry("greeter", change));
    expect(faults({ page: { port: "none" } })).toEqual(["its page is at an unknown port"]);
    expect(faults({ credentials: [{ label: "X", value: "{env:NONE}" }] })).toHaveLength(1);
    expect(faults({ tags: [{ tag: "latest" }] })).toHaveLength(1);
    const question = { kind: "asked", name: "A", label: "A", default: "1", pattern: "[a-z]+" } as const;
    expect(faults({ environment: [question], credentials: [] })).toHaveLength(1);
    expect(faults({ environment: [{ ...question, pattern: "(" }], credentials: [] })).toHaveLength(1);
  });

  test("has the container's address where a port is not published, and encodes values within URLs", () => {
    const entry = testEntry("greeter", {
      environment: [
        { kind: "asked", name: "USER_NAME", label: "User", default: "a@b/c", pattern: ".*" },
        { kind: "asked", name: "HIDDEN", label: "Hidden", default: "x", pattern: ".*", internal: true },
      ],
      credentials: [{ label: "Address", value: "http://{env:USER_NAME}@{host}:{port:web}" }],
    });
    const options = { secrets: new Map(), publicHost: "panel.example.com" };
    const address = (hostPort: number | null, publish: string) =>
      planInstall(entry, installInput.parse({ name: "web", tag: "1", publish }), {
        ...options,
        hostPorts: new Map([["web", hostPort]]),
      });
    expect(address(81, "local").credentials[0]?.value).toBe("http://a%40b%2Fc@127.0.0.1:81");
    expect(address(81, "public").credentials[0]?.value).toBe("http://a%40b%2Fc@panel.example.com:81");
    expect(address(null, "local").credentials[0]?.value).toBe("http://a%40b%2Fc@web:8080");
    expect(address(null, "local").page).toBeNull();
    expect(address(81, "local").container.environment).toEqual([["USER_NAME", "a@b/c"]]);
  });

  test("of the operator's folder is added; an invalid one is skipped", async () => {
    const folder = await tempFolder("catalogue");
    try {
      const write = (name: string, entry: object | string) =>
        writeFile(join(folder.path, name), typeof entry === "string" ? entry : JSON.stringify(entry));
      await write("greeter.json", good);
      await write("broken.json", "{");
      await write("renamed.json", good);
      await write("redis.json", { ...good, id: "redis" });
      const { find } = loadCatalogue({ folder: folder.path, log: silentLog() });
      expect(find("greeter")?.name).toBe("Greeter");
      expect(find("broken")).toBeUndefined();
      expect(find("renamed")).toBeUndefined();
      expect(find("redis")?.name).toBe("Redis"); // ours is not replaced
      expect(loadCatalogue({ folder: join(folder.path, "none"), log: silentLog() }).entries).toHaveLength(
        entries.length,
      );
    } finally {
      await folder.remove();
    }
  });
});
