import { Button } from "@patternfly/react-core";
import { AngleDownIcon, AngleUpIcon, PlusCircleIcon, TimesIcon } from "@patternfly/react-icons";
import { useTranslation } from "react-i18next";

interface OrderInputProps {
  /** The keys in their order, one space between. */
  value: string;
  options: readonly string[];
  onChange: (value: string) => void;
  label: string;
}

/** Which of the devices, and in which order: with buttons, so that a keyboard is enough. */
export function OrderInput({ value, options, onChange, label }: OrderInputProps) {
  const { t } = useTranslation();
  const order = value.split(" ").filter(Boolean);
  const others = options.filter((option) => !order.includes(option));
  const say = (next: readonly string[]) => onChange(next.join(" "));
  const move = (at: number, by: number) => {
    const next = [...order];
    const [moved = ""] = next.splice(at, 1);
    next.splice(at + by, 0, moved);
    say(next);
  };
  return (
    <div role="group" aria-label={label}>
      <ol className="ol-order">
        {order.map((key, at) => (
          <li key={key}>
            <span>
              {at + 1}. <code>{key}</code>
            </span>
            <span>
              <Button variant="plain" size="sm" icon={<AngleUpIcon />} aria-label={t("hardware.order.up", { what: key })} isDisabled={at === 0} onClick={() => move(at, -1)} />
              <Button variant="plain" size="sm" icon={<AngleDownIcon />} aria-label={t("hardware.order.down", { what: key })} isDisabled={at === order.length - 1} onClick={() => move(at, 1)} />
              <Button variant="plain" size="sm" icon={<TimesIcon />} aria-label={t("hardware.order.leave", { what: key })} onClick={() => say(order.filter((each) => each !== key))} />
            </span>
          </li>
        ))}
      </ol>
      {others.map((key) => (
        <Button key={key} variant="link" size="sm" icon={<PlusCircleIcon />} onClick={() => say([...order, key])}>
          {key}
        </Button>
      ))}
    </div>
  );
}
