import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startChild } from "../../shared/testing/child.ts";
import { eventually } from "../../shared/testing/eventually.ts";
import { canConnect, freePort } from "../../shared/testing/free-port.ts";
import { findProgram } from "../../shared/testing/parts.ts";
import { tempFolder } from "../../shared/testing/temp-folder.ts";
import { pin, SERVER_CORE } from "../process-metrics.ts";
import type { RunningSubject } from "../subject.ts";

const MODULE = "/usr/lib/nginx/modules/ngx_nchan_module.so";

/** Baseline: nginx with nchan in one process; undefined if the module is not installed (Debian: libnginx-mod-nchan). */
export async function startNchan(): Promise<RunningSubject | undefined> {
  const nginx = findProgram("nginx");
  if (!nginx || !existsSync(MODULE)) return undefined;
  const folder = await tempFolder("nchan");
  const port = await freePort();
  await writeFile(
    join(folder.path, "nginx.conf"),
    `load_module ${MODULE};
daemon off; master_process off; pid ${join(folder.path, "nginx.pid")}; error_log stderr crit;
worker_rlimit_nofile 20000;
events { worker_connections 10000; }
http {
  access_log off; keepalive_requests 1000000000;
  client_body_temp_path ${folder.path}; client_body_buffer_size 1m; client_max_body_size 2m;
  nchan_shared_memory_size 512m;
  server {
    listen 127.0.0.1:${port};
    location /publish { nchan_publisher; nchan_channel_id bench; nchan_message_buffer_length 20000; nchan_message_timeout 10s; }
    location /subscribe { nchan_subscriber websocket; nchan_channel_id bench; nchan_subscriber_first_message newest; }
  }
}
`,
  );
  const child = await startChild(nginx, ["-p", folder.path, "-c", join(folder.path, "nginx.conf")]);
  await pin(child.pid, SERVER_CORE);
  await eventually(() => canConnect(port));
  return {
    subject: {
      name: "nchan",
      pid: child.pid,
      port,
      dialect: "plain",
      path: "/subscribe",
      publish: { path: "/publish", headers: {}, bare: true },
    },
    async stop() {
      await child.stop();
      await folder.remove();
    },
  };
}
