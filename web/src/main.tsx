import { render } from "solid-js/web";
import "@fontsource-variable/geist/wght.css";
import "@fontsource-variable/geist-mono/wght.css";
import "./ui/styles/index.css";
import { App } from "./App.tsx";

const root = document.getElementById("root");
if (root) render(() => <App />, root);
