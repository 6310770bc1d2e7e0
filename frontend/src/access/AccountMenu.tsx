import { Divider, Dropdown, DropdownGroup, DropdownItem, DropdownList, MenuToggle } from "@patternfly/react-core";
import { UserIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { changeLanguage, LANGUAGES } from "../locales/i18n";
import { setTheme, THEMES, useTheme } from "../ui/theme";
import { useMe, useSignOut } from "./queries";

/** Who one is; on a narrow window also the theme and the language. */
export function AccountMenu() {
  const { t, i18n } = useTranslation();
  const me = useMe().data;
  const signOut = useSignOut();
  const navigate = useNavigate();
  const theme = useTheme();
  const [open, setOpen] = useState(false);
  const name = me?.name || me?.username || "";
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      popperProps={{ position: "right" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} variant="plainText" icon={<UserIcon />} isExpanded={open} onClick={() => setOpen(!open)} aria-label={t("account.menu", { name })}>
          <span className="ol-account-name">{name}</span>
        </MenuToggle>
      )}
    >
      <DropdownList>
        <DropdownItem description={me?.username} isDisabled>
          {name}
        </DropdownItem>
        <Divider component="li" />
        <DropdownItem onClick={() => void navigate("/account")}>{t("account.title")}</DropdownItem>
        <DropdownItem onClick={() => void navigate("/tokens")}>{t("token.many")}</DropdownItem>
        <DropdownItem to="/api/v1/docs/" target="_blank" rel="noreferrer">
          {t("account.api")}
        </DropdownItem>
      </DropdownList>
      <div className="ol-narrow-only">
        <DropdownGroup label={t("theme.label")}>
          <DropdownList>
            {THEMES.map((each) => (
              <DropdownItem key={each} isSelected={each === theme} onClick={() => setTheme(each)}>
                {t(`theme.${each}`)}
              </DropdownItem>
            ))}
          </DropdownList>
        </DropdownGroup>
        <DropdownGroup label={t("language")}>
          <DropdownList>
            {Object.entries(LANGUAGES).map(([value, label]) => (
              <DropdownItem key={value} isSelected={value === i18n.language} onClick={() => void changeLanguage(value)}>
                {label}
              </DropdownItem>
            ))}
          </DropdownList>
        </DropdownGroup>
      </div>
      <DropdownList>
        <Divider component="li" />
        <DropdownItem onClick={() => signOut.mutate()}>{t("account.signOut")}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
