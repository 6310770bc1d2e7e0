import { useTranslation } from "react-i18next";

type Mark = "added" | "removed" | "place" | "same";

const markOf = (line: string): Mark =>
  line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@@") ? "place" : "same";

/** The lines of a unified diff without its two file names. */
function linesOf(diff: string): string[] {
  const lines = diff.replace(/\n$/, "").split("\n");
  return lines[0]?.startsWith("---") && lines[1]?.startsWith("+++") ? lines.slice(2) : lines;
}

/** A unified diff as the server gives it: sign and colour say what comes and what goes. */
export function DiffView({ diff, label }: { diff: string; label: string }) {
  const { t } = useTranslation();
  const lines = diff === "" ? [] : linesOf(diff);
  if (lines.length === 0) return <p className="ol-quiet">{t("xml.same")}</p>;
  return (
    <pre className="ol-diff" tabIndex={0} role="region" aria-label={label}>
      {lines.map((line, at) => (
        <span key={at} data-mark={markOf(line)}>
          {`${line}\n`}
        </span>
      ))}
    </pre>
  );
}
