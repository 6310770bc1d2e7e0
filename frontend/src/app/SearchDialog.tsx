import { Menu, MenuContent, MenuGroup, MenuItem, MenuList, Modal, ModalBody, ModalHeader, SearchInput } from "@patternfly/react-core";
import { useQueries } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { useMe } from "../access/queries";
import { reaches } from "../access/reach";
import { api } from "../api/client";
import type { Page, Permission, Reference } from "../api/types";
import { objectPath } from "../ui/objectPath";
import { ProblemAlert } from "../ui/Problems";

const MOST = 5;
const FIELD = "search-everything";
const KINDS = [
  { kind: "domain", needs: "domain.read", path: "/domains/", title: "domain.many", list: "/domains" },
  { kind: "host", needs: "host.read", path: "/hosts/", title: "host.many", list: "/hosts" },
  { kind: "cluster", needs: "cluster.read", path: "/clusters/", title: "kinds.cluster", list: "/hosts?tab=clusters" },
  { kind: "pool", needs: "pool.read", path: "/pools/", title: "pool.many", list: "/storage" },
  { kind: "network", needs: "network.read", path: "/networks/", title: "network.many", list: "/networks" },
] as const satisfies readonly { needs: Permission; [name: string]: string }[];

const foundIn = (list: string, name: string) => `${list}${list.includes("?") ? "&" : "?"}q=${encodeURIComponent(name)}`;

/** Find any object by its name, and go there. */
export function SearchDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const wanted = useDeferredValue(text.trim());
  const may = useMe().data?.permissions;
  const kinds = KINDS.filter(({ needs }) => may !== undefined && reaches(may, needs));
  const answers = useQueries({
    queries: kinds.map(({ kind, path }) => ({
      queryKey: ["search", kind, wanted],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api.get<Page<Reference>>(path, { search: wanted, limit: MOST, fields: "id,name" }, signal),
      enabled: wanted !== "",
    })),
  });
  const go = (to: string) => {
    onClose();
    void navigate(to);
  };
  const groups = kinds.map((each, at) => ({ ...each, page: answers[at]?.data })).filter(({ page }) => page && page.count > 0);
  const first = groups[0]?.page?.results[0];
  const goToFirst = () => {
    if (first && groups[0]) go(objectPath({ kind: groups[0].kind, id: first.id }) ?? foundIn(groups[0].list, first.name));
  };
  const nothing = wanted !== "" && groups.length === 0 && answers.every((answer) => !answer.isFetching && !answer.isError);

  return (
    <Modal isOpen variant="small" position="top" elementToFocus={`#${FIELD}`} onClose={onClose} aria-labelledby="search-title">
      <ModalHeader title={t("searchAll.title")} labelId="search-title" />
      <ModalBody>
        <div role="search">
          <SearchInput
            searchInputId={FIELD}
            aria-label={t("searchAll.title")}
            placeholder={t("searchAll.placeholder")}
            value={text}
            onChange={(_event, value) => setText(value)}
            onClear={() => setText("")}
            onSearch={goToFirst}
            submitSearchButtonLabel={t("searchAll.title")}
          />
        </div>
        <ProblemAlert error={answers.find((answer) => answer.isError)?.error} />
        {nothing && <p className="ol-drawer-empty">{t("table.nothing")}</p>}
        {groups.length > 0 && (
          <Menu isPlain isScrollable>
            <MenuContent>
              {groups.map(({ kind, title, list, page }) => (
                <MenuGroup key={kind} label={t(title)} labelHeadingLevel="h2">
                  <MenuList>
                    {page?.results.map((found) => (
                      <MenuItem
                        key={found.id}
                        itemId={found.id}
                        onClick={() => go(objectPath({ kind, id: found.id }) ?? foundIn(list, found.name))}
                      >
                        {found.name}
                      </MenuItem>
                    ))}
                    {page && page.count > MOST && (
                      <MenuItem itemId={`${kind}-more`} onClick={() => go(foundIn(list, wanted))}>
                        {t("searchAll.more", { count: page.count - MOST })}
                      </MenuItem>
                    )}
                  </MenuList>
                </MenuGroup>
              ))}
            </MenuContent>
          </Menu>
        )}
      </ModalBody>
    </Modal>
  );
}
