import { type AlertRuleInput, alertRuleBody } from "../../shared/protocol/alert.ts";

/** Rules of the first start: what nobody wants to miss, to the bell only. */
export const defaultRules: AlertRuleInput[] = [
  { name: "Container unhealthy", condition: { kind: "container-unhealthy" }, forSeconds: 60, severity: "critical" },
  {
    name: "Restart loop",
    condition: { kind: "container-restarts", count: 5, withinSeconds: 600 },
    severity: "critical",
  },
  { name: "Out of memory", condition: { kind: "container-oom", count: 1, withinSeconds: 600 }, severity: "warning" },
  { name: "Disk almost full", condition: { kind: "host-disk", percent: 90 }, forSeconds: 60, severity: "critical" },
].map((rule) => alertRuleBody.parse(rule));
