import { useNavigate, useParams } from "@solidjs/router";
import { NetworksView } from "./NetworksView.tsx";

export default function NetworksPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <NetworksView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(name) => navigate(name === null ? "/networks" : `/networks/${encodeURIComponent(name)}`)}
    />
  );
}
