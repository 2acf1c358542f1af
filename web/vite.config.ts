import { defineConfig } from "vite";
import solid from "vite-plugin-solid";

export default defineConfig({
  root: import.meta.dirname,
  // The web server writes the path it is reached under into the page; what the page loads finds itself from there.
  base: "./",
  plugins: [solid()],
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
