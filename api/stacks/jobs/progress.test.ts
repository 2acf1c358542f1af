import { expect, test } from "vitest";
import { composeArguments } from "../compose/arguments.ts";
import { readStep } from "./progress.ts";

test("reads steps from the output of Compose 1.x and 2.x", () => {
  expect(readStep("Creating shop_web_1 ... ")).toEqual({ id: "shop_web_1", label: "shop_web_1", state: "creating" });
  expect(readStep("Stopping shop_web_1   ... done")).toMatchObject({ state: "stopped" });
  expect(readStep("Pulling web ... error")).toMatchObject({ state: "error" });
  expect(readStep(" Container shop-web-1  Started")).toMatchObject({ label: "shop-web-1", state: "started" });
  expect(readStep(" Network shop_default  Creating")).toMatchObject({
    label: "Network shop_default",
    state: "creating",
  });
  for (const line of ["", "The X variable is not set.", "Creating", 'Creating network "a" with driver']) {
    expect(readStep(line)).toBeUndefined();
  }
});

test("passes every value to Compose after an equals sign, in the form its version expects", () => {
  const project = { name: "shop", folder: "/s/-x", files: ["/s/-x/--help", "/s/-x/b.yaml"] };
  expect(composeArguments({ version: "2.40.1" }, project, "up", { recreate: true, removeOrphans: true })).toEqual([
    "--ansi=never",
    "--file=/s/-x/--help",
    "--file=/s/-x/b.yaml",
    "--project-name=shop",
    "--project-directory=/s/-x",
    "up",
    "--detach",
    "--force-recreate",
    "--remove-orphans",
  ]);
  expect(composeArguments({ version: "1.29.2" }, project, "stop")[0]).toBe("--ansi=never");
  expect(composeArguments({ version: "1.25.0" }, project, "down", { volumes: true })).toEqual([
    "--no-ansi",
    "--file=/s/-x/--help",
    "--file=/s/-x/b.yaml",
    "--project-name=shop",
    "--project-directory=/s/-x",
    "down",
    "--remove-orphans",
    "--volumes",
  ]);
});
