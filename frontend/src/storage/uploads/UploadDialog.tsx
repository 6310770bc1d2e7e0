import {
  Alert,
  Button,
  Checkbox,
  ExpandableSection,
  FormGroup,
  FormSelect,
  FormSelectOption,
  Grid,
  GridItem,
  MultipleFileUpload,
  MultipleFileUploadMain,
  TextInput,
} from "@patternfly/react-core";
import { TimesIcon, UploadIcon } from "@patternfly/react-icons";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { useMay } from "../../access/queries";
import { FormDialog } from "../../ui/FormDialog";
import { Bytes } from "../../ui/Values";
import { usePoolsToChoose } from "../queries";
import type { Pool } from "../shapes";
import { FORMATS, nameProblem } from "./names";
import { uploads } from "./uploads";

interface UploadDialogProps {
  /** Where to; asked when it is open. */
  pool?: Pool;
  /** What was dropped on the page. */
  dropped?: readonly File[];
  onClose: () => void;
}

interface Chosen {
  file: File;
  name: string;
  format: string;
  sha256: string;
}

const SHA256 = /^[0-9a-fA-F]{64}$/;

const chosenOf = (file: File): Chosen => ({ file, name: file.name, format: "", sha256: "" });

/** Files of this computer, and what they are to be called in the pool. */
export default function UploadDialog({ pool, dropped = [], onClose }: UploadDialogProps) {
  const { t } = useTranslation();
  const [files, setFiles] = useState<readonly Chosen[]>(() => dropped.map(chosenOf));
  const [picked, setPicked] = useState("");
  const [library, setLibrary] = useState(false);
  const mayLibrary = useMay("image.manage");
  const pools = usePoolsToChoose();
  const target = pool ?? pools.data?.find(({ id }) => id === picked);
  const change = (at: number, to: Partial<Chosen>) => setFiles(files.map((each, index) => (index === at ? { ...each, ...to } : each)));
  const right = files.every(({ file, name, sha256 }) => file.size > 0 && nameProblem(name) === null && (sha256 === "" || SHA256.test(sha256)));
  return (
    <FormDialog
      title={pool ? t("upload.to", { name: pool.name }) : t("upload.title")}
      description={t("upload.body")}
      submit={t("upload.submit", { count: Math.max(1, files.length) })}
      busy={false}
      disabled={files.length === 0 || target === undefined || !right}
      onSubmit={() => {
        if (!target) return;
        uploads.add(files.map(({ file, name, format, sha256 }) => ({ file, name, pool: { id: target.id, name: target.name }, format, sha256: sha256.toLowerCase(), library })));
        onClose();
      }}
      onClose={onClose}
    >
      {!pool && (
        <FormGroup label={t("pool.one")} fieldId="upload-pool" isRequired>
          <FormSelect id="upload-pool" value={picked} onChange={(_event, id) => setPicked(id)}>
            <FormSelectOption value="" label={t("storage.choosePool")} isPlaceholder />
            {pools.data?.map(({ id, name, host }) => <FormSelectOption key={id} value={id} label={t("storage.poolOn", { name, host: host.name })} />)}
          </FormSelect>
        </FormGroup>
      )}
      <MultipleFileUpload
        onFileDrop={(_event, added) => setFiles([...files, ...added.map(chosenOf)])}
        dropzoneProps={{ multiple: true }}
        isHorizontal
        aria-label={t("upload.browse")}
      >
        <MultipleFileUploadMain titleIcon={<UploadIcon />} titleText={t("upload.drop")} titleTextSeparator={t("upload.or")} browseButtonText={t("upload.browse")} />
      </MultipleFileUpload>
      {mayLibrary && files.length > 0 && (
        <Checkbox id="upload-library" label={t("upload.library")} isChecked={library} onChange={(_event, wanted) => setLibrary(wanted)} />
      )}
      {files.map((one, at) => (
        <fieldset key={`${at}-${one.file.name}`} className="ol-part">
          <legend className="ol-part-title">
            <span className="ol-break">{one.file.name}</span>
            <span className="ol-quiet">
              <Bytes value={one.file.size} />
            </span>
            <Button variant="plain" size="sm" icon={<TimesIcon />} aria-label={t("upload.leaveOut", { name: one.file.name })} onClick={() => setFiles(files.filter((_each, index) => index !== at))} />
          </legend>
          {one.file.size === 0 && <Alert isInline isPlain variant="danger" title={t("upload.emptyFile")} />}
          <FileQuestions at={at} file={one} onChange={(to) => change(at, to)} />
        </fieldset>
      ))}
    </FormDialog>
  );
}

function FileQuestions({ at, file, onChange }: { at: number; file: Chosen; onChange: (to: Partial<Chosen>) => void }) {
  const { t } = useTranslation();
  const problem = nameProblem(file.name);
  const wrongSum = file.sha256 !== "" && !SHA256.test(file.sha256);
  return (
    <>
      <Grid hasGutter>
        <GridItem sm={8}>
          <FormGroup label={t("name")} fieldId={`upload-name-${at}`} isRequired>
            <TextInput
              id={`upload-name-${at}`}
              value={file.name}
              validated={problem ? "error" : "default"}
              aria-describedby={`upload-name-help-${at}`}
              autoComplete="off"
              onChange={(_event, name) => onChange({ name })}
            />
            <p id={`upload-name-help-${at}`} className="ol-quiet">
              {problem && t(`storage.name.${problem}`)}
            </p>
          </FormGroup>
        </GridItem>
        <GridItem sm={4}>
          <FormGroup label={t("volume.format")} fieldId={`upload-format-${at}`}>
            <FormSelect id={`upload-format-${at}`} value={file.format} onChange={(_event, format) => onChange({ format })}>
              <FormSelectOption value="" label={t("storage.asItIs")} />
              {FORMATS.map((format) => (
                <FormSelectOption key={format} value={format} label={format} />
              ))}
            </FormSelect>
          </FormGroup>
        </GridItem>
      </Grid>
      <ExpandableSection
        toggleContent={
          <>
            {t("storage.sha256")} <span className="ol-quiet">{file.sha256 === "" ? t("storage.sha256Unset") : `${file.sha256.slice(0, 12)}…`}</span>
          </>
        }
        isIndented
      >
        <TextInput
          id={`upload-sum-${at}`}
          aria-label={t("storage.sha256")}
          aria-describedby={`upload-sum-help-${at}`}
          className="ol-code"
          value={file.sha256}
          validated={wrongSum ? "error" : "default"}
          autoComplete="off"
          onChange={(_event, sha256) => onChange({ sha256: sha256.trim() })}
        />
        <p id={`upload-sum-help-${at}`} className="ol-quiet">
          {t(wrongSum ? "storage.sha256Wrong" : "storage.sha256Help")}
        </p>
      </ExpandableSection>
    </>
  );
}
