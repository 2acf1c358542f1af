import { join, matchesGlob, relative } from "node:path";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Tests beside real daemons wait for real events: a limit only ends what hangs, on a machine as busy as it may be. */
const limits = { testTimeout: 180_000, hookTimeout: 180_000, teardownTimeout: 60_000 };

/** Functions of their arguments, without daemons or replaced modules: one worker reads their modules once for all of them. */
const pure = [
  "shared/{protocol,health}/**/*.test.ts",
  "shared/logs/*.test.ts",
  "shared/logs/docker/{container-frames,left-lines,resume-filter}.test.ts",
  "shared/client/watch/{default-watch,server-url}.test.ts",
  "shared/metrics/{block-devices,disks,interfaces}.test.ts",
  "shared/docker/{run-journal,value-mask}.test.ts",
  "shared/pm2/amp.test.ts",
  "api/services/{container-facts,memory-kills}.test.ts",
  "api/disk/prune-previews.test.ts",
  "shared/server/**/{each-at-once,origin-policy,peer-address,strict-json,upstream-error}.test.ts",
  "api/access/passkeys/relying-party.test.ts",
  "api/http/concurrency-limit.test.ts",
  "api/http/byte-range.test.ts",
  "api/access/identity/host-scope.test.ts",
  "api/access/login/session-index.test.ts",
  "api/{alerts/unknown,stats-history/engine-away,updates/engine-away}.test.ts",
  "api/stacks/{env/env-file,jobs/progress,registry/status}.test.ts",
  "api/stacks/check/static-checks.test.ts",
  "realtime/emit/emitted-ids.test.ts",
  "realtime/shells/scrollback.test.ts",
  "realtime/sources/{system-samples,tail-offset}.test.ts",
  "bench/statistics.test.ts",
];

/** Files of half a minute and more. What starts last decides when the run ends. */
const slow = [
  "deploy/{sub-path,install,release,live-transports,dev-start}.test.ts",
  "realtime/runtimes.test.ts",
  "realtime/faults/hostile-clients.test.ts",
  "api/stacks/files/locations.test.ts",
  "api/stacks/{refused-files,routes}.test.ts",
  "shared/server/loopback.test.ts",
  "web/e2e/{accessibility,logs,looks,stacks}.test.ts",
];

class SlowFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const isSlow = ({ moduleId }: TestSpecification) =>
      slow.some((pattern) => matchesGlob(relative(import.meta.dirname, moduleId), pattern));
    const sorted = await super.sort(files);
    return [...sorted.filter(isSlow), ...sorted.filter((file) => !isSlow(file))];
  }
}

export default defineConfig({
  test: {
    // Three on two cores: tests wait for real daemons. A fourth makes each slower and the whole no quicker.
    maxWorkers: 3,
    sequence: { sequencer: SlowFirst },
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "server",
          experimental: { viteModuleRunner: false },
          environment: "node",
          include: ["{shared,api,realtime,deploy,bench}/**/*.test.ts", "web/*.test.ts"],
          exclude: ["**/node_modules/**", ...pure],
          ...limits,
        },
      },
      { test: { name: "pure", environment: "node", include: pure, isolate: false, ...limits } },
      {
        // The Solid plugin resolves for browsers, which breaks Socket.IO's server: hence a project of its own.
        plugins: [solid()],
        resolve: { conditions: ["development", "browser"], alias: { "@": join(import.meta.dirname, "web/src") } },
        test: {
          name: "web",
          environment: "node",
          include: ["web/src/**/*.test.{ts,tsx}"],
          isolate: false, // functions and stores without a page
          server: { deps: { inline: [/solid-js/, /@solidjs/, /@tanstack\/solid/, /@kobalte/] } },
          ...limits,
        },
      },
      {
        test: {
          name: "browser",
          environment: "node",
          include: ["web/e2e/**/*.test.ts"],
          ...limits,
        },
      },
    ],
  },
});
