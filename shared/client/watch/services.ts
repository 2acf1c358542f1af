import type { ServiceLogs, ServiceRef, ServiceStats, ServicesServerToClient } from "../../protocol/events/services.ts";
import type { Job } from "../../protocol/job.ts";
import type { Connection } from "./connection.ts";
import { createEventTopic, type EventListener } from "./event-topic.ts";
import type { Stop } from "./listeners.ts";
import { createLogTopic, DEFAULT_TAIL, type LogListener, type LogOptions } from "./log-topic.ts";
import { type EventHandlers, keyOf, type NamespaceWatch, watchNamespace } from "./namespace-events.ts";
import { createTopics } from "./topics.ts";

/** Containers: `/services`. */
export interface ServicesWatch extends NamespaceWatch<ServicesServerToClient> {
  /**
   * Follows the log of a container.
   * @param serviceId the caller's own name for the subscription; events that a backend sends to it arrive as well
   * @param containerName name or id of the container
   */
  subscribeLogs(
    serviceId: string,
    containerName: string,
    onLogs: (logs: ServiceLogs) => void,
    options?: LogOptions,
  ): Stop;
  /** Samples of a container, about one a second. */
  subscribeStats(
    serviceId: string,
    containerName: string,
    onStats: (stats: ServiceStats) => void,
    handlers?: EventHandlers,
  ): Stop;
  /** Follows a long action; each event is the whole of it, and of two the one with the higher `revision` is newer. */
  subscribeJob(jobId: string, onJob: (job: Job) => void, handlers?: EventHandlers): Stop;
}

export function createServicesWatch(connection: Connection): ServicesWatch {
  const logs = createTopics<LogListener<ServiceLogs>>(connection, "services");
  const stats = createTopics<EventListener<ServiceStats>>(connection, "services");
  const jobs = createTopics<EventListener<Job>>(connection, "services");
  const { on, onConnect } = watchNamespace<ServicesServerToClient>(connection, "services");
  return {
    subscribeLogs: (serviceId, containerName, onLogs, { tail = DEFAULT_TAIL, ...handlers } = {}) =>
      logs.listen(keyOf(serviceId, containerName), { onLogs, ...handlers }, () =>
        createLogTopic<ServiceRef, ServiceLogs>({ ref: { serviceId, containerName }, tail }),
      ),
    subscribeStats(serviceId, containerName, onStats, handlers) {
      const payload = { serviceId, containerName };
      return stats.listen(keyOf(serviceId, containerName), { onEvent: onStats, ...handlers }, () =>
        createEventTopic<ServiceStats>({
          join: () => ({ event: "subscribe:stats", payload }),
          leave: { event: "unsubscribe:stats", payload },
          event: "stats",
          isOurs: (event) => event.serviceId === serviceId && event.containerName === containerName,
          keepLast: true,
        }),
      );
    },
    subscribeJob(jobId, onJob, handlers) {
      const payload = { jobId };
      return jobs.listen(jobId, { onEvent: onJob, ...handlers }, () =>
        createEventTopic<Job>({
          join: () => ({ event: "subscribe:job", payload }),
          leave: { event: "unsubscribe:job", payload },
          event: "job",
          isOurs: (job) => job.id === jobId,
          keepLast: true,
        }),
      );
    },
    on,
    onConnect,
  };
}
