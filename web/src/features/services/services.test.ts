import { createRoot, createSignal } from "solid-js";
import { describe, expect, it, test } from "vitest";
import type { ServiceStats } from "../../../../shared/protocol/events/services.ts";
import type { Service } from "../../../../shared/protocol/service.ts";
import { filterItems } from "../../resource/filter-items.ts";
import { createContainerStats, type SubscribeStats } from "./container-stats.ts";
import { findService, imageText, portTexts, searchTextsOf, toGroups } from "./list/service-list.ts";
import { statusDisplay, statusText } from "./service-state.ts";

const service = (name: string, fields: Partial<Service> = {}): Service => ({
  id: name,
  name,
  image: "busybox:local",
  state: "running",
  status: "Up 3 hours",
  health: "none",
  ports: [],
  composeProject: null,
  composeService: null,
  createdAt: "2026-01-01T00:00:00Z",
  restartCount: 0,
  startedAt: null,
  ...fields,
});

test("a container is found by its name, its id or the beginning of it, and a name that looks like an id wins", () => {
  const id = "ab12".repeat(16);
  const box = service("web", { id });
  const odd = service(id.slice(0, 12), { id: "cd34".repeat(16) });
  const found = (wanted: string, ...all: Service[]) => findService(all, wanted)?.name;
  expect(["web", id, id.slice(0, 12)].map((wanted) => found(wanted, box))).toEqual(["web", "web", "web"]);
  expect(found(id.slice(0, 12), box, odd)).toBe(odd.name);
  expect(found("ab12", box)).toBeUndefined();
  expect(found(id.slice(0, 12), box, service("db", { id: `${id.slice(0, 12)}${"0".repeat(52)}` }))).toBeUndefined();
});

describe("toGroups", () => {
  const services = [
    service("solo"),
    service("shop-10", { composeProject: "shop" }),
    service("shop-9", { composeProject: "shop", state: "exited" }),
    service("blog", { composeProject: "blog", image: "nginx" }),
  ];
  const all: Parameters<typeof toGroups>[1] = {
    order: "name",
    descending: false,
    usageOf: ({ usage }) => usage,
  };
  const names = ({ filter = "", ...options }: Partial<Parameters<typeof toGroups>[1]> & { filter?: string }) =>
    toGroups(filterItems(services, filter, searchTextsOf), { ...all, ...options }).map((group) => [
      group.project,
      ...group.services.map(({ name }) => name),
    ]);

  it("groups by project, containers of none last, and counts what runs", () => {
    expect(names({})).toEqual([
      ["blog", "blog"],
      ["shop", "shop-9", "shop-10"],
      [null, "solo"],
    ]);
    expect(toGroups(services, all)[1]?.running).toBe(1);
  });

  it("filters by name, image, project and state", () => {
    expect(names({ filter: "NGINX" })).toEqual([["blog", "blog"]]);
    expect(names({ filter: "shop" })).toHaveLength(1);
    expect(names({ filter: "exited" })).toEqual([["shop", "shop-9"]]);
    expect(names({ filter: "nothing like it" })).toEqual([]);
  });

  it("sorts inside each group", () => {
    expect(names({ order: "state" })[1]).toEqual(["shop", "shop-10", "shop-9"]);
    expect(names({ descending: true })[1]).toEqual(["shop", "shop-10", "shop-9"]);
  });

  it("puts what uses most first, projects by their sum, and what does not run last in both directions", () => {
    const usages: Record<string, number> = { solo: 40, "shop-10": 30, web: 20, blog: 45 };
    const used = [...services, service("web", { composeProject: "shop" })];
    const by = (order: "cpu" | "memory", descending: boolean) =>
      toGroups(used, {
        order,
        descending,
        usageOf: ({ name }) =>
          usages[name] === undefined ? undefined : { cpuPercent: usages[name], memoryBytes: 100 - usages[name] },
      }).map((group) => [group.project, ...group.services.map(({ name }) => name)]);
    expect(by("cpu", true)).toEqual([
      ["shop", "shop-10", "web", "shop-9"],
      ["blog", "blog"],
      [null, "solo"],
    ]);
    expect(by("cpu", false)).toEqual([
      [null, "solo"],
      ["blog", "blog"],
      ["shop", "web", "shop-10", "shop-9"],
    ]);
    expect(by("memory", true)[0]).toEqual(["shop", "web", "shop-10", "shop-9"]);
  });
});

describe("the display of a container", () => {
  it("joins the two sides of a port and names what is no TCP", () => {
    expect(
      portTexts([
        { hostIp: "0.0.0.0", hostPort: 8080, containerPort: 80, protocol: "tcp" },
        { hostIp: "::", hostPort: 8080, containerPort: 80, protocol: "tcp" },
        { containerPort: 53, protocol: "udp" },
      ]),
    ).toEqual(["53/udp", "8080→80"]);
  });

  it("shortens an image that is only a digest", () => {
    expect(imageText(`sha256:${"a".repeat(64)}`)).toBe("a".repeat(12));
    expect(imageText(`nginx:1.27@sha256:${"b".repeat(64)}`)).toBe("nginx:1.27");
  });

  it("puts health before state", () => {
    expect(statusDisplay(service("a", { health: "unhealthy" })).tone).toBe("bad");
    expect(statusDisplay(service("a", { health: "unhealthy", state: "exited" })).text).toBe("Exited");
  });

  it("says how it has been doing in words that move with the time", () => {
    const now = Date.parse("2026-01-01T00:10:00Z");
    const at = (more: Partial<Service>, later = 0) => statusText(service("a", more), now + later);
    const up = { startedAt: "2026-01-01T00:09:00Z", health: "healthy" } as const;
    expect([at(up), at(up, 5_000)]).toEqual(["Up 1m (healthy)", "Up 1m 5s (healthy)"]);
    const lastRun = { exitCode: 3, finishedAt: "2026-01-01T00:09:30Z", oomKilled: false, startFailed: false };
    const restarting = { state: "restarting", lastRun: { ...lastRun, stopRequested: null } } as const;
    expect(at(restarting)).toMatch(/^Restarting, exited with code 3, 30s ago$/);
    expect(at(restarting, 10_000)).toMatch(/40s ago$/);
    const stopped = { state: "exited", restartPolicy: "always", lastRun: { ...lastRun, stopRequested: true } } as const;
    expect(at(stopped)).toMatch(/^Exited with code 3, 30s ago$/);
    expect(at({ state: "exited", status: "Exited (3) 2 days ago" })).toBe("Exited (3) 2 days ago");
  });
});

describe("createContainerStats", () => {
  const stats = (second: number, rx: number): ServiceStats => ({
    serviceId: "a",
    containerName: "a",
    cpuPercent: 1,
    memoryBytes: 2,
    memoryLimitBytes: 3,
    networkRxBytes: rx,
    networkTxBytes: 0,
    blockReadBytes: 0,
    blockWriteBytes: 0,
    pids: 1,
    timestamp: new Date(second * 1000).toISOString(),
  });

  it("turns totals into rates, keeps a bounded history, and starts again with another container", () => {
    let push: (stats: ServiceStats) => void = () => {};
    let open = 0;
    const subscribe: SubscribeStats = (onStats) => {
      push = onStats;
      open++;
      return () => {
        open--;
      };
    };
    const [source, setSource] = createSignal<SubscribeStats | undefined>(() => () => {});
    setSource(() => subscribe);
    const { samples, dispose } = createRoot((end) => ({ samples: createContainerStats(source, 3), dispose: end }));
    push(stats(0, 100));
    push(stats(2, 300));
    push(stats(2, 300));
    push(stats(3, 50));
    expect(samples().map(({ rx }) => rx)).toEqual([null, 100, null]);
    push(stats(4, 60));
    expect(samples()).toHaveLength(3);
    setSource(undefined);
    expect(samples()).toEqual([]);
    expect(open).toBe(0);
    dispose();
  });
});
