import { Dropdown, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { AdjustIcon, LanguageIcon, MoonIcon, SunIcon } from "@patternfly/react-icons";
import { useState, type ComponentType } from "react";
import { useTranslation } from "react-i18next";

import { changeLanguage, LANGUAGES } from "../locales/i18n";
import { setTheme, THEMES, useTheme, type Theme } from "./theme";

const THEME_ICON: Record<Theme, ComponentType> = { light: SunIcon, dark: MoonIcon, system: AdjustIcon };

export function ThemeMenu() {
  const { t } = useTranslation();
  const theme = useTheme();
  const Icon = THEME_ICON[theme];
  return (
    <Choice
      label={t("theme.label")}
      icon={<Icon />}
      chosen={theme}
      options={THEMES.map((each) => ({ value: each, label: t(`theme.${each}`) }))}
      choose={(value) => setTheme(value as Theme)}
    />
  );
}

export function LanguageMenu() {
  const { t, i18n } = useTranslation();
  return (
    <Choice
      label={t("language")}
      icon={<LanguageIcon />}
      chosen={i18n.language}
      options={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
      choose={(value) => void changeLanguage(value)}
    />
  );
}

interface ChoiceProps {
  label: string;
  icon: React.ReactNode;
  chosen: string;
  options: readonly { value: string; label: string }[];
  choose: (value: string) => void;
}

function Choice({ label, icon, chosen, options, choose }: ChoiceProps) {
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={(_event, value) => {
        setOpen(false);
        choose(String(value));
      }}
      popperProps={{ position: "right" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plain" icon={icon} aria-label={label} isExpanded={open} onClick={() => setOpen(!open)} />
      )}
    >
      <DropdownList>
        {options.map(({ value, label: text }) => (
          <DropdownItem key={value} value={value} isSelected={value === chosen} lang={value.includes("-") ? value : undefined}>
            {text}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
