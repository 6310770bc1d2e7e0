import { Divider, Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { EllipsisVIcon } from "@patternfly/react-icons";
import { Fragment, useState, type ReactNode } from "react";

export interface MenuEntry {
  key: string;
  label: string;
  icon?: ReactNode;
  danger?: boolean;
  disabled?: boolean;
  /** Why it is disabled, or what it does. */
  description?: string;
  /** A line above it. */
  apart?: boolean;
  run: () => void;
}

/** The actions behind three dots; nothing where there is none. */
export function Kebab({ label, entries }: { label: string; entries: readonly MenuEntry[] }) {
  const [open, setOpen] = useState(false);
  if (entries.length === 0) return null;
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right" }}
      toggle={(ref) => (
        <MenuToggle
          ref={ref}
          variant="plain"
          icon={<EllipsisVIcon />}
          aria-label={label}
          isExpanded={open}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <DropdownList>
        {entries.map(({ key, label: text, icon, danger, disabled, description, apart, run }, at) => (
          <Fragment key={key}>
            {apart && at > 0 && <Divider component="li" />}
            <DropdownItem icon={icon} isDanger={danger} isDisabled={disabled} description={description} onClick={run}>
              {text}
            </DropdownItem>
          </Fragment>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
