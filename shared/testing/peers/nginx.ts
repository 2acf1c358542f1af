import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import type { IncomingHttpHeaders } from "node:http";
import { type RequestOptions, request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Child, startChild } from "../child.ts";
import { eventually } from "../eventually.ts";
import { freePorts } from "../free-port.ts";
import { findProgram } from "../parts.ts";
import { projectFolder } from "../service-process.ts";
import { tempFolder } from "../temp-folder.ts";

const run = promisify(execFile);

export interface NginxOptions {
  /** Ports of the web app and the API, and of every realtime node. */
  web: number;
  api: number;
  realtime: number[];
  httpPort?: number;
  httpsPort?: number;
  /** Port of the emit endpoint for backends in front of several realtime nodes; default: none. */
  backendsPort?: number;
  /** Serves the site without TLS, also at the IP address, for browsers that use plain http. */
  plain?: boolean;
  /** Port of a second site in front of this one with the panel at `/panel/`: `deploy/nginx-path.conf`. */
  outerPort?: number;
}

export interface HttpsAnswer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
}

export interface TestNginx {
  /** `https://localhost:<port>`; `http://127.0.0.1:<port>` without TLS. */
  origin: string;
  httpPort: number;
  httpsPort: number;
  /** Certificate of the site, which the caller must trust. */
  certificate: string;
  /** Sends a request with exactly the given path. A WebSocket upgrade gets a response and is closed. */
  send(path: string, options?: RequestOptions, body?: Buffer | string): Promise<HttpsAnswer>;
  errorLog(): Promise<string>;
  reload(): void;
  /** Changes the site's file and reloads nginx; resolves when requests reach the new site. */
  change(edit: (site: string) => string): Promise<void>;
  close(): Promise<void>;
}

/** Starts an nginx with `deploy/nginx.conf`, with other names, ports and certificate. */
export async function startNginx({ web, api, realtime, plain = false, ...ports }: NginxOptions): Promise<TestNginx> {
  const folder = await tempFolder("nginx");
  const at = (name: string) => join(folder.path, name);
  const [freeHttp = 0, freeHttps = 0] = await freePorts(2);
  const { httpPort = freeHttp, httpsPort = freeHttps, backendsPort, outerPort } = ports;
  await run(findProgram("openssl") ?? "openssl", [
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    "2",
    "-subj",
    "/CN=localhost",
    "-addext",
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout",
    at("privkey.pem"),
    "-out",
    at("fullchain.pem"),
  ]);
  const site = (await readFile(join(projectFolder, "deploy/nginx.conf"), "utf8"))
    .replaceAll("/etc/ssl/ai-desktop", folder.path)
    .replaceAll("panel.example.com", "localhost")
    .replace(/^ *listen \[::\].*$/gm, "")
    .replaceAll("listen 80", `listen 127.0.0.1:${httpPort}`)
    .replaceAll("listen 443", `listen 127.0.0.1:${httpsPort}`)
    .replace("server 127.0.0.1:3005;", `server 127.0.0.1:${web};`)
    .replace("server 127.0.0.1:3006;", `server 127.0.0.1:${api};`)
    .replace("server 127.0.0.1:3007;", realtime.map((port) => `server 127.0.0.1:${port};`).join(" "));
  const behind = outerPort === undefined ? site : turnOnRealIp(site);
  const doors =
    backendsPort === undefined ? behind : uncomment(behind).replaceAll("127.0.0.1:3017", `127.0.0.1:${backendsPort}`);
  const original = plain ? withoutTls(doors) : doors;
  await writeFile(at("site.conf"), original);
  for (const name of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) await mkdir(at(name));
  await writeFile(
    at("nginx.conf"),
    `user root; daemon off; worker_processes 1; pid ${at("nginx.pid")}; error_log ${at("error.log")} warn;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${at("body")}; proxy_temp_path ${at("proxy")}; fastcgi_temp_path ${at("fastcgi")};
  uwsgi_temp_path ${at("uwsgi")}; scgi_temp_path ${at("scgi")};
  include ${at("site.conf")};
  ${outerPort === undefined ? "" : await outerSite(outerPort, httpsPort, folder.path)}
}
`,
  );
  const nginx: Child = await startChild(findProgram("nginx") ?? "nginx", ["-p", folder.path, "-c", at("nginx.conf")]);
  const errorLog = () => readFile(at("error.log"), "utf8").catch(() => "");
  const close = async () => {
    await nginx.stop();
    await folder.remove();
  };
  try {
    await eventually(async () => {
      if (nginx.exitCode() !== null) throw new Error(`nginx ended: ${nginx.output()}${await errorLog()}`);
      // A worker: before there is one, nginx forgets a signal to reload.
      return (await readFile(at("nginx.pid"), "utf8")) !== "" && (await answers(httpsPort));
    });
  } catch (error) {
    await close();
    throw error;
  }
  const certificate = await readFile(at("fullchain.pem"), "utf8");
  return {
    origin: plain ? `http://127.0.0.1:${httpsPort}` : `https://localhost:${outerPort ?? httpsPort}`,
    httpPort,
    httpsPort,
    certificate,
    send: (path, options, body) => sendHttps(outerPort ?? httpsPort, certificate, path, options, body),
    errorLog,
    reload: () => nginx.signal("SIGHUP"),
    async change(edit) {
      const mark = `/changed-${randomUUID()}`;
      const health = "location = /health {";
      await writeFile(
        at("site.conf"),
        edit(original).replace(health, `location = ${mark} { return 204; }\n    ${health}`),
      );
      nginx.signal("SIGHUP");
      const url = `${plain ? "http" : "https"}://127.0.0.1:${httpsPort}${mark}`;
      await eventually(async () => {
        const { stdout } = await run("curl", [
          "-skm",
          "5",
          "-w",
          "%{http_code}",
          "-H",
          `Host: localhost:${httpsPort}`,
          url,
        ]);
        return stdout.endsWith("204");
      });
    },
    close,
  };
}

/** Whether a worker responds: to a request without a host, which no upstream gets. */
const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 5_000 });
    const end = (isThere: boolean) => {
      socket.destroy();
      resolve(isThere);
    };
    socket.on("connect", () => socket.write("GET / HTTP/1.1\r\n\r\n"));
    socket.on("data", () => end(true));
    for (const event of ["error", "close", "timeout"]) socket.on(event, () => end(false));
  });

/** Another site that existed before the panel. */
async function outerSite(port: number, innerPort: number, certificates: string): Promise<string> {
  const location = await readFile(join(projectFolder, "deploy/nginx-path.conf"), "utf8");
  return `server {
    listen 127.0.0.1:${port} ssl;
    server_name localhost;
    ssl_certificate ${certificates}/fullchain.pem;
    ssl_certificate_key ${certificates}/privkey.pem;
    location / { return 200 "the site that was there"; }
    ${location.replaceAll("127.0.0.1:8443", `127.0.0.1:${innerPort}`)}
  }`;
}

const withoutTls = (site: string): string =>
  site.replaceAll(" ssl http2", "").replaceAll("server_name localhost;", "server_name localhost 127.0.0.1;");

const turnOnRealIp = (site: string): string =>
  site.replace(/# (set_real_ip_from) .*;/, "$1 127.0.0.1;").replace(/# (real_ip_header)/, "$1");

/** The site with the block that an operator enables by hand. */
const uncomment = (site: string): string => site.replace(/^#(?=server|}| {4})/gm, "");

function sendHttps(
  port: number,
  ca: string,
  path: string,
  options: RequestOptions = {},
  body?: Buffer | string,
): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const headers = { Host: `localhost:${port}`, ...(options.headers as Record<string, string> | undefined) };
    const outgoing = request({ host: "127.0.0.1", port, servername: "localhost", ca, path, ...options, headers });
    outgoing.on("response", (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, body: text, headers: answer.headers }));
    });
    outgoing.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve({ status: answer.statusCode ?? 0, body: "", headers: answer.headers });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}
