import { signIn } from "../../shared/testing/signed-in.ts";
import { startStack } from "../../shared/testing/stack.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";

const MERGES = 40_000;
const CHAIN = 8_000;

/** Requests that would cause far more work than their size suggests, if it were not limited. */
const shapes: Record<string, { path: string; body: () => string }> = {
  "compose: merge keys of a wide map": { path: "/api/stacks/validate", body: () => compose(wideMerges()) },
  "compose: a chain of merge keys": { path: "/api/stacks/validate", body: () => compose(mergeChain()) },
  "compose: nested lists": {
    path: "/api/stacks/validate",
    body: () => compose(`a: ${"[".repeat(100_000)}${"]".repeat(100_000)}`),
  },
  "compose: one long list": { path: "/api/stacks/validate", body: () => compose(`a: [${"1, ".repeat(80_000)}1]`) },
  "compose: shared list of ports": { path: "/api/stacks/validate", body: () => compose(sharedPorts()) },
  "JSON: 60,000 fields": {
    path: "/api/alerts/rules",
    body: () => JSON.stringify(Object.fromEntries(Array.from({ length: 60_000 }, (_, n) => [`k${n}`, n]))),
  },
  "JSON: nested arrays": { path: "/api/alerts/rules", body: () => "[".repeat(500_000) },
  "rule: an expression of repeats": {
    path: "/api/alerts/rules",
    body: () =>
      JSON.stringify({
        name: "x",
        enabled: false,
        condition: { kind: "container-log", count: 1, withinSeconds: 60, pattern: "(a+)+$", syntax: "regex" },
      }),
  },
};

const compose = (content: string) => JSON.stringify({ content });

function wideMerges(): string {
  const keys = Array.from({ length: 10_000 }, (_, n) => `k${n}: 1`).join(", ");
  return `a: &a { ${keys} }\nb: { <<: [${Array.from({ length: MERGES }, () => "*a").join(",")}] }\n`;
}

function mergeChain(): string {
  const lines = ["a0: &a0 { k0: 1 }"];
  for (let n = 1; n < CHAIN; n++) lines.push(`a${n}: &a${n} { <<: *a${n - 1}, k${n}: 1 }`);
  return lines.join("\n");
}

function sharedPorts(): string {
  const ports = Array.from({ length: 5_000 }, (_, n) => `"${n}-${n + 200}:1"`).join(", ");
  const services = Array.from({ length: 500 }, (_, n) => `  s${n}: { image: "x:1", ports: *p }`).join("\n");
  return `x-p: &p [${ports}]\nservices:\n${services}\n`;
}

/** Measures how long other requests wait while the API handles a hostile request: the longest time of repeated `/health`. */
export async function* hostile(_load: Load, { repetitions }: BenchOptions): AsyncGenerator<Row> {
  const stack = await startStack({ env: { NODE_ENV: "production", LOG_LEVEL: "warn" } });
  try {
    const { cookie, origin } = await signIn({ apiUrl: stack.api.url, dataDir: stack.dataDir, origin: stack.origin });
    const headers = { Cookie: cookie, Origin: origin, "Content-Type": "application/json" };
    for (const [what, { path, body }] of Object.entries(shapes)) {
      let longest = 0;
      let answered = 0;
      for (let repetition = 0; repetition < repetitions; repetition++) {
        const began = performance.now();
        let over = false;
        const answer = fetch(`${stack.api.url}${path}`, { method: "POST", headers, body: body() }).then(async (one) => {
          await one.arrayBuffer();
          over = true;
          answered = Math.max(answered, performance.now() - began);
        });
        while (!over) longest = Math.max(longest, await timeOfHealth(stack.api.url));
        await answer;
      }
      yield {
        what: `hostile ${what}`,
        metrics: { "ms others wait": longest, "ms until answered": answered },
        bounds: { [`others wait for hostile ${what}, ms`]: { value: longest, atMost: 250 } },
      };
    }
  } finally {
    await stack.stop();
  }
}

async function timeOfHealth(url: string): Promise<number> {
  const began = performance.now();
  await (await fetch(`${url}/health`)).arrayBuffer();
  return performance.now() - began;
}
