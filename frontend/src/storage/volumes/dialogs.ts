import type { Pool, Volume } from "../shapes";

export interface VolumeDialogProps {
  volume: Volume;
  pool: Pool;
  onClose: () => void;
}
