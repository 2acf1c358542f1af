import { useNavigate, useParams } from "@solidjs/router";

/**
 * The selected resource as the last part of a page's address, `<path>/:id?`.
 * @param path Address of the list, such as `/images`.
 */
export function createAddressSelection(path: string) {
  const params = useParams<{ id?: string }>();
  const navigate = useNavigate();
  return {
    /** Name or id; null while only the list is open. */
    selected: (): string | null => (params.id ? decodeURIComponent(params.id) : null),
    select: (id: string | null): void => navigate(id === null ? path : `${path}/${encodeURIComponent(id)}`),
  };
}
