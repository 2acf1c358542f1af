import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../testing/temp-folder.ts";
import { findLogRotation } from "./log-rotation.ts";

test("what rotates the logs of an app is found in PM2 and in the rules of logrotate", async () => {
  const { path: root, remove } = await tempFolder("rules");
  try {
    const of = (paths: string[], status?: string) => findLogRotation(paths, status, root);
    const logs = ["/home/app/.pm2/logs/web-out.log", "/home/app/.pm2/logs/web-error.log"];
    expect(await of(logs)).toEqual({ by: "none", rule: null });
    await mkdir(join(root, "etc/logrotate.d"), { recursive: true });
    const write = (name: string, text: string) => writeFile(join(root, "etc/logrotate.d", name), text);
    // In a comment, of another folder, of one of the files, and as a value inside a block.
    await write("a", "# /home/app/.pm2/logs/*.log {\n/home/app/.pm2/*.log {\n  daily\n}\n");
    await write("b", "/home/app/.pm2/logs/web-out.log {\n  olddir /home/app/.pm2/logs/*\n}\n[z-a] /[z-a] {}\n");
    expect(await of(logs)).toEqual({ by: "none", rule: null });
    await write("pm2-app", `/home/app/.pm2/pm2.log "/home/app/.pm2/logs/*.log" {\n  weekly\n  copytruncate\n}\n`);
    expect(await of(logs)).toEqual({ by: "logrotate", rule: "/etc/logrotate.d/pm2-app" });
    expect(await of(["/home/app/.pm2/logs/deeper/web-out.log"])).toEqual({ by: "none", rule: null });
    expect(await of(logs, "online")).toEqual({ by: "pm2-logrotate", rule: null });
    expect((await of(logs, "stopped")).by).toBe("logrotate");
    expect(await of([], "online")).toEqual({ by: "none", rule: null });
  } finally {
    await remove();
  }
});
