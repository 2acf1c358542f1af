import type { Readable } from "node:stream";
import type { Service, ServiceAction, ServiceDetail } from "../protocol/service.ts";

/** What a log reader needs to know of a container before it opens its stream. */
export interface ContainerIdentity {
  /** Full id: a name may mean another container tomorrow. */
  id: string;
  name: string;
  running: boolean;
  /** A TTY's log is raw; without one, frames of stdout and stderr are multiplexed. */
  tty: boolean;
  logDriver: string;
  exitCode: number | null;
}

export interface ContainerLogOptions {
  follow: boolean;
  /** Lines from the end; all when absent. */
  tail?: number;
  /** `seconds.nanoseconds`, inclusive. */
  since?: string;
  until?: string;
  signal: AbortSignal;
}

/**
 * The Docker Engine behind a fixed set of calls. Each call but the three streams ends within 5 s.
 * Throws `AppError`: `invalid_input` (not a container name or id), `not_found`, `conflict`, `not_supported`,
 * `upstream_unavailable` (no Engine, or it does not answer).
 */
export interface DockerHost {
  ping(): Promise<void>;
  list(): Promise<Service[]>;
  detail(ref: string): Promise<ServiceDetail>;
  identify(ref: string): Promise<ContainerIdentity>;
  act(ref: string, action: ServiceAction): Promise<void>;
  remove(ref: string, options: { force: boolean; volumes: boolean }): Promise<void>;
  /** Raw body of `GET /containers/{id}/logs?timestamps=1`, both streams. The caller demultiplexes and destroys it. */
  openLogs(id: string, options: ContainerLogOptions): Promise<Readable>;
  /** Newline-separated JSON, one document a second. */
  openStats(id: string, signal: AbortSignal): Promise<Readable>;
  /** Newline-separated JSON of container events. */
  openEvents(signal: AbortSignal): Promise<Readable>;
}
