import { defineConfig, type Plugin } from "vite";
import solid from "vite-plugin-solid";
import { buildAddresses, writeServerAddresses } from "./server-addresses.ts";

/** Writes the addresses the build was given into the page, where the web server reads them for its content policy too. */
const serverAddresses = (): Plugin => {
  let env: Record<string, unknown> = {};
  return {
    name: "server-addresses",
    configResolved(config) {
      env = config.env;
    },
    transformIndexHtml: (html) => writeServerAddresses(html, buildAddresses(env)),
  };
};

export default defineConfig({
  root: import.meta.dirname,
  // The web server writes the path it is reached under into the page; what the page loads finds itself from there.
  base: "./",
  plugins: [solid(), serverAddresses()],
  server: { host: "127.0.0.1", port: 3005, strictPort: true },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    sourcemap: false,
    // Browsers that know light-dark() and oklch(): lowering them would double the style sheet.
    target: ["chrome123", "firefox121", "safari17.5"],
    // The policy of the page lets fonts come from 'self' only, never from data:.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // Most of the time goes to Solid's compiler, and nothing can be done about it: no warning at each build.
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
});
