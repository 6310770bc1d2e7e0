import { FormGroup, FormSelect, FormSelectOption, Grid, GridItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { difference } from "../../access/permissions/catalogue";
import { PermissionList } from "../../access/permissions/PermissionList";
import { useAllRoles } from "../queries";
import type { Role } from "../shapes";
import { useDescription } from "./words";

/** What a role allows; beside another one, only what sets them apart. With which, is in the address. */
export function Compared({ role }: { role: Role }) {
  const { t } = useTranslation();
  const describe = useDescription();
  const roles = useAllRoles();
  const [params, setParams] = useSearchParams();
  const other = roles.data?.find(({ id }) => id === params.get("with") && id !== role.id);
  const { onlyFirst, onlySecond } = difference(role.permissions, other?.permissions ?? []);
  return (
    <div className="ol-stack">
      {describe(role) && <p>{describe(role)}</p>}
      <FormGroup label={t("admin.roles.compare")} fieldId="compare" className="ol-compare">
        <FormSelect id="compare" value={other?.id ?? ""} onChange={(_event, id) => setParams(id ? { with: id } : {}, { replace: true })}>
          <FormSelectOption value="" label={t("admin.roles.compareNone")} />
          {(roles.data ?? [])
            .filter(({ id }) => id !== role.id)
            .map(({ id, name }) => (
              <FormSelectOption key={id} value={id} label={name} />
            ))}
        </FormSelect>
      </FormGroup>
      {other ? (
        <Grid hasGutter>
          <GridItem md={6}>
            <h2 className="ol-part-title">{t("admin.roles.only", { name: role.name })}</h2>
            <PermissionList permissions={onlyFirst} />
          </GridItem>
          <GridItem md={6}>
            <h2 className="ol-part-title">{t("admin.roles.only", { name: other.name })}</h2>
            <PermissionList permissions={onlySecond} />
          </GridItem>
        </Grid>
      ) : (
        <PermissionList permissions={role.permissions} />
      )}
    </div>
  );
}
