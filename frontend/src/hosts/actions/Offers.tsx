import { FormGroup, Radio, Skeleton } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { ProblemAlert } from "../../ui/Problems";
import { useOffers } from "../queries";

/** The hypervisors on the server's own machine, one click each. */
export function Offers({ taken, onTake }: { taken: string; onTake: (uri: string) => void }) {
  const { t } = useTranslation();
  const offers = useOffers();
  if (offers.data?.length === 0) return null;
  return (
    <FormGroup role="radiogroup" isStack label={t("host.offers.title")} labelHelp={<span className="ol-quiet">{t("host.offers.body")}</span>}>
      {offers.isPending && <Skeleton width="60%" screenreaderText={t("loading")} />}
      <ProblemAlert error={offers.error} />
      {offers.data?.map((offer) => (
        <Radio
          key={offer.uri}
          id={`offer-${offer.uri}`}
          name="offer"
          label={
            <>
              {offer.title} <code>{offer.uri}</code>
            </>
          }
          description={offer.enrolled ? t("host.offers.enrolled") : offer.answers ? undefined : offer.detail || t("host.offers.silent")}
          isDisabled={offer.enrolled || !offer.answers}
          isChecked={taken === offer.uri && !offer.enrolled}
          onChange={() => onTake(offer.uri)}
        />
      ))}
    </FormGroup>
  );
}
