import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { objectPath } from "../ui/objectPath";

interface Named {
  kind: string;
  id: string | null;
  name: string;
}

/** An object by its kind and name, with the way to it. One that is gone has no name left, only its id. */
export function ObjectName({ object, bare = false }: { object: Named; bare?: boolean }) {
  const { t } = useTranslation();
  const kind = t(`kind.${object.kind}`, { defaultValue: object.kind });
  const path =
    object.id === null || object.name === ""
      ? null
      : object.kind === "tag"
        ? `/domains?tag=${encodeURIComponent(object.name)}`
        : objectPath({ kind: object.kind, id: object.id });
  const name = object.name || (object.id === null ? "" : t("goneObject", { id: object.id }));
  return (
    <span className="ol-object">
      {!bare && <span className="ol-quiet">{kind}</span>} {path ? <Link to={path}>{name}</Link> : <span className="ol-break">{name}</span>}
    </span>
  );
}
