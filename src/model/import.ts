/** What an import does to a key. */
export type ImportChange = 'new' | 'changed' | 'unchanged';

/** What an import has done, or would do. */
export interface ImportReport {
  readonly isDryRun: boolean;
  /** Keys that were written, or would be. */
  readonly keys: number;
  /** How the keys compare with the store. Only in a dry run. */
  readonly changes: Readonly<Record<ImportChange, number>> | undefined;
  /** Keys of the file that are left out, for their prefix or their lease. */
  readonly skippedKeys: number;
  /** Keys of the file that have a lease, without those of another prefix. */
  readonly leasedKeys: number;
  /** Leases that were granted. */
  readonly grantedLeases: number;
}
