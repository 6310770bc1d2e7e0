import { Button, Dropdown, DropdownItem, DropdownList, MenuToggle, ToolbarItem, Tooltip } from "@patternfly/react-core";
import { TimesIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { Domain } from "../../api/types";
import { ConfirmDialog } from "../../ui/ConfirmDialog";
import { useToast } from "../../ui/toast";
import { useBulkAction } from "../queries";
import { allows, type DomainAction } from "./action";
import { BULK_ACTIONS } from "./power";

/** What can be done to the selected domains, with to how many of them. */
export function BulkBar({ selected, onDone }: { selected: readonly Domain[]; onDone: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const bulk = useBulkAction();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<DomainAction | null>(null);

  const run = (action: DomainAction) =>
    bulk.mutate(
      { action: action.name, ids: selected.filter((domain) => allows(domain, action)).map((domain) => domain.id) },
      {
        onSuccess: ({ refused }) => {
          setAsked(null);
          onDone();
          if (refused.length === 0) return;
          say({
            variant: "danger",
            title: t("domain.bulkRefused", { count: refused.length, what: t(`domain.action.${action.name}`) }),
            body: refused.map((each) => `${each.name}: ${each.detail}`).join("\n"),
          });
        },
        onError: (error) => {
          if (!action.confirm) say({ variant: "danger", title: asProblem(error).message });
        },
      },
    );

  const possible = (action: DomainAction) => selected.filter((domain) => allows(domain, action)).length;
  return (
    <>
      <ToolbarItem>
        <Dropdown
          isOpen={open}
          onOpenChange={setOpen}
          onSelect={() => setOpen(false)}
          toggle={(ref) => (
            <MenuToggle ref={ref} variant="primary" isExpanded={open} isDisabled={bulk.isPending} onClick={() => setOpen(!open)}>
              {t("domain.selected", { count: selected.length })}
            </MenuToggle>
          )}
        >
          <DropdownList>
            {BULK_ACTIONS.map((action) => {
              const count = possible(action);
              const rest = selected.length - count;
              return (
                <DropdownItem
                  key={action.name}
                  icon={<action.icon />}
                  isDanger={action.danger}
                  isDisabled={count === 0}
                  description={rest > 0 ? t(`domain.bulkRest.${action.name}`, { count: rest }) : undefined}
                  onClick={() => {
                    bulk.reset();
                    if (action.confirm) setAsked(action);
                    else run(action);
                  }}
                >
                  {t("domain.bulk", { what: t(`domain.action.${action.name}`), count })}
                </DropdownItem>
              );
            })}
          </DropdownList>
        </Dropdown>
      </ToolbarItem>
      <ToolbarItem alignSelf="center">
        <Tooltip content={t("domain.unselect")}>
          <Button variant="plain" icon={<TimesIcon />} aria-label={t("domain.unselect")} onClick={onDone} />
        </Tooltip>
      </ToolbarItem>
      {asked && (
        <ConfirmDialog
          title={t(`domain.confirm.${asked.name}.many`, { count: possible(asked) })}
          confirm={t("domain.bulk", { what: t(`domain.action.${asked.name}`), count: possible(asked) })}
          busy={bulk.isPending}
          error={bulk.error}
          onConfirm={() => run(asked)}
          onClose={() => setAsked(null)}
        >
          {selected
            .filter((domain) => allows(domain, asked))
            .map((domain) => domain.name)
            .join(", ")}
        </ConfirmDialog>
      )}
    </>
  );
}
