import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

/** Tests beside real daemons wait for real events: a limit only ends what hangs, on a machine as busy as it may be. */
const limits = { testTimeout: 180_000, hookTimeout: 180_000, teardownTimeout: 60_000 };

/** Functions of their arguments, without daemons or replaced modules: one worker reads their modules once for all of them. */
const pure = [
  "shared/{protocol,logs,health}/**/*.test.ts",
  "shared/metrics/{block-devices,disks,interfaces}.test.ts",
  "shared/docker/{run-journal,value-mask}.test.ts",
  "shared/pm2/amp.test.ts",
  "api/services/{container-facts,memory-kills}.test.ts",
  "api/disk/prune-previews.test.ts",
  "shared/server/{each-at-once,origin-policy,peer-address,strict-json,upstream-error}.test.ts",
  "api/access/passkeys/relying-party.test.ts",
  "api/http/concurrency-limits.test.ts",
  "api/http/byte-range.test.ts",
  "api/access/identity/host-scope.test.ts",
  "api/access/login/session-index.test.ts",
  "api/{alerts/unknown,stats-history/engine-away,updates/engine-away}.test.ts",
  "api/stacks/{env/env-file,jobs/progress,registry/status}.test.ts",
  "api/stacks/check/static-checks.test.ts",
  "realtime/shells/scrollback.test.ts",
  "realtime/sources/{system-samples,tail-offset}.test.ts",
  "bench/figures.test.ts",
];

export default defineConfig({
  test: {
    // Two cores: more workers are quicker by a fifth, and make the real daemons slower.
    maxWorkers: 2,
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "server",
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
        resolve: { conditions: ["development", "browser"] },
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
