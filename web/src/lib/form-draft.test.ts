import { createRoot } from "solid-js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { drafts } from "./drafts.ts";
import { createFormDraft, type FormDraft, type FormDraftOptions } from "./form-draft.ts";

interface Fields {
  name: string;
  password: string;
  tags: string[];
  limits: { services: string | null };
}

const initial = (): Fields => ({ name: "", password: "", tags: [], limits: { services: null } });
const keep = ({ name, tags, limits }: Fields): Partial<Fields> => ({ name, tags, limits });

/** Does something in a form as it is opened, and leaves the form. */
function visit<R>(
  work: (form: FormDraft<Fields>) => R,
  options: Partial<FormDraftOptions<Fields>> = {},
  from = initial(),
): R {
  return createRoot((leave) => {
    const result = work(createFormDraft("test", from, { keep, ...options }));
    leave();
    return result;
  });
}
const stored = () => JSON.stringify(drafts.read("form:test")?.value ?? null);

beforeEach(() => {
  const items = new Map<string, string>();
  const storage = new Proxy(
    {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, text: string) => void items.set(key, text),
      removeItem: (key: string) => void items.delete(key),
    },
    {
      ownKeys: () => [...items.keys()],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
    },
  );
  vi.stubGlobal("sessionStorage", storage);
  vi.stubGlobal("window", { addEventListener() {}, removeEventListener() {} });
  drafts.open("ada");
});
afterEach(() => {
  drafts.close();
  vi.unstubAllGlobals();
});

test("what was typed comes back until it is sent or discarded, and never what must not be kept", () => {
  visit(({ set }) => {
    set({ name: "web", password: "hunter2", limits: { services: "a\nb" } });
    set("tags", ["x"]);
  });
  expect(stored()).not.toContain("hunter2");
  visit(({ fields, restored, outdated }) => {
    expect(restored()).toBe(true);
    expect(outdated()).toBe(false);
    expect({ ...fields }).toEqual({ name: "web", password: "", tags: ["x"], limits: { services: "a\nb" } });
  });
  visit((form) => {
    form.reset();
    expect({ ...form.fields }).toEqual(initial());
    expect(form.restored()).toBe(false);
  });
  expect(stored()).toBe("null");

  visit(({ set }) => set({ name: "again" }));
  visit(({ drop }) => drop());
  expect(stored()).toBe("null");
});

test("a form that is opened and left, or typed back to what it was, leaves no draft", () => {
  visit(() => undefined);
  visit(({ set }) => {
    set({ name: "x" });
    set({ name: "" });
  });
  expect(stored()).toBe("null");
});

test("what another version kept is taken as far as it fits", () => {
  drafts.keep("form:test", { fields: { name: 7, tags: "x", limits: { services: "a" }, gone: true }, base: "" });
  visit(({ fields }) => expect({ ...fields }).toEqual({ ...initial(), limits: { services: "a" } }));
  for (const broken of ["text", 7, null, [], { fields: null }, {}]) {
    drafts.keep("form:test", broken);
    visit(({ fields }) => expect({ ...fields }).toEqual(initial()));
  }
});

test("a draft of something that was changed meanwhile says so", () => {
  const edits = { edits: true };
  visit(({ set }) => set({ name: "mine" }), edits, { ...initial(), name: "old" });
  visit(({ outdated }) => expect(outdated()).toBe(false), edits, { ...initial(), name: "old" });
  // Looking at it does not make it newer.
  for (let visits = 0; visits < 2; visits++) {
    visit(({ fields, outdated }) => expect([fields.name, outdated()]).toEqual(["mine", true]), edits, {
      ...initial(),
      name: "theirs",
    });
  }
});

test("says when there is no room for a draft", () => {
  for (let index = 0; index < 30; index++) drafts.keep(`file:${index}`, "x");
  createRoot((leave) => {
    vi.useFakeTimers();
    const { set, unkept } = createFormDraft("test", initial(), { keep });
    set({ name: "web" });
    vi.runAllTimers();
    expect(unkept()).toBe(true);
    drafts.drop("file:0");
    set({ name: "web2" });
    vi.runAllTimers();
    expect(unkept()).toBe(false);
    vi.useRealTimers();
    leave();
  });
});
