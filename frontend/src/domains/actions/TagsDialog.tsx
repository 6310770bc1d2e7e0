import { Button, FormGroup, InputGroup, InputGroupItem, Label, LabelGroup, TextInput } from "@patternfly/react-core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { api } from "../../api/client";
import type { Domain } from "../../api/types";
import { ProblemAlert } from "../../ui/Problems";
import { FormDialog } from "../../ui/FormDialog";

/** The tags of one domain, or those that many have in common: what is added or taken away is so for each. */
export function TagsDialog({ domains, onClose }: { domains: readonly Domain[]; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const before = common(domains);
  const [tags, setTags] = useState<readonly string[]>(before);
  const [typed, setTyped] = useState("");
  const save = useMutation({
    mutationFn: async () => {
      const wanted = withTyped(tags, typed);
      const taken = before.filter((tag) => !wanted.includes(tag));
      for (const domain of domains) {
        const after = [...new Set([...domain.tags.filter((tag) => !taken.includes(tag)), ...wanted])];
        await api.patch(`/domains/${domain.id}/`, { tags: after });
      }
    },
    onSettled: () => client.invalidateQueries({ queryKey: ["domain"] }),
    onSuccess: onClose,
  });
  const add = () => {
    setTags(withTyped(tags, typed));
    setTyped("");
  };
  const one = domains.length === 1 ? domains[0] : undefined;
  return (
    <FormDialog
      title={one ? t("tags.title", { name: one.name }) : t("tags.titleMany", { count: domains.length })}
      description={one ? undefined : t("tags.bodyMany")}
      submit={t("save")}
      busy={save.isPending}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      <ProblemAlert error={save.error} />
      {tags.length > 0 && (
        <LabelGroup aria-label={t("tags.many")} numLabels={20}>
          {tags.map((tag) => (
            <Label key={tag} onClose={() => setTags(tags.filter((each) => each !== tag))} closeBtnAriaLabel={t("tags.remove", { tag })}>
              {tag}
            </Label>
          ))}
        </LabelGroup>
      )}
      <FormGroup label={t("tags.add")} fieldId="tags-add">
        <InputGroup>
          <InputGroupItem isFill>
            <TextInput
              id="tags-add"
              value={typed}
              autoComplete="off"
              onChange={(_event, text) => setTyped(text)}
              onKeyDown={(event) => {
                if (event.key !== "Enter" || typed.trim() === "") return;
                event.preventDefault(); // the first Enter adds the tag, the next saves
                add();
              }}
            />
          </InputGroupItem>
          <InputGroupItem>
            <Button variant="control" onClick={add} isDisabled={typed.trim() === ""}>
              {t("tags.addButton")}
            </Button>
          </InputGroupItem>
        </InputGroup>
      </FormGroup>
    </FormDialog>
  );
}

const common = (domains: readonly Domain[]): readonly string[] => (domains[0]?.tags ?? []).filter((tag) => domains.every((each) => each.tags.includes(tag)));

const withTyped = (tags: readonly string[], typed: string): readonly string[] => [
  ...new Set([...tags, ...typed.split(/[\s,]+/).filter(Boolean)]),
];
