import type { Context } from "hono";
import type { Site } from "../access/access.ts";
import { cameByHttps, hostOf } from "./client-address.ts";

/** Scheme and host by which the browser reached this API. */
export const ownOrigin = (c: Context, site: Site): string =>
  `${cameByHttps(c, site) ? "https" : "http"}://${hostOf(c)}`;

/** Address of the web app: the one of the request behind a proxy, else another port of the same host. */
export function webAddress(c: Context, site: Site): string {
  const own = ownOrigin(c, site);
  const { originPolicy, webOrigin, basePath } = site;
  const { hostname, port } = new URL(own);
  if (port === "" || basePath) return `${own}${basePath}`;
  const sameHost = originPolicy.origins.filter((origin) => new URL(origin).hostname === hostname);
  return sameHost.find((origin) => origin === webOrigin) ?? sameHost[0] ?? webOrigin;
}
