import { useNavigate } from "@solidjs/router";
import { StacksView } from "./StacksView.tsx";

export default function StacksPage() {
  const navigate = useNavigate();
  return <StacksView onOpen={(name) => navigate(`/stacks/${encodeURIComponent(name)}`)} />;
}
