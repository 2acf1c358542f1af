import { useNavigate, useParams } from "@solidjs/router";
import { Show } from "solid-js";
import { StackView } from "./StackView.tsx";

export default function StackPage() {
  const params = useParams<{ name: string }>();
  const navigate = useNavigate();
  const name = () => {
    try {
      return decodeURIComponent(params.name);
    } catch {
      return params.name;
    }
  };
  return (
    <Show when={name()} keyed>
      {(shown) => <StackView name={shown} onLeave={() => navigate("/stacks")} />}
    </Show>
  );
}
