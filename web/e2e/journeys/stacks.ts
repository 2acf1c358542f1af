import { randomBytes } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { removeProjects } from "../../../shared/testing/compose-projects.ts";
import { eventually } from "../../../shared/testing/eventually.ts";
import type { TestDesktop } from "../test-desktop.ts";
import { toastShown } from "../toasts.ts";

/** A stack from its first line to its end, as written and run in the page. */
export function stacksJourney(at: () => TestDesktop): void {
  const name = `shop-${randomBytes(3).toString("hex")}`;
  const file = `services:
  till:
    image: busybox:local
    network_mode: none
    command: ["sleep", "1000000"]
    stop_grace_period: 0s
`;

  test("a stack made elsewhere is stopped and started, and edited once its folder is named", async () => {
    const desk = at();
    const { page, engine } = desk;
    const foreign = `far-${randomBytes(3).toString("hex")}`;
    const folder = join(desk.stacksRoot, foreign);
    await mkdir(folder);
    await writeFile(join(folder, "compose.yaml"), file);
    await engine.run({
      labels: {
        "com.docker.compose.project": foreign,
        "com.docker.compose.project.working_dir": "/data/compose/7",
        "com.docker.compose.project.config_files": "/data/compose/7/compose.yaml",
        "com.docker.compose.service": "till",
      },
    });
    await desk.open(`/stacks/${foreign}`, foreign);
    await page.getByText(/^Read-only stack\./).waitFor();
    await page.getByRole("button", { name: "Stop", exact: true }).click();
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("button", { name: "Stop", exact: true }).waitFor();

    await page.getByRole("button", { name: "Name its folder…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Folder on the server").fill("/etc");
    await dialog.getByRole("button", { name: "Use this folder" }).click();
    await dialog.getByText(/not below one of those that STACKS_ROOTS lists/).waitFor();
    await dialog.getByLabel("Folder on the server").fill(folder);
    await dialog.getByRole("button", { name: "Use this folder" }).click();
    await page.getByText(`An administrator named its folder: ${folder}.`).waitFor();
    await page.getByRole("button", { name: "Deploy", exact: true }).waitFor();
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByText(/^Read-only stack\./).waitFor();
    await engine.removeAll();
    await rm(folder, { recursive: true });
  });

  test("a stack is created in the page: its file is in its own folder", async () => {
    const desk = at();
    const { page, stack } = desk;
    desk.later(() => removeProjects(desk.engine.docker, name));
    await desk.open("/stacks", "Stacks");
    await page.getByRole("button", { name: "New stack" }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name", { exact: true }).fill(name);
    await write(dialog.getByRole("textbox", { name: "Compose file" }), file);
    await dialog.getByLabel("Variables").fill("TILL_PIN=four-digits");
    await dialog.getByRole("button", { name: "Create stack" }).click();
    await page.getByRole("heading", { name }).waitFor();
    expect(await readFile(join(stack.dataDir, "stacks", name, "compose.yaml"), "utf8")).toContain("till:");
  });

  test("an error is marked in the editor at its position, and disappears once it is fixed", async () => {
    const { page } = at();
    await page.getByRole("tab", { name: "Compose file" }).click();
    const editor = page.getByRole("textbox", { name: "Text of the compose file" });
    await write(editor, `${file}    depends_on: [safe]\n    privileged: true\n    imge: x\n`);
    const problems = page.getByRole("region", { name: "Problems in the file" });
    await problems.getByText("There is no service safe.").waitFor();
    await problems.getByText("A privileged container has full access").waitFor();
    await problems.getByText("Did you mean image?").waitFor();
    await page.locator(".cm-lintRange-error").getByText("safe").waitFor();
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await toastShown(page, /^Line \d+: .*safe|imge/);
    await write(editor, `${file}    hostname: till\n`);
    await problems.waitFor({ state: "detached" });
    await editor.press("End");
    await page.keyboard.type("\n    rest");
    await page.getByRole("option", { name: /^restart/ }).waitFor();
    await page.keyboard.press("Escape");
    await write(editor, `${file}    hostname: till\n`);
    await page.getByRole("button", { name: "Save", exact: true }).click();
    await toastShown(page, "Compose file saved");
  });

  test("it is deployed with live output, changed, compared, and deleted", async () => {
    const desk = at();
    const { page } = desk;
    const up = page.locator(".page-actions").getByRole("button", { name: "Deploy" });
    const dialog = page.getByRole("dialog");
    await up.click();
    await dialog.getByText("not been deployed from here yet").waitFor();
    await dialog.getByRole("button", { name: "Deploy" }).click();
    await page.getByRole("log", { name: "Output" }).getByText(`Creating ${name}_till_1`).waitFor();
    await page.locator(".stack-services").getByText("Running").waitFor();
    await page.getByRole("link", { name: `${name}_till_1` }).waitFor();

    await page.getByRole("tab", { name: "Compose file" }).click();
    await write(page.getByRole("textbox", { name: "Text of the compose file" }), `${file}    hostname: counter\n`);
    await up.click();
    await dialog.getByRole("region", { name: "compose.yaml: 1 added, 1 removed" }).waitFor();
    await dialog.getByRole("button", { name: "Deploy" }).click();
    await eventually(async () => {
      const filters = { label: [`com.docker.compose.project=${name}`] };
      const [info] = await desk.engine.docker.listContainers({ filters });
      if (!info) return false; // being recreated
      return (await desk.engine.docker.getContainer(info.Id).inspect()).Config.Hostname === "counter";
    });
    // What does not come leaves the rest of the page where it is.
    await page.route(/\/revisions$/, () => {});
    await page.getByRole("tab", { name: "History" }).click();
    await page.getByRole("tab", { name: "History", selected: true }).waitFor();
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.getByRole("tab", { name: "Variables" }).click();
    await page.getByText("TILL_PIN").waitFor();
    expect(await page.content()).not.toContain("four-digits");
    // Beside an editor a job that has ended takes one line, and its output is a click away.
    await page.locator(".stack-job-line").getByText("Done", { exact: true }).waitFor();
    expect(await page.getByRole("log", { name: "Output" }).count()).toBe(0);
    await page.getByRole("button", { name: "Show output" }).click();
    await page.getByRole("log", { name: "Output" }).waitFor();
    await page.getByRole("button", { name: "Hide output" }).click();
    await page.getByRole("log", { name: "Output" }).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: "Delete…" }).click();
    await dialog.getByLabel(`Type ${name} to confirm`).fill(name);
    await dialog.getByRole("button", { name: "Delete stack" }).click();
    await page.getByRole("heading", { name: "Stacks" }).waitFor();
    await page.getByRole("row").filter({ hasText: name }).waitFor({ state: "detached" });
  });
}

/** By keys the editor handles itself: text put over a selection by the browser would bring styles along. */
async function write(editor: Locator, text: string): Promise<void> {
  await editor.click();
  await editor.press("Control+A");
  await editor.press("Delete");
  await editor.page().keyboard.insertText(text);
}
