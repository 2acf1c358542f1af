import { useLocation, useNavigate, useParams } from "@solidjs/router";
import { Show } from "solid-js";
import { decodePart, stackHref } from "../../lib/addresses.ts";
import { listQuery } from "../../resource/address-selection.ts";
import { StackView } from "./StackView.tsx";

export default function StackPage() {
  const params = useParams<{ name: string }>();
  const navigate = useNavigate();
  const location = useLocation();
  return (
    <Show when={decodePart(params.name)} keyed>
      {(shown) => (
        <StackView
          name={shown}
          onLeave={() => navigate(`/stacks${listQuery(location.search)}`)}
          onOpen={(name) => navigate(stackHref(name))}
        />
      )}
    </Show>
  );
}
