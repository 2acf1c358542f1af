import type { VersionChoice } from "../../../../shared/protocol/file.ts";
import { answer, part, routes } from "./request.ts";

const at = (name: string) => ({ param: { name: part(name) } });
const one = () => routes().stacks[":name"];

export interface UpOptions {
  pull: boolean;
  recreate: boolean;
  removeOrphans: boolean;
}

export const stacks = {
  list: (signal?: AbortSignal) => answer(routes().stacks.$get({}, { init: { signal } })),
  get: (name: string, signal?: AbortSignal) => answer(one().$get(at(name), { init: { signal } })),
  create: async (json: { name: string; content: string; env: Record<string, string> }) =>
    (await answer(routes().stacks.$post({ json }))).stack,
  /** Looks for Docker Compose on the host again. */
  look: async () => (await answer(routes().stacks.look.$post({ json: {} }))).compose,
  validate: async (json: { content: string; name?: string; thorough?: boolean }) =>
    (await answer(routes().stacks.validate.$post({ json }))).findings,
  readFile: async (name: string, file: number) =>
    (await answer(one().file.$get({ ...at(name), query: { file: String(file) } }))).file,
  writeFile: async (name: string, json: { file: number; content: string; etag: string; allowHardLinks?: boolean }) =>
    (await answer(one().file.$put({ ...at(name), json }))).file,
  interruptedSaves: async (name: string) => (await answer(one().saves.$get(at(name)))).saves,
  chooseVersion: (name: string, id: string, version: VersionChoice) =>
    answer(one().saves[":id"].$post({ param: { name: part(name), id }, json: { version } })),
  revisions: async (name: string) => (await answer(one().revisions.$get(at(name)))).revisions,
  revision: async (name: string, id: number) =>
    (await answer(one().revisions[":id"].$get({ param: { name: part(name), id: String(id) } }))).revision,
  env: async (name: string) => (await answer(one().env.$get(at(name)))).env,
  writeEnv: async (name: string, json: { set: Record<string, string>; remove: string[]; etag: string | null }) =>
    (await answer(one().env.$put({ ...at(name), json }))).env,
  nameFolder: (name: string, folder: string) => answer(one().folder.$put({ ...at(name), json: { folder } })),
  forgetFolder: (name: string) => answer(one().folder.$delete(at(name))),
  up: async (name: string, json: UpOptions) => (await answer(one().up.$post({ ...at(name), json }))).job,
  down: async (name: string, volumes: boolean) =>
    (await answer(one().down.$post({ ...at(name), json: { volumes } }))).job,
  act: async (name: string, verb: "start" | "stop" | "restart" | "pull") =>
    (await answer(one()[verb].$post({ ...at(name), json: {} }))).job,
  remove: async (name: string, volumes: boolean) =>
    (await answer(one().$delete({ ...at(name), query: { volumes: String(volumes) } }))).job,
};
