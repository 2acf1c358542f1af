import { useNavigate, useParams } from "@solidjs/router";
import { ImagesView } from "./ImagesView.tsx";

export default function ImagesPage() {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return (
    <ImagesView
      selected={params.id ? decodeURIComponent(params.id) : null}
      onSelect={(id) => navigate(id === null ? "/images" : `/images/${encodeURIComponent(id)}`)}
    />
  );
}
