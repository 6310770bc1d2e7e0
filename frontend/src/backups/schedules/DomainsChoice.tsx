import { useTranslation } from "react-i18next";

import { ManyChoice } from "../../ui/ManyChoice";

interface DomainsChoiceProps {
  domains: readonly { id: string; name: string }[] | undefined;
  chosen: readonly string[];
  complaint?: string;
  onChange: (chosen: readonly string[]) => void;
}

/** Machines by name, any number of them. */
export function DomainsChoice({ domains, ...rest }: DomainsChoiceProps) {
  const { t } = useTranslation();
  return <ManyChoice {...rest} label={t("domain.many")} placeholder={t("schedule.chooseDomains")} choices={domains} />;
}
