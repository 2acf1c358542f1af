import solid from "vite-plugin-solid";
import { defineConfig } from "vitest/config";

/** Tests beside real daemons wait for real events: a limit only ends what hangs, on a machine as busy as it may be. */
const limits = { testTimeout: 180_000, hookTimeout: 180_000, teardownTimeout: 60_000 };

export default defineConfig({
  test: {
    // Two cores: more workers only make the real daemons slower.
    maxWorkers: 2,
    reporters: ["default"],
    projects: [
      {
        test: {
          name: "server",
          environment: "node",
          include: ["{shared,api,realtime,deploy,bench}/**/*.test.ts", "web/*.test.ts"],
          ...limits,
        },
      },
      {
        // The Solid plugin resolves for browsers, which breaks Socket.IO's server: hence a project of its own.
        plugins: [solid()],
        resolve: { conditions: ["development", "browser"] },
        test: {
          name: "web",
          environment: "node",
          include: ["web/src/**/*.test.{ts,tsx}"],
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
