import { Show } from "solid-js";
import type { Service } from "../../../../../shared/protocol/service.ts";
import { api } from "../../../lib/api.ts";
import { queryKeys } from "../../../lib/queries.ts";
import { visibleName } from "../../../lib/terminal-text.ts";
import { useQuery } from "../../../lib/use-query.ts";
import { QueryView } from "../../../resource/QueryView.tsx";
import { CopyButton } from "../../../ui/index.ts";
import { inspectMessages as texts } from "../messages.ts";

/** The Engine's own description of a container, with secrets masked. */
export function ServiceInspectTab(props: { service: Service }) {
  const query = useQuery(() => ({
    queryKey: queryKeys.serviceInspect(props.service.id),
    queryFn: () => api.services.inspect(props.service.id),
  }));
  const text = () => JSON.stringify(query.data?.document, null, 2);
  return (
    <div class="detail-scroll">
      <QueryView query={query} lines={12}>
        {(response) => (
          <section class="inspect" aria-label={texts.label(props.service.name)}>
            <div class="row inspect-head">
              <div class="faint grow">
                <p>
                  Output of <code>docker inspect</code>. {texts.masked}
                </p>
                <Show when={response().leftOut.length > 0}>
                  <details class="inspect-left-out">
                    <summary>{texts.leftOut(response().leftOut.length)}</summary>
                    {response().leftOut.join(", ")}
                  </details>
                </Show>
              </div>
              <CopyButton label={texts.copy} text={text()} />
            </div>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
            <pre class="inspect-text" tabIndex={0}>
              {text().split("\n").map(visibleName).join("\n")}
            </pre>
          </section>
        )}
      </QueryView>
    </div>
  );
}
