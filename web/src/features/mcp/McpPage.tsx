import { useNavigate, useParams } from "@solidjs/router";
import { McpView } from "./McpView.tsx";

export default function McpPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <McpView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(id) => navigate(id === null ? "/mcp" : `/mcp/${encodeURIComponent(id)}`)}
    />
  );
}
