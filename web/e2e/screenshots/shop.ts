import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import type Docker from "dockerode";
import { TEST_IMAGE } from "../../../shared/testing/parts.ts";
import type { TestPm2 } from "../../../shared/testing/pm2.ts";
import { projectFolder } from "../../../shared/testing/service-process.ts";
import type { SignedIn } from "../../../shared/testing/signed-in.ts";

/** A random whole number below `$1`, in a shell that has no `$RANDOM`. */
const random = `r() { echo $(( $(od -An -N2 -tu2 /dev/urandom) % $1 )); }; now() { date -u '+%Y-%m-%d %H:%M:%S'; };`;

const containers: { name: string; image: string; project?: string; script: string }[] = [
  {
    name: "postgres",
    image: "postgres:17-alpine",
    project: "shop",
    script: `${random}
      echo "$(now).104 UTC [1] LOG:  starting PostgreSQL 17.2 on x86_64-pc-linux-musl"
      echo "$(now).118 UTC [1] LOG:  listening on IPv4 address 0.0.0.0, port 5432"
      echo "$(now).352 UTC [1] LOG:  database system is ready to accept connections"
      while true; do sleep $(( 2 + $(r 4) ))
        echo "$(now).$(( 100 + $(r 900) )) UTC [27] LOG:  checkpoint complete: wrote $(r 400) buffers; 0 WAL file(s) added; write=$(r 9).$(r 10) s, sync=0.0$(r 9) s"
        [ $(r 4) = 0 ] && echo "$(now).$(( 100 + $(r 900) )) UTC [$(( 60 + $(r 30) ))] WARNING:  duration: $(( 900 + $(r 900) )).$(r 999) ms  statement: SELECT * FROM orders WHERE customer_id = $(r 9000)" >&2
      done`,
  },
  {
    name: "web",
    image: "shop/web:4.2.0",
    project: "shop",
    script: `${random}
      paths="/ /products /products/42 /cart /checkout /api/orders /api/orders/1881 /assets/app.css /health"
      while true; do
        set -- $paths; shift $(r 9); s=200; w=INFO
        case $(r 14) in 0) s=404; w=WARN;; 1) s=304;; 2) s=500; w=ERROR;; esac
        echo "$w GET $1 $s $(( 2 + $(r 180) ))ms 203.0.113.$(r 250)"
        usleep $(( 80000 + $(r 9) * 60000 )); done`,
  },
  {
    name: "worker",
    image: "shop/worker:4.2.0",
    project: "shop",
    script: `${random}
      n=18000; while true; do n=$((n+1)); k=$(r 5)
        case $k in 0) j=email.receipt;; 1) j=image.resize;; 2) j=search.index;; *) j=order.fulfil;; esac
        printf '{"level":"info","msg":"job done","job":"%s","id":%s,"ms":%s}\\n' $j $n $(( 8 + $(r 300) ))
        [ $(r 9) = 0 ] && printf '{"level":"warn","msg":"job retried","job":"%s","id":%s,"attempt":2}\\n' $j $n >&2
        i=0; while [ $i -lt $(( 4000 + $(r 9) * 2500 )) ]; do i=$((i+1)); done
        usleep $(( 150000 + $(r 9) * 90000 )); done`,
  },
  {
    name: "redis",
    image: "redis:8-alpine",
    project: "shop",
    script: `${random}
      echo "1:M $(date -u '+%d %b %Y %H:%M:%S') * Ready to accept connections tcp"
      while true; do sleep $(( 5 + $(r 6) )); echo "1:M $(date -u '+%d %b %Y %H:%M:%S') * $(( 100 + $(r 900) )) changes in 60 seconds. Saving..."; done`,
  },
  {
    name: "grafana",
    image: "grafana/grafana:12.3",
    project: "monitoring",
    script: `${random} while true; do echo "logger=context t=$(date -u +%FT%TZ) level=info msg=\\"Request Completed\\" status=200 duration=$(r 90)ms"; sleep 3; done`,
  },
  {
    name: "prometheus",
    image: "prom/prometheus:v3.8",
    project: "monitoring",
    script: `${random} while true; do echo "ts=$(date -u +%FT%TZ) level=info component=tsdb msg=\\"Head GC completed\\" duration=$(r 90)ms"; i=0; while [ $i -lt 9000 ]; do i=$((i+1)); done; sleep 1; done`,
  },
  { name: "nightly-backup", image: "restic/restic:0.18", script: `echo "backup of shop: 1.8 GiB in 41 s"; exit 0` },
  {
    name: "registry",
    image: "registry:3",
    script: `while true; do echo "time=$(date -u +%FT%TZ) level=info msg=\\"response completed\\" http.response.status=200"; sleep 4; done`,
  },
];

/** Containers as a small shop would have them. */
export async function startContainers(docker: Docker): Promise<void> {
  for (const { name, image, project, script } of containers) {
    const [repo = "", tag = ""] = image.split(":");
    await docker.getImage(TEST_IMAGE).tag({ repo, tag });
    const container = await docker.createContainer({
      name,
      Image: image,
      Cmd: ["/bin/sh", "-c", script],
      Labels: project ? { "com.docker.compose.project": project, "com.docker.compose.service": name } : {},
      StopTimeout: 1,
      HostConfig: { NetworkMode: "none" },
    });
    await container.start();
  }
}

const busy = (line: string, ms: number, work: number) => `
  let n = 0;
  setInterval(() => {
    n++;
    const until = performance.now() + Math.random() * ${work};
    while (performance.now() < until);
    ${line}
  }, ${ms});`;

export async function startProcesses(pm2: TestPm2): Promise<void> {
  await pm2.start({
    name: "storefront",
    source: busy(
      "console.log(new Date().toISOString(), 'INFO  rendered', '/products/' + (n % 90), (4 + Math.random() * 40).toFixed(1) + 'ms');",
      250,
      30,
    ),
  });
  await pm2.start({
    name: "mailer",
    source: busy(
      "console.log(JSON.stringify({ level: n % 11 ? 'info' : 'warn', msg: n % 11 ? 'receipt sent' : 'mailbox full', to: 'customer-' + n + '@example.com' }));",
      900,
      6,
    ),
  });
  await pm2.start({ name: "sitemap", source: busy("console.log('wrote sitemap.xml', n);", 5_000, 4) });
}

export async function startMcpServers(admin: SignedIn, root: string): Promise<void> {
  const at = (name: string) => join(projectFolder, "node_modules/@modelcontextprotocol", name, "dist/index.js");
  const register = async (name: string, args: string[]) => {
    const { server } = await admin.ask<{ server: { id: string } }>("POST", "/api/mcp", {
      name,
      transport: { type: "stdio", command: process.execPath, args },
    });
    return server.id;
  };
  const id = await register("everything", [at("server-everything"), "stdio"]);
  await register("filesystem", [at("server-filesystem"), root]);
  await admin.ask("POST", `/api/mcp/${id}/start`);
}

export async function writeFiles(root: string): Promise<void> {
  for (const folder of ["backups", "certs", "sites", "scripts"]) await mkdir(join(root, folder));
  const files: Record<string, string> = {
    "compose.yaml": `name: shop\n\nservices:\n  postgres:\n    image: postgres:17\n    restart: unless-stopped\n    volumes:\n      - data:/var/lib/postgresql/data\n\n  web:\n    image: registry.example.com/shop/web:4.2\n    depends_on:\n      - postgres\n      - redis\n    ports:\n      - "127.0.0.1:8080:8080"\n\n  worker:\n    image: registry.example.com/shop/worker:4.2\n    command: ["node", "worker.js", "--concurrency=4"]\n\n  redis:\n    image: redis:8\n\nvolumes:\n  data:\n`,
    "nginx.conf": "server {\n  listen 443 ssl;\n  server_name shop.example.com;\n}\n",
    "deploy.sh": "#!/bin/sh\nset -eu\ndocker compose pull\ndocker compose up -d\n",
    "README.md": "# The shop\n\nHow this server is set up.\n",
    "package.json": '{\n  "name": "storefront",\n  "private": true\n}\n',
    "logo.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
}
