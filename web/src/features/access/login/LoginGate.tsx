import { For, type JSX } from "solid-js";
import { BrandMark } from "../../../ui/BrandMark.tsx";
import "./login-gate.css";

export interface LoginGateProps {
  title: string;
  note: JSX.Element;
  /** Below the box; commands in it between backticks. */
  foot: string;
  children: JSX.Element;
}

/** Frame of the pages before sign-in. */
export function LoginGate(props: LoginGateProps) {
  return (
    <div class="gate-page">
      <main class="gate-box">
        <header class="gate-head">
          <BrandMark size={34} />
          <h1>{props.title}</h1>
          <p class="muted">{props.note}</p>
        </header>
        {props.children}
      </main>
      <footer class="gate-note">
        <For each={props.foot.split("`")}>{(part, index) => (index() % 2 === 1 ? <code>{part}</code> : part)}</For>
      </footer>
    </div>
  );
}
