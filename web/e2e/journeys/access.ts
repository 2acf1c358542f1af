import { URI } from "otpauth";
import type { Page } from "playwright-core";
import { expect, test } from "vitest";
import { eventually } from "../../../shared/testing/eventually.ts";
import { ADMIN } from "../../../shared/testing/signed-in.ts";
import type { TestDesktop } from "../test-desktop.ts";

/** From the console line to a signed-in desktop, and every way in and out of it. */
export function accessJourney(at: () => TestDesktop): void {
  /** Of the account, once it has an authenticator. */
  let recoveryCodes: string[] = [];
  let uri = "";

  test("a wrong set-up token lets nobody in", async () => {
    const { stack, page } = at();
    await page.goto(`${stack.origin}/setup#token=${"x".repeat(43)}`);
    await fillAccount(page);
    await page.getByRole("button", { name: "Create administrator" }).click();
    await page.getByRole("alert").or(page.locator(".callout")).getByText(/token/i).waitFor();
  });

  test("the console's line leads to a signed-in desktop", async () => {
    const { stack, page } = at();
    const link = /http\S+\/setup#token=[\w-]+/.exec(stack.api.output())?.[0] ?? "";
    expect(new URL(link).origin).toBe(stack.origin);
    await page.goto("about:blank"); // a change of the fragment alone would not load the page again
    await page.goto(link);
    await page.locator("[name=new-password]:focus").waitFor(); // the link has filled in the token
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(ADMIN.username);
    await page.keyboard.press("Tab");
    await page.keyboard.type(ADMIN.password);
    await page.keyboard.press("Enter");
    const steps = page.getByRole("list", { name: "Getting started" }).getByRole("listitem");
    await steps.filter({ hasText: "Docker Engine" }).getByText("Ready").waitFor();
    await steps.filter({ hasText: "Second factor" }).getByText("To do").waitFor();
    await steps.filter({ hasText: "Files shows /" }).getByText(", can change it.").waitFor();
    await page.getByRole("main").getByRole("button", { name: "Dismiss" }).click();
    await page.getByText("This list is dismissed").waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Watch" }).click();
    await page.getByRole("region", { name: "Host" }).waitFor();
    expect(await page.getByRole("region", { name: "Getting started" }).count()).toBe(0);
    // The menu of the account brings it back, and Watch shows it again.
    await page.getByRole("button", { name: /, account of / }).click();
    await page.getByRole("menuitem", { name: "Getting started" }).click();
    await page.getByRole("button", { name: "Show on Watch" }).click();
    await page.getByRole("main").getByRole("button", { name: "Dismiss" }).waitFor();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Watch" }).click();
    await page
      .getByRole("region", { name: "Getting started" })
      .getByText(/^\d of \d done$/)
      .waitFor();
    expect(page.url()).not.toContain("token");
    expect(await page.evaluate(() => document.cookie)).toBe("");
  });

  test("sign-out, a wrong password, and the right one", async () => {
    const { page } = at();
    await logOut(page);
    await page.reload();
    await page.getByRole("heading", { name: "Sign in" }).waitFor();
    await logIn(page, "not the password of anybody");
    await page
      .getByText(/password/i, { exact: false })
      .and(page.getByText(/wrong/i))
      .waitFor();
    await logIn(page);
    await page.getByRole("region", { name: "Host" }).waitFor();
  });

  test("an authenticator is set up, and its code is required afterwards", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/account", "Account");
    const dialog = page.getByRole("dialog");
    const [answer] = await Promise.all([
      page.waitForResponse((response) => response.url().endsWith("/api/account/totp")),
      page.getByRole("button", { name: "Set up authenticator" }).click(),
    ]);
    const begun = (await answer.json()) as { secret: string; uri: string };
    uri = begun.uri;
    await dialog.getByText(begun.secret).waitFor();
    await dialog.getByRole("img", { name: "QR code of the secret" }).waitFor();
    await dialog.getByLabel("Six-digit code from the app").fill(codeOf(uri));
    await dialog.getByRole("button", { name: "Continue" }).click();
    const codes = dialog.getByRole("list", { name: "Recovery codes" }).getByRole("listitem");
    await codes.first().waitFor();
    recoveryCodes = await codes.allInnerTexts();
    expect(recoveryCodes).toHaveLength(10);
    await dialog.getByRole("button", { name: "I have saved them" }).click();
    await page.getByRole("button", { name: "Remove", exact: true }).waitFor(); // it says that it is on

    await logOut(page);
    await logIn(page);
    await page.getByLabel("Code").fill("000000");
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByText(/code/i).and(page.getByText(/wrong/i)).waitFor();
    // The code of the enrolment is used up: the authenticator's next one counts.
    await page.getByLabel("Code").fill(codeOf(uri, 30_000));
    await page.getByRole("button", { name: "Verify" }).click();
    await page.getByRole("heading", { name: "Account" }).waitFor();
  });

  test("a passkey is added and named, lets in alone, and is the second factor beside the password", async () => {
    const desk = at();
    const { page } = desk;
    const device = await addVirtualAuthenticator(page);
    // Else the device would take at once what the sign-in page offers under the user name.
    await page.addInitScript("PublicKeyCredential.isConditionalMediationAvailable = async () => false");
    await desk.open("/account", "Account");
    await page.getByRole("button", { name: "Add a passkey" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Name").fill("Laptop");
    await dialog.getByRole("button", { name: "Continue" }).click();
    const list = page.getByRole("list", { name: "Your passkeys" });
    await list.getByText("Laptop").waitFor();
    await list.getByRole("button", { name: "Rename Laptop" }).click();
    await dialog.getByLabel("Name").fill("Old laptop");
    await dialog.getByRole("button", { name: "Save" }).click();
    await list.getByText("Old laptop").waitFor();
    await desk.open("/users", "Users");
    await page.getByText("1 passkey").waitFor();

    await logOut(page);
    await page.getByRole("button", { name: "Sign in with a passkey" }).click();
    await page.getByRole("heading", { name: "Users" }).waitFor();

    await logOut(page);
    await logIn(page);
    await page.getByRole("heading", { name: "Second step" }).waitFor();
    await page.getByRole("button", { name: "Use a passkey" }).click();
    await page.getByRole("heading", { name: "Users" }).waitFor();
    await desk.open("/account", "Account");
    await list.getByText(/^Used /).waitFor();
    await list.getByRole("button", { name: "Remove Old laptop" }).click();
    await dialog.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("button", { name: "Add a passkey" }).waitFor();
    await eventually(async () => (await list.count()) === 0);
    await device.remove();
  });

  test("a sensitive action requires re-authentication after a while, and continues by itself afterwards", async () => {
    const desk = at();
    const { page } = desk;
    await desk.open("/keys", "API keys");
    // As the server responds once the sign-in is ten minutes old.
    const refusal = { success: false, error: "Confirm that it is you.", code: "forbidden", proofRequired: true };
    const headers = { "access-control-allow-origin": desk.stack.origin, "access-control-allow-credentials": "true" };
    await page.route(
      "**/api/keys",
      (route) =>
        route.request().method() === "POST" ? route.fulfill({ status: 403, headers, json: refusal }) : route.continue(),
      { times: 1 },
    );
    await page.getByRole("button", { name: "Create key" }).first().click();
    await page.getByRole("textbox", { name: "Name" }).fill("backup");
    await page.getByRole("dialog").getByRole("button", { name: "Create key" }).click();
    const proof = page.getByRole("dialog", { name: "Confirm it is you" });
    await proof.getByLabel("Your password").fill("not the password of anybody");
    await proof.getByRole("button", { name: "Confirm" }).click();
    await proof.getByText("The password is wrong.").waitFor();
    await proof.getByLabel("Your password").fill(ADMIN.password);
    await proof.getByRole("button", { name: "Confirm" }).click();
    const key = page.getByRole("dialog", { name: "Copy your key now" });
    await key.getByText(/^aid_/).waitFor();
    // It is not shown again: neither a key nor a click beside it closes it.
    await page.keyboard.press("Escape");
    await page.mouse.click(5, 5);
    await key.getByText(/^aid_/).waitFor();
    await page.getByRole("button", { name: "Done" }).click();
    await key.waitFor({ state: "detached" });
  });

  test("a recovery code lets in another browser, once; ending its session cuts it off", async () => {
    const desk = at();
    const { page } = desk;
    const other = await desk.visit();
    await other.page.goto(desk.stack.origin);
    await logIn(other.page);
    await other.page.getByLabel("Code").fill(recoveryCodes[0] ?? "");
    await other.page.getByRole("button", { name: "Verify" }).click();
    await other.page.getByRole("region", { name: "Host" }).waitFor();
    await other.page.locator(".connection-mark").getByText("Live").waitFor();

    await desk.open("/account", "Account");
    const sessions = page.getByRole("grid", { name: "Your sessions" });
    await sessions.getByText("This one").waitFor();
    const end = sessions.getByRole("button", { name: "End" });
    await end.first().waitFor();
    expect(await end.count()).toBe(1);
    const since = desk.problems.length;
    await end.click();
    await other.page.getByRole("heading", { name: "Sign in" }).waitFor(); // nobody touches that page
    await eventually(async () => (await end.count()) === 0);

    await logIn(other.page);
    await other.page.getByLabel("Code").fill(recoveryCodes[0] ?? "");
    await other.page.getByRole("button", { name: "Verify" }).click();
    await other.page.getByText(/code/i).and(other.page.getByText(/wrong/i)).waitFor();
    await other.context.close();
    // The browser's remarks on the connection that is refused from then on.
    desk.expected(/HTTP Authentication failed|blocked by CORS policy|ERR_FAILED/, since);
  });
}

async function fillAccount(page: Page): Promise<void> {
  await page.getByLabel("User name").fill(ADMIN.username);
  await page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
}

export async function logIn(page: Page, password = ADMIN.password, username = ADMIN.username): Promise<void> {
  await page.getByLabel("User name").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function logOut(page: Page): Promise<void> {
  await page.getByRole("button", { name: /, account of / }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}

/** A device with passkeys, as Chromium plays it. Somebody stands before it and says yes. */
async function addVirtualAuthenticator(page: Page) {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("WebAuthn.enable");
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return {
    remove: () => cdp.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId }),
  };
}

/** What the authenticator shows, or will show in so many milliseconds. */
const codeOf = (uri: string, aheadMs = 0): string => URI.parse(uri).generate({ timestamp: Date.now() + aheadMs });
