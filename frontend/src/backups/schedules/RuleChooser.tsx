import { FormGroup, FormSelect, FormSelectOption, TextInput, ToggleGroup, ToggleGroupItem } from "@patternfly/react-core";
import { useTranslation } from "react-i18next";

import { EVERY, ruleOf, ruleWords, WEEKDAYS, weekday, zones, type Every, type RuleForm } from "./rule";

interface RuleChooserProps {
  rule: RuleForm;
  zone: string;
  onRule: (rule: RuleForm) => void;
  onZone: (zone: string) => void;
}

const LAST_SAFE_DAY = 28;

/** "Every week on Sun at 02:00", piece by piece, and said as a sentence below. */
export function RuleChooser({ rule, zone, onRule, onZone }: RuleChooserProps) {
  const { t, i18n } = useTranslation();
  const known = zones();
  const toggle = (day: number) => {
    const weekdays = rule.weekdays.includes(day) ? rule.weekdays.filter((each) => each !== day) : [...rule.weekdays, day];
    if (weekdays.length > 0) onRule({ ...rule, weekdays });
  };
  return (
    <FormGroup label={t("schedule.when")} role="group" isStack>
      <div className="ol-rule">
        <FormSelect aria-label={t("schedule.every")} value={rule.every} onChange={(_event, every) => onRule({ ...rule, every: every as Every })}>
          {EVERY.map((each) => (
            <FormSelectOption key={each} value={each} label={t(`schedule.everyOne.${each}`)} />
          ))}
        </FormSelect>
        {rule.every === "hour" ? (
          <FormSelect aria-label={t("schedule.minute")} value={rule.minute} onChange={(_event, minute) => onRule({ ...rule, minute: Number(minute) })}>
            {Array.from({ length: 12 }, (_, at) => at * 5).map((minute) => (
              <FormSelectOption key={minute} value={minute} label={t("schedule.atMinute", { minute: String(minute).padStart(2, "0") })} />
            ))}
            {rule.minute % 5 !== 0 && <FormSelectOption value={rule.minute} label={t("schedule.atMinute", { minute: String(rule.minute).padStart(2, "0") })} />}
          </FormSelect>
        ) : (
          <TextInput type="time" aria-label={t("schedule.at")} value={rule.at} onChange={(_event, at) => at && onRule({ ...rule, at })} />
        )}
        {rule.every === "month" && (
          <FormSelect aria-label={t("schedule.day")} value={rule.day} onChange={(_event, day) => onRule({ ...rule, day: Number(day) })}>
            {Array.from({ length: LAST_SAFE_DAY }, (_, at) => at + 1).map((day) => (
              <FormSelectOption key={day} value={day} label={t("schedule.onDay", { day })} />
            ))}
          </FormSelect>
        )}
        {rule.every !== "hour" && (
          <FormSelect aria-label={t("schedule.zone")} value={zone} onChange={(_event, next) => onZone(next)}>
            {!known.includes(zone) && <FormSelectOption value={zone} label={zone} />}
            {known.map((each) => (
              <FormSelectOption key={each} value={each} label={each} />
            ))}
          </FormSelect>
        )}
      </div>
      {rule.every === "week" && (
        <ToggleGroup aria-label={t("schedule.weekdays")} isCompact>
          {WEEKDAYS.map((day) => (
            <ToggleGroupItem key={day} text={weekday(day, i18n.language)} aria-label={weekday(day, i18n.language, "long")} isSelected={rule.weekdays.includes(day)} onChange={() => toggle(day)} />
          ))}
        </ToggleGroup>
      )}
      <p className="ol-quiet" aria-live="polite">
        {ruleWords(ruleOf(rule), t, i18n.language)}
        {rule.every !== "hour" && ` (${zone})`}
      </p>
    </FormGroup>
  );
}
