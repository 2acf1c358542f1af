import { join, matchesGlob, relative } from "node:path";
import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { HANG_MS } from "./shared/testing/eventually.ts";

/** Tests beside real daemons wait for real events: a limit only ends what hangs, on a machine as busy as it may be. */
const limits = {
  testTimeout: 4 * HANG_MS,
  hookTimeout: 4 * HANG_MS,
  teardownTimeout: 60_000,
  expect: { poll: { timeout: HANG_MS } },
};

/**
 * Files that replace modules or clocks, change or measure their own process, or start programs that do: each has a process of
 * its own. All others share one process a worker, which reads the modules of the servers once: that halves their processor time.
 */
const alone = [
  "deploy/**/*.test.ts",
  "web/app.test.ts",
  "api/access/login/login.test.ts",
  "api/{activity/activity,alerts/processes,database/database,deployments/routes,stacks/routes}.test.ts",
  "helper/**/*.test.ts",
  "api/{http/buffer-body,http/compress,outbound/addresses}.test.ts",
  "api/mcp/host/{host,shutdown}.test.ts",
  "realtime/{app,emit/documented-programs,sources/process-runs}.test.ts",
  "realtime/faults/{hostile-clients,killed-server,shared-sources,stopped-reader}.test.ts",
  "shared/client/**/*.test.ts",
  "shared/metrics/disks.test.ts",
  "shared/server/async/with-timeout.test.ts",
  "shared/testing/growth.test.ts",
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

/** Node itself imports the code of the servers, as it does when they run. */
const native = { viteModuleRunner: false };

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
    // Four on two cores: tests wait for real daemons, and the files that share a process need little of it.
    maxWorkers: 4,
    sequence: { sequencer: SlowFirst },
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "server",
          environment: "node",
          include: ["{shared,api,realtime,bench}/**/*.test.ts", "web/*.test.ts"],
          exclude: ["**/node_modules/**", ...alone],
          isolate: false,
          experimental: native,
          ...limits,
        },
      },
      { test: { name: "alone", environment: "node", include: alone, experimental: native, ...limits } },
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
