import { SearchInput, TreeView, type TreeViewDataItem } from "@patternfly/react-core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { Permission } from "../../api/types";
import { byKind, toggled } from "./catalogue";

interface PermissionTreeProps {
  label: string;
  offered: readonly Permission[];
  chosen: ReadonlySet<Permission>;
  /** Those that one does not have oneself, and so cannot give. */
  beyond?: ReadonlySet<Permission>;
  onChange: (chosen: ReadonlySet<Permission>) => void;
}

/** Permissions by what they are about, in plain words and by name. */
export function PermissionTree({ label, offered, chosen, beyond = new Set(), onChange }: PermissionTreeProps) {
  const { t } = useTranslation();
  const [sought, setSought] = useState("");
  const wanted = sought.trim().toLowerCase();
  const kindText = (kind: string) => t(`permissionKind.${kind}`, { defaultValue: kind });
  const found = byKind(offered.filter((each) => `${each} ${t(`permission.${each}`)} ${kindText(each.split(".")[0] ?? "")}`.toLowerCase().includes(wanted)));
  const data = [...found].map(([kind, permissions]): TreeViewDataItem => {
    const able = permissions.filter((each) => !beyond.has(each) || chosen.has(each));
    const on = permissions.filter((each) => chosen.has(each)).length;
    return {
      id: kind,
      name: kindText(kind),
      customBadgeContent: t("permissions.of", { on, all: permissions.length }),
      checkProps: {
        checked: on === 0 ? false : on === permissions.length ? true : null,
        disabled: able.length === 0,
        "aria-label": kindText(kind),
      },
      children: permissions.map((each) => ({
        id: each,
        name: <PermissionWords permission={each} />,
        checkProps: { checked: chosen.has(each), disabled: beyond.has(each) && !chosen.has(each), "aria-label": t(`permission.${each}`) },
      })),
    };
  });
  return (
    <div className="ol-permissions">
      <SearchInput aria-label={t("table.search", { label })} placeholder={t("search")} value={sought} onChange={(_event, text) => setSought(text)} onClear={() => setSought("")} />
      {data.length === 0 ? (
        <p className="ol-quiet">{t("table.nothing")}</p>
      ) : (
        <TreeView
          key={wanted === "" ? "all" : "found"}
          aria-label={label}
          data={data}
          hasCheckboxes
          hasBadges
          allExpanded={wanted !== "" || undefined}
          onCheck={(event, item) => {
            const which = (found.get(item.id ?? "") ?? [item.id as Permission]).filter((each) => !beyond.has(each) || chosen.has(each));
            onChange(toggled(chosen, which, event.target.checked));
          }}
        />
      )}
      {beyond.size > 0 && <p className="ol-quiet">{t("permissions.beyond")}</p>}
    </div>
  );
}

/** What it lets somebody do, and its name in the API. */
export function PermissionWords({ permission }: { permission: Permission }) {
  const { t } = useTranslation();
  return (
    <>
      {t(`permission.${permission}`)} <code className="ol-quiet">{permission}</code>
    </>
  );
}
