import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { defineConfig, type Plugin } from "vite";
import solid from "vite-plugin-solid";
import { sharedChunks } from "./chunks.ts";
import { isPageAddress } from "./page-addresses.ts";
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

/** At an address that is no page the development server answers as the web server does: with the app, and status 404. */
const missingPages = (): Plugin => ({
  name: "missing-pages",
  // Runs once nothing else has answered, before the page is sent for whatever is left.
  configureServer: (server) => () => {
    server.middlewares.use(async (request, response, next) => {
      const address = request.originalUrl ?? "/";
      const [path = "/"] = address.split("?", 1);
      if (request.url?.split("?", 1)[0] !== "/index.html" || isPageAddress(path)) return next();
      try {
        const page = await readFile(join(server.config.root, "index.html"), "utf8");
        const html = await server.transformIndexHtml(address, page);
        response.writeHead(404, { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store" });
        response.end(html);
      } catch (error) {
        next(error);
      }
    });
  },
});

export default defineConfig({
  root: import.meta.dirname,
  // The web server writes the path it is reached under into the page; what the page loads finds itself from there.
  base: "./",
  plugins: [solid(), serverAddresses(), missingPages()],
  resolve: { alias: { "@": join(import.meta.dirname, "src") } },
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
    rolldownOptions: {
      checks: { bundlerTimings: false },
      output: { codeSplitting: { groups: sharedChunks() } },
    },
  },
});
