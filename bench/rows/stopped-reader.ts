import { startFeed } from "../feed.ts";
import type { Load } from "../load/control.ts";
import type { BenchOptions } from "../options.ts";
import type { Row } from "../report.ts";
import { startOurs } from "../servers.ts";

/** Row 5: one of three readers stops while megabytes are sent. */
export async function* stoppedReader(load: Load, { quick }: BenchOptions): AsyncGenerator<Row> {
  const megabytes = quick ? 50 : 200;
  const ours = await startOurs();
  const feed = await startFeed();
  try {
    const metrics = await load.run("stoppedReader", ours.subject, feed, megabytes);
    yield {
      what: `a reader that stops while ${megabytes} MB pass`,
      metrics,
      bounds: {
        "growth of RSS, MB": { value: metrics.growthMb, atMost: 20 },
        "gaps announced on return": { value: metrics.gaps, atLeast: 1 },
        "lines lost without a gap": { value: metrics.stoppedLost + metrics.stoppedRepeated, atMost: 0 },
        "share of later lines it gets": { value: metrics.returned, atLeast: 1 },
        "share the others got": { value: metrics.othersDelivered, atLeast: 1 },
      },
    };
  } finally {
    await feed.remove();
    await ours.stop();
  }
}
