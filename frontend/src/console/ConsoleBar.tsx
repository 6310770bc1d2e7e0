import {
  Button,
  Dropdown,
  DropdownItem,
  DropdownList,
  MenuToggle,
  ToggleGroup,
  ToggleGroupItem,
  Tooltip,
} from "@patternfly/react-core";
import {
  CompressArrowsAltIcon,
  ExpandIcon,
  ExternalLinkAltIcon,
  EyeIcon,
  KeyboardIcon,
  PasteIcon,
  SearchPlusIcon,
} from "@patternfly/react-icons";
import { useState, type ComponentType, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import type { ConsoleType } from "../api/types";
import type { ConsoleControl } from "./control";
import { PasteDialog } from "./PasteDialog";
import { COMBINATIONS } from "./typing";

interface ConsoleBarProps {
  types: readonly ConsoleType[];
  type: ConsoleType;
  onType: (type: ConsoleType) => void;
  status: ReactNode;
  actions: ReactNode;
  control: () => ConsoleControl | null;
  connected: boolean;
  scale: boolean;
  onScale: (scale: boolean) => void;
  viewOnly: boolean;
  /** The server lets this person look only. */
  lookOnly: boolean;
  onViewOnly: (viewOnly: boolean) => void;
  onFullScreen: () => void;
  onPopOut?: () => void;
}

export function ConsoleBar(props: ConsoleBarProps) {
  const { t } = useTranslation();
  const [pasting, setPasting] = useState(false);
  const mute = !props.connected || props.viewOnly || props.lookOnly;
  return (
    <div className="ol-console-bar" role="toolbar" aria-label={t("console.bar")}>
      {props.types.length > 1 && (
        <ToggleGroup isCompact aria-label={t("console.which")}>
          {props.types.map((type) => (
            <ToggleGroupItem key={type} text={t(`console.type.${type}`)} isSelected={type === props.type} onChange={() => props.onType(type)} />
          ))}
        </ToggleGroup>
      )}
      <span className="ol-console-status">{props.status}</span>
      <span className="ol-console-tools">
        {props.type === "vnc" && <KeysMenu disabled={mute} control={props.control} />}
        <Tool icon={PasteIcon} label={t("console.paste")} disabled={mute} onClick={() => setPasting(true)} />
        {props.type === "vnc" && (
          <Tool
            icon={props.scale ? SearchPlusIcon : CompressArrowsAltIcon}
            label={t(props.scale ? "console.wholePixels" : "console.fit")}
            onClick={() => props.onScale(!props.scale)}
          />
        )}
        <Tool
          icon={EyeIcon}
          label={t("console.viewOnly")}
          pressed={props.viewOnly || props.lookOnly}
          disabled={props.lookOnly}
          onClick={() => props.onViewOnly(!props.viewOnly)}
        />
        <Tool icon={ExpandIcon} label={t("console.fullScreen")} onClick={props.onFullScreen} />
        {props.onPopOut && <Tool icon={ExternalLinkAltIcon} label={t("console.popOut")} onClick={props.onPopOut} />}
        {props.actions}
      </span>
      {pasting && <PasteDialog onType={(text) => props.control()?.type(text)} onClose={() => setPasting(false)} />}
    </div>
  );
}

interface ToolProps {
  icon: ComponentType;
  label: string;
  pressed?: boolean;
  disabled?: boolean;
  onClick: () => void;
}

function Tool({ icon: Picture, label, pressed, disabled, onClick }: ToolProps) {
  return (
    <Tooltip content={label}>
      <Button variant="plain" size="sm" icon={<Picture />} aria-label={label} aria-pressed={pressed} isClicked={pressed} isDisabled={disabled} onClick={onClick} />
    </Tooltip>
  );
}

function KeysMenu({ disabled, control }: { disabled: boolean; control: () => ConsoleControl | null }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      isScrollable
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plain" icon={<KeyboardIcon />} aria-label={t("console.keys")} isExpanded={open} isDisabled={disabled} onClick={() => setOpen(!open)} />
      )}
    >
      <DropdownList>
        {COMBINATIONS.map(([name, keys]) => (
          <DropdownItem key={name} onClick={() => control()?.combination?.(keys)}>
            {name}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
