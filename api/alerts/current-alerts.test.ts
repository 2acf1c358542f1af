import { expect, test } from "vitest";
import type { Alert } from "../../shared/protocol/alert.ts";
import { compareAlerts, toAlert } from "./current-alerts.ts";
import { newState } from "./engine/alert-state.ts";
import type { Entry } from "./engine/entries.ts";

const clock = { tick: () => 5_000, now: () => new Date("2026-01-01T00:00:00Z") };
const entry = (change: Partial<Entry["state"]>) =>
  ({
    id: "a",
    rule: { id: "r", name: "rule", severity: "warning", condition: { kind: "container-stopped" } },
    subject: { kind: "container", name: "web", project: "shop" },
    state: { ...newState(0), ...change },
  }) as unknown as Entry;

test("an alert shows the end of its silence as wall-clock time, and null once the silence is over", () => {
  expect(toAlert(entry({ silencedUntil: 65_000 }), clock).silencedUntil).toBe("2026-01-01T00:01:00.000Z");
  expect(toAlert(entry({ silencedUntil: 5_000 }), clock).silencedUntil).toBeNull();
  expect(toAlert(entry({ phase: "firing", heals: [1, 2] }), clock)).toMatchObject({
    phase: "firing",
    heals: 2,
    subject: { kind: "container", name: "web" },
  });
});

test("firing alerts come before pending ones, then by severity, then the newest first", () => {
  const alert = (id: string, phase: string, severity: string, since: string) =>
    ({ id, phase, severity, since }) as unknown as Alert;
  const sorted = [
    alert("pending", "pending", "critical", "3"),
    alert("info", "firing", "info", "3"),
    alert("old", "firing", "critical", "1"),
    alert("new", "firing", "critical", "2"),
  ].sort(compareAlerts);
  expect(sorted.map(({ id }) => id)).toEqual(["new", "old", "info", "pending"]);
});
