import { expect, test } from "vitest";
import { keepRule, newDraft as newRule, restoreRule } from "../rules/rule-form.ts";
import { type ChannelFields, keepChannel, newDraft, restoreChannel } from "./channel-form.ts";

test("the draft of a channel contains no address, key, token, topic or password", () => {
  const typed: ChannelFields = { ...newDraft(), enabled: true };
  const secrets = ["url", "signingKey", "headerValue", "topic", "token", "password"] as const;
  for (const field of secrets) typed[field] = `secret of ${field}`;
  Object.assign(typed, { name: "ops", headerName: "X-Key", host: "mail.example.com", to: "ada@example.com" });
  const kept = keepChannel(typed);
  expect(JSON.stringify(kept)).not.toContain("secret of");
  expect(kept).toMatchObject({ name: "ops", headerName: "X-Key", server: "https://ntfy.sh", to: "ada@example.com" });
  expect(keepChannel({ ...typed, server: "https://ada:pw@ntfy.example.com" }).server).toBeUndefined();
  expect(Object.keys(typed).filter((field) => !(field in kept))).toEqual([
    "url",
    "signingKey",
    "headerValue",
    "topic",
    "token",
    "password",
  ]);
});

test("unknown choices of a stored draft are ignored", () => {
  const odd = { name: "ops", type: "pager", format: "xml", security: "rot13" } as unknown as ChannelFields;
  expect(restoreChannel(odd)).toEqual({ name: "ops" });
  const rule = newRule();
  expect(restoreRule(keepRule(rule))).toEqual(rule);
  const oddRule = { name: "r", kind: "toString", syntax: "glob", levels: "constructor", severity: "dire" };
  expect(restoreRule(oddRule as never)).toEqual({ name: "r" });
});
