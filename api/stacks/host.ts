import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import type { SaveJournal } from "../../shared/files/saving/save-journal.ts";
import type { Config } from "../../shared/server/config.ts";
import type { Log } from "../../shared/server/log.ts";
import type { DockerEngine } from "../docker/docker-engine.ts";
import type { JobJournal } from "../jobs/job-journal.ts";
import { type Compose, createCompose } from "./compose/compose.ts";
import { createStackLocations } from "./files/locations.ts";
import { createRevisions, type Revisions } from "./files/revisions.ts";
import { createStackJobs, type StackJobs } from "./jobs/stack-jobs.ts";
import { createKnownStacks } from "./registry/known-stacks.ts";
import { createNamedFolders } from "./registry/named-folders.ts";
import { createStacks, type Stacks } from "./stacks.ts";

export interface StackHostOptions {
  database: DatabaseSync;
  docker: DockerEngine;
  config: Pick<Config, "DATA_DIR" | "DOCKER_HOST" | "STACKS_DIR" | "STACKS_ROOTS">;
  log: Log;
  /** Stores both versions of a file during a save. */
  journal: SaveJournal;
  jobs: Pick<JobJournal, "interruptedOf">;
  /** Folders to search for programs; the server's own PATH when absent. */
  path?: string;
}

/** The services of the stacks subject. */
export interface StackHost {
  stacks: Stacks;
  compose: Compose;
  revisions: Revisions;
  jobs: StackJobs;
  close(): void;
}

export function createStackHost({ database, docker, config, log, journal, jobs, path }: StackHostOptions): StackHost {
  const compose = createCompose({ dockerHost: config.DOCKER_HOST, path });
  const locations = createStackLocations({
    stacksDir: config.STACKS_DIR ?? join(config.DATA_DIR, "stacks"),
    roots: config.STACKS_ROOTS,
    dataDir: config.DATA_DIR,
    log,
    journal,
  });
  const revisions = createRevisions(database);
  const interruptedOf = (name: string) => jobs.interruptedOf("stack", name);
  const known = createKnownStacks(database);
  const named = createNamedFolders(database);
  const stacks = createStacks({ docker, compose, locations, revisions, known, named, interruptedOf });
  return {
    stacks,
    compose,
    revisions,
    jobs: createStackJobs({ stacks, compose, revisions, docker }),
    close: compose.close,
  };
}
