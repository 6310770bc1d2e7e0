import { Button } from "@patternfly/react-core";
import { MinusCircleIcon, PlusCircleIcon } from "@patternfly/react-icons";
import type { ReactNode } from "react";

interface RowsProps<T> {
  rows: readonly T[];
  fresh: T;
  add: string;
  /** Of the button that takes a row away. */
  removeLabel: (at: number) => string;
  onChange: (rows: T[]) => void;
  children: (at: number) => ReactNode;
}

/** Lines of fields, of which there may be any number. */
export function Rows<T>({ rows, fresh, add, removeLabel, onChange, children }: RowsProps<T>) {
  return (
    <>
      {rows.map((_row, at) => (
        <div key={at} className="ol-line">
          {children(at)}
          <Button
            variant="plain"
            icon={<MinusCircleIcon />}
            aria-label={removeLabel(at + 1)}
            onClick={() => onChange(rows.filter((_each, index) => index !== at))}
          />
        </div>
      ))}
      <div>
        <Button variant="link" isInline icon={<PlusCircleIcon />} onClick={() => onChange([...rows, fresh])}>
          {add}
        </Button>
      </div>
    </>
  );
}
