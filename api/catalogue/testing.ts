import { type CatalogueEntry, type CatalogueEntryInput, catalogueEntry } from "./entry.ts";

/** An entry for tests: an image of a test's own registry that is healthy once it has started. */
export function testEntry(image: string, change: Partial<CatalogueEntryInput> = {}): CatalogueEntry {
  return catalogueEntry.parse({
    id: "greeter",
    name: "Greeter",
    category: "web",
    description: "Says hello.",
    licence: "MIT",
    homepage: "https://example.org",
    documentation: "https://example.org/docs",
    image,
    tags: [{ tag: "1" }, { tag: "2", note: "older" }],
    ports: [{ id: "web", label: "Page", container: 8080, suggested: 28_080 }],
    page: { port: "web" },
    volumes: [{ id: "data", label: "Data", path: "/data" }],
    environment: [
      { kind: "fixed", name: "MODE", value: "quiet" },
      { kind: "asked", name: "GREETER_USER", label: "User", default: "admin", pattern: "[a-z]{1,20}" },
      {
        kind: "asked",
        name: "UPSTREAM_PASSWORD",
        label: "Password of upstream",
        default: "",
        pattern: ".{0,100}",
        secret: true,
      },
      { kind: "secret", name: "GREETER_PASSWORD", length: 32 },
      {
        kind: "derived",
        name: "GREETER_URL",
        template: "http://{env:GREETER_USER}:{env:GREETER_PASSWORD}@{host}:{port:web}/",
      },
    ],
    command: [
      "/bin/sh",
      "-c",
      'test -n "$GREETER_PASSWORD" && mkdir -p /tmp/www && echo hello > /tmp/www/index.html && exec httpd -f -p 8080 -h /tmp/www',
    ],
    health: {
      test: ["CMD-SHELL", "wget -qO- http://127.0.0.1:8080/ | grep -q hello"],
      intervalSeconds: 1,
      timeoutSeconds: 60,
    },
    startSeconds: 300,
    stopSeconds: 1,
    memory: 16,
    credentials: [
      { label: "User", value: "{env:GREETER_USER}" },
      { label: "Password", value: "{env:GREETER_PASSWORD}", secret: true },
      { label: "Address", value: "{env:GREETER_URL}", secret: true },
    ],
    ...change,
  });
}
