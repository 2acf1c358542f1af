import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { tempFolder } from "../testing/temp-folder.ts";
import { findStartupUnit } from "./startup-unit.ts";

const HOME = "/home/app/.pm2";

test("the unit that starts PM2 is found by its PM2_HOME, whatever its name; without systemd it is unknown", async () => {
  const { path: root, remove } = await tempFolder("units");
  try {
    expect(await findStartupUnit(HOME, "app", root)).toMatchObject({ state: "unknown", name: null });
    const etc = join(root, "etc/systemd/system");
    await mkdir(join(root, "run/systemd/system"), { recursive: true });
    await mkdir(join(etc, "multi-user.target.wants"), { recursive: true });
    expect(await findStartupUnit(HOME, "app", root)).toMatchObject({ state: "absent", name: null });

    // `/home/app/.pm2-other` begins with the same letters; a comment sets nothing.
    await writeFile(
      join(etc, "pm2-b.service"),
      `[Service]\nEnvironment=PM2_HOME=${HOME}-other\n#Environment=PM2_HOME=${HOME}\n`,
    );
    await symlink("/dev/null", join(etc, "masked.service"));
    // `pm2 startup -u node` without `--hp` names the folder of who ran it.
    const others = `[Service]\nUser=node\nEnvironment=PM2_HOME=${HOME}\n`;
    await writeFile(join(etc, "pm2-node.service"), others);
    await symlink("../pm2-node.service", join(etc, "multi-user.target.wants/pm2-node.service"));
    expect(await findStartupUnit(HOME, "app", root)).toMatchObject({ state: "absent", name: null });

    await writeFile(
      join(etc, "pm2-app.service"),
      `[Service]\nUser=app\nEnvironment=PATH=/usr/bin\nEnvironment=PM2_HOME=${HOME}\n`,
    );
    expect(await findStartupUnit(HOME, "app", root)).toMatchObject({
      state: "disabled",
      name: "pm2-app.service",
      startsPanel: false,
    });

    const start = "ExecStart=/opt/ai-desktop/current/deploy/systemd/pm2";
    await writeFile(
      join(etc, "panel.service"),
      `[Service]\nUser=app\nEnvironment=HOME=/home/app "PM2_HOME=${HOME}/" LANG=C\n${start}\n`,
    );
    await symlink("../panel.service", join(etc, "multi-user.target.wants/panel.service"));
    expect(await findStartupUnit(HOME, "app", root)).toMatchObject({
      state: "enabled",
      name: "panel.service",
      startsPanel: true,
    });
  } finally {
    await remove();
  }
});
