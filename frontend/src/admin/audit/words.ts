import { useTranslation } from "react-i18next";

/** What was asked for, in words: "Start virtual machine" of "domain.start". */
export function useActionWords(): (action: string) => string {
  const { t, i18n } = useTranslation();
  return (action) => {
    if (i18n.exists(`audit.whole.${action}`)) return t(`audit.whole.${action}`);
    const [kind = "", verb = ""] = action.split(".");
    if (!i18n.exists(`audit.verb.${verb}`) || !i18n.exists(`kindInText.${kind}`)) return action;
    return t("audit.did", { verb: t(`audit.verb.${verb}`), kind: t(`kindInText.${kind}`) });
  };
}
