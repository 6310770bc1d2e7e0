import { Button, Divider, Dropdown, DropdownItem, DropdownList, MenuToggle, ToolbarItem, Tooltip } from "@patternfly/react-core";
import { TagIcon, TimesIcon } from "@patternfly/react-icons";
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";

import { asProblem } from "../../api/problem";
import type { Domain } from "../../api/types";
import { useToast } from "../../ui/toast";
import { useBulkAction, type BulkWish } from "../queries";
import { allows } from "./action";
import { BULK_ACTIONS, type BulkAction } from "./bulk";
import { BulkDialog } from "./BulkDialog";
import { TagsDialog } from "./TagsDialog";

/** What can be done to the selected domains, with to how many of them. What loses something shows its plan first. */
export function BulkBar({ selected, onDone }: { selected: readonly Domain[]; onDone: () => void }) {
  const { t } = useTranslation();
  const say = useToast();
  const bulk = useBulkAction();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<BulkAction | null>(null);
  const [tagging, setTagging] = useState(false);

  const run = (action: BulkAction, wish: BulkWish) =>
    bulk.mutate(wish, {
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
        if (!action.asks) say({ variant: "danger", title: asProblem(error).message });
      },
    });

  const able = (action: BulkAction) => selected.filter((domain) => allows(domain, action));
  const editable = selected.filter((domain) => domain.actions.includes("edit"));
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
              const possible = able(action);
              const rest = selected.length - possible.length;
              return (
                <Fragment key={action.name}>
                  {action.apart && <Divider component="li" />}
                  <DropdownItem
                    icon={<action.icon />}
                    isDanger={action.danger}
                    isDisabled={possible.length === 0}
                    description={rest > 0 ? t(`domain.bulkRest.${action.name}`, { count: rest }) : undefined}
                    onClick={() => {
                      bulk.reset();
                      if (action.asks) setAsked(action);
                      else run(action, { action: action.name, ids: possible.map((domain) => domain.id) });
                    }}
                  >
                    {t("domain.bulk", { what: t(`domain.action.${action.name}`), count: possible.length })}
                  </DropdownItem>
                </Fragment>
              );
            })}
            <Divider component="li" />
            <DropdownItem icon={<TagIcon />} isDisabled={editable.length === 0} onClick={() => setTagging(true)}>
              {t("domain.bulk", { what: t("tags.many"), count: editable.length })}
            </DropdownItem>
          </DropdownList>
        </Dropdown>
      </ToolbarItem>
      <ToolbarItem alignSelf="center">
        <Tooltip content={t("domain.unselect")}>
          <Button variant="plain" icon={<TimesIcon />} aria-label={t("domain.unselect")} onClick={onDone} />
        </Tooltip>
      </ToolbarItem>
      {asked && (
        <BulkDialog action={asked} selected={selected} busy={bulk.isPending} error={bulk.error} onConfirm={(wish) => run(asked, wish)} onClose={() => setAsked(null)} />
      )}
      {tagging && <TagsDialog domains={editable} onClose={() => setTagging(false)} />}
    </>
  );
}
